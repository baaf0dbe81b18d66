//! What every [`Charges`] must do, as a table: run on the module, on the fake, and over every transport.

use std::{fmt::Debug, time::Duration};

use kernel::{CallContext, Currency, Ids, Money, OrderId};
pub use port::conformance::{Case, faults};
use port::{Executed, PortError, PortResult, conformance::Outcome};

use crate::{Authorize, Charge, ChargeRefusal, ChargeStatus, Charges};

mod cases;
mod kit;

pub use kit::KIT;

/// Plays every case against `charges`, with orders of its own and the tokens of the simulated provider.
pub async fn upholds_contract(charges: &dyn Charges, ids: &dyn Ids) -> Vec<Case> {
    upholds_contract_within(charges, ids, PATIENCE).await
}

/// The same, where an answer may take so long, and a payment may stay undecided so long.
pub async fn upholds_contract_within(charges: &dyn Charges, ids: &dyn Ids, patience: Duration) -> Vec<Case> {
    let shop = Shop { charges, ids, patience };
    let mut played = Vec::new();
    let mut note = |name, outcome: Outcome| played.push(Case::new(name, outcome));
    note("money is set aside and then taken", cases::set_aside_and_taken(&shop).await);
    note("repeating changes nothing", cases::repeats(&shop).await);
    note("a repeated authorization keeps its first terms", cases::first_terms(&shop).await);
    note("a declined payment stays declined", cases::declined(&shop).await);
    note("an unknown token is declined", cases::unknown_token(&shop).await);
    note("an unknown method is refused and leaves nothing", cases::unknown_method(&shop).await);
    note("a card number is refused and leaves nothing", cases::card_number(&shop).await);
    note("an order without a payment has nothing to take", cases::nothing_to_take(&shop).await);
    note("a void frees what is set aside", cases::void_frees(&shop).await);
    note("a void before the authorization refuses it", cases::void_comes_first(&shop).await);
    note("a void leaves captured money alone", cases::void_after_capture(&shop).await);
    note("a provider that is away was not asked", cases::provider_away(&shop).await);
    note("an answer that got lost is found", cases::lost_answer(&shop).await);
    note("a slow provider is waited for", cases::slow_provider(&shop).await);
    note("a pending payment is approved later", cases::pending_then_approved(&shop).await);
    note("a pending payment is declined later", cases::pending_then_declined(&shop).await);
    note("a pending payment can be given up", cases::pending_then_void(&shop).await);
    played
}

/// The longest that a payment may stay undecided here.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(20);

/// A caller with fresh orders. It does what the order module does: an answer that does not come in time is asked for
/// again, because every command may be repeated and every outcome can be found out so.
struct Shop<'a> {
    charges: &'a dyn Charges,
    ids: &'a dyn Ids,
    patience: Duration,
}

type Answer = PortResult<Charge, ChargeRefusal>;

impl Shop<'_> {
    fn order(&self) -> OrderId {
        OrderId::new(self.ids.next())
    }

    async fn authorize(&self, order: OrderId, token: &str) -> Answer {
        self.authorize_for(order, token, 1530).await
    }

    async fn authorize_for(&self, order: OrderId, token: &str, minor: i64) -> Answer {
        let amount = Money::new(minor, Currency::GBP);
        self.ask(Authorize { order, amount, method: "simulated".to_owned(), token: token.to_owned() }).await
    }

    async fn ask(&self, authorize: Authorize) -> Answer {
        let cx = CallContext::system("conformance");
        self.until_answered(|| self.charges.authorize(&cx, authorize.clone())).await
    }

    /// Asks one time only.
    async fn authorize_once(&self, order: OrderId, token: &str) -> Answer {
        let (amount, method, token) = (Money::new(1530, Currency::GBP), "simulated".to_owned(), token.to_owned());
        let cx = CallContext::system("conformance");
        self.charges.authorize(&cx, Authorize { order, amount, method, token }).await
    }

    async fn capture(&self, order: OrderId) -> Answer {
        let cx = CallContext::system("conformance");
        self.until_answered(|| self.charges.capture(&cx, order)).await
    }

    async fn void(&self, order: OrderId) -> PortResult<Option<Charge>, ChargeRefusal> {
        let cx = CallContext::system("conformance");
        self.until_answered(|| self.charges.void(&cx, order)).await
    }

    async fn find(&self, order: OrderId) -> PortResult<Option<Charge>, ChargeRefusal> {
        let cx = CallContext::system("conformance");
        self.until_answered(|| self.charges.find(&cx, order)).await
    }

    async fn until_answered<T, A>(&self, ask: impl Fn() -> A) -> PortResult<T, ChargeRefusal>
    where
        A: Future<Output = PortResult<T, ChargeRefusal>>,
    {
        let cx = CallContext::default().within(self.patience);
        loop {
            match ask().await {
                Err(error) if is_late(&error) && !cx.is_spent() => tokio::time::sleep(PAUSE).await,
                answer => return answer,
            }
        }
    }

    /// Looks until the order's payment is neither pending nor being freed.
    async fn decided(&self, order: OrderId) -> Result<Charge, String> {
        let cx = CallContext::default().within(self.patience);
        while !cx.is_spent() {
            match self.find(order).await {
                Ok(Some(charge)) if !matches!(charge.status, ChargeStatus::Pending | ChargeStatus::Voiding) => {
                    return Ok(charge);
                }
                Ok(_) => tokio::time::sleep(PAUSE).await,
                Err(error) => return Err(format!("find failed: {error:?}")),
            }
        }
        Err("the payment stays undecided".to_owned())
    }

    /// Voids until nothing is set aside any more. Every answer until then must say that something still is.
    async fn freed(&self, order: OrderId, set_aside: i64) -> Result<Charge, String> {
        let cx = CallContext::default().within(self.patience);
        loop {
            let answer = self.void(order).await;
            let found = answer.as_ref().ok().and_then(Option::as_ref).map(standing);
            match (answer, found) {
                (Ok(Some(charge)), Some((ChargeStatus::Voided, 0, 0, 0))) => return Ok(charge),
                (_, Some((ChargeStatus::Voiding, still, 0, 0))) if still == set_aside => {}
                (answer, _) => return Err(format!("void: found {answer:?}")),
            }
            if cx.is_spent() {
                return Err("void: the money is never freed".to_owned());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Status, authorized, captured, refunded.
type Standing = (ChargeStatus, i64, i64, i64);

fn standing(charge: &Charge) -> Standing {
    (charge.status, charge.authorized.minor(), charge.captured.minor(), charge.refunded.minor())
}

fn same<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> Outcome {
    if found == expected { Ok(()) } else { Err(format!("{what}: found {found:?}, expected {expected:?}")) }
}

fn stands(what: &str, answer: &Answer, expected: Standing) -> Outcome {
    same(what, &answer.as_ref().map(standing).map_err(Clone::clone), &Ok(expected))
}

fn refused(what: &str, answer: &Answer, expected: impl FnOnce(&ChargeRefusal) -> bool) -> Outcome {
    match answer {
        Err(PortError::Refused(refusal)) if expected(refusal) => Ok(()),
        other => Err(format!("{what}: found {other:?}")),
    }
}

/// Whether the answer did not come in time, so that only asking again tells what happened.
const fn is_late<E>(error: &PortError<E>) -> bool {
    matches!(
        error,
        PortError::Unavailable { executed: Executed::Maybe }
            | PortError::Deadline { .. }
            | PortError::Overloaded { .. }
    )
}
