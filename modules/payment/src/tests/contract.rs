//! The module, the fake, and both over a loopback uphold one contract.

use std::sync::Arc;

use kernel::Seams;
use payment_contract::{
    Charges, FakeCharges, RemoteCharges,
    conformance::{faults, upholds_contract},
    serve_charges,
};
use port::Loopback;

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

/// A suite that nothing fails proves nothing.
#[tokio::test]
async fn the_suite_can_fail() {
    let fake = FakeCharges::default();
    fake.lose_next_answer();
    let cases = upholds_contract(&fake, Seams::system().ids.as_ref()).await;
    assert_eq!(faults(&cases).len(), 1, "{:?}", faults(&cases));
}
