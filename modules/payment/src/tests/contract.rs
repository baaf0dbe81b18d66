//! The module, the fake, and both over a loopback uphold one contract.

use std::sync::Arc;

use kernel::{CallContext, OrderId, Seams};
use payment_contract::{
    Authorize, Charge, ChargeRefusal, ChargeStatus, Charges, FakeCharges, RemoteCharges,
    conformance::{faults, upholds_contract, upholds_contract_within},
    serve_charges,
};
use port::{Executed, Loopback, PortError, PortResult};

use super::harness::{Store, calm};
use crate::Config;

fn over_a_loopback(charges: Arc<dyn Charges>) -> RemoteCharges {
    RemoteCharges::new(Arc::new(Loopback::new(Arc::new(serve_charges(charges)))))
}

async fn upheld(name: &str, charges: &dyn Charges) {
    let seams = Seams::system();
    let cases = upholds_contract(charges, seams.ids.as_ref()).await;
    assert!(cases.len() >= 17, "{name}: only {} cases", cases.len());
    assert_eq!(faults(&cases), Vec::<String>::new(), "{name}");
}

#[tokio::test]
async fn the_fake_upholds_the_contract() {
    upheld("fake", &FakeCharges::default()).await;
    upheld("fake over a loopback", &over_a_loopback(Arc::new(FakeCharges::default()))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_module_upholds_the_contract() {
    let _calm = calm().await;
    for store in Store::each(Config::for_testing()).await {
        store.run();
        upheld(&format!("{:?}", store.db), store.charges.as_ref()).await;
        upheld(&format!("{:?} over a loopback", store.db), &over_a_loopback(Arc::clone(&store.charges))).await;
        store.stop().await;
        store.is_sound().await;
    }
}

/// A void that is only written down, and an answer that got lost, are asked after as a real caller does.
#[tokio::test]
async fn an_answer_that_comes_late_is_no_fault() {
    let fake = FakeCharges::default();
    fake.lose_next_answer();
    fake.void_later();
    upheld("late fake", &fake).await;
}

/// What a far side that breaks a promise does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lie {
    /// Says that the money is freed while it is still set aside.
    VoidedTooEarly,
    /// Says that it will free the money, and never does.
    NeverVoids,
    /// Never answers.
    NeverAnswers,
    /// Takes the money that was freed.
    CapturesWhatIsVoided,
}

struct Liar(FakeCharges, Lie);

impl Liar {
    fn late<T>(&self) -> PortResult<(), T> {
        if self.1 == Lie::NeverAnswers { Err(PortError::Deadline { executed: Executed::Maybe }) } else { Ok(()) }
    }
}

#[async_trait::async_trait]
impl Charges for Liar {
    async fn authorize(&self, cx: &CallContext, authorize: Authorize) -> PortResult<Charge, ChargeRefusal> {
        self.late()?;
        self.0.authorize(cx, authorize).await
    }

    async fn capture(&self, cx: &CallContext, order: OrderId) -> PortResult<Charge, ChargeRefusal> {
        self.late()?;
        let answer = self.0.capture(cx, order).await;
        match (self.1, self.0.charge(order)) {
            (Lie::CapturesWhatIsVoided, Some(charge)) => Ok(charge),
            _ => answer,
        }
    }

    async fn void(&self, cx: &CallContext, order: OrderId) -> PortResult<Option<Charge>, ChargeRefusal> {
        self.late()?;
        let before = self.0.charge(order).filter(|charge| charge.status == ChargeStatus::Authorized);
        match (self.1, before) {
            (Lie::VoidedTooEarly, Some(charge)) => Ok(Some(Charge { status: ChargeStatus::Voided, ..charge })),
            (Lie::NeverVoids, Some(charge)) => Ok(Some(Charge { status: ChargeStatus::Voiding, ..charge })),
            _ => self.0.void(cx, order).await,
        }
    }

    async fn find(&self, cx: &CallContext, order: OrderId) -> PortResult<Option<Charge>, ChargeRefusal> {
        self.late()?;
        self.0.find(cx, order).await
    }
}

/// A suite that nothing fails proves nothing.
#[tokio::test]
async fn the_suite_can_fail() {
    let patience = std::time::Duration::from_millis(200);
    for (lie, case) in [
        (Lie::VoidedTooEarly, "a void frees what is set aside"),
        (Lie::NeverVoids, "a void frees what is set aside"),
        (Lie::NeverAnswers, "money is set aside and then taken"),
        (Lie::CapturesWhatIsVoided, "a void frees what is set aside"),
    ] {
        let liar = Liar(FakeCharges::default(), lie);
        let cases = upholds_contract_within(&liar, Seams::system().ids.as_ref(), patience).await;
        let faults = faults(&cases);
        assert!(faults.iter().any(|fault| fault.starts_with(case)), "{lie:?}: {faults:?}");
    }
}
