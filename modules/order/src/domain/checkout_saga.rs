//! The checkout saga as data and a pure function: what to do next, given what has become known.
//!
//! ```text
//!    ┌──── Enlisting (not paid for in time: may it go on holding stock?)
//!    ▼         ▲
//! Holding ─► Authorizing ─► Confirming ═pivot═► Settling ─► Finishing ─► Ended
//!    │         │   │  ▲         ▲                  │
//!    │         │   ▼  └ late ►  Reholding          └─► Losing ─────────► Ended
//!    │         │ Pending        │
//!    │         ▼   ▼            ▼
//!    │       Turning ───► Undoing ──────────────────► Rejecting ───────► Ended
//!    └── nothing claimed yet ───────────────────────────▲
//! ```
//!
//! Before the pivot any failure turns back; after it, everything is tried until it is done. Every effect may be
//! had twice: the other modules know the order and answer as before. So a saga that lost its process starts again
//! from the little that is stored ([`Stage`]), and an outcome that nobody knows is found out by asking again.

use inventory_contract::Shortage;
use kernel::{DateTime, Utc};
use payment_contract::Charge;

use super::Rejection;

mod stage;
#[cfg(test)]
mod tests;

pub(crate) use stage::Stage;

/// Where the saga stands, and all that it needs to know to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// Stock is asked for. A saga that was `resumed` may have asked for the money already.
    Holding {
        resumed: bool,
    },
    /// Stock is held until then; the money is asked for.
    Authorizing {
        until: DateTime<Utc>,
    },
    /// A normal payment would be done. The order asks for a place among those that hold stock without being paid for.
    Enlisting,
    /// The provider will tell later.
    Pending,
    /// The money is set aside, but so late that the hold has run out: stock is asked for once more.
    Reholding {
        charge: Charge,
    },
    /// Stock is held, the money is set aside: the order is being confirmed. This is the pivot.
    Confirming {
        charge: Charge,
    },
    /// The order stands. The money is being taken and the stock committed, both at once.
    Settling {
        captured: Option<Charge>,
        committed: bool,
    },
    /// Everything is done and is being written down.
    Finishing,
    /// The order stands, but what it stood on is gone: it is being cancelled.
    Losing,
    /// The saga gives up, and writes that down before it undoes anything: a crash must not make it try again.
    Turning {
        because: Rejection,
    },
    /// What was claimed is being given back.
    Undoing {
        because: Rejection,
        voided: bool,
        released: bool,
    },
    /// Nothing is claimed any more; the rejection is being written down.
    Rejecting,
    Ended,
}

/// What becomes known to the saga.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    Held {
        until: DateTime<Utc>,
    },
    OutOfStock {
        lines: Vec<Shortage>,
    },
    /// Orders that are not paid for hold as much of these as they may.
    HeldByUnpaid {
        lines: Vec<Shortage>,
    },
    /// The order has given its stock back; it gets none again.
    StockBarred,
    Authorized {
        charge: Charge,
        at: DateTime<Utc>,
    },
    PaymentPending,
    /// The payment is not decided, and a normal one would be.
    GraceOver,
    /// The order has a place among the unpaid.
    Enlisted,
    /// Its client or its email has no place left.
    TooManyUnpaid,
    /// Payment's last word, as a reason to reject the order.
    PaymentRefused {
        because: Rejection,
    },
    Confirmed,
    Captured {
        charge: Charge,
    },
    CaptureRefused,
    Committed,
    CommitRefused {
        lines: Vec<Shortage>,
    },
    /// The turning is written down.
    Turned,
    Voided,
    Released,
    /// The end is written down.
    Written,
    /// The order was called off meanwhile.
    Cancelled,
    /// The deadline has passed without an answer.
    OutOfTime,
    /// Nobody knows whether the effect was had.
    Unanswered(Effect),
}

/// What the saga wants done. Effects of one step are had at the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    Hold,
    /// The same for an order that counts among those that are not paid for, or begins as one.
    Keep,
    Authorize,
    /// Have a place among the unpaid orders.
    Enlist,
    /// Leave the saga until there is news of the payment.
    Await,
    Confirm(Charge),
    Capture,
    Commit,
    Finish(Charge),
    Lose(Rejection),
    Turn(Rejection),
    Void,
    Release,
    Reject(Rejection),
}

impl State {
    /// Whether the saga gives up at its deadline. Later it goes on until it is through.
    pub(crate) const fn has_deadline(&self) -> bool {
        matches!(
            self,
            Self::Holding { .. } | Self::Authorizing { .. } | Self::Enlisting | Self::Pending | Self::Reholding { .. }
        )
    }

    /// Why the saga gives up at its deadline: what it waits for did not come.
    const fn out_of_time(&self) -> Rejection {
        match self {
            Self::Authorizing { .. } | Self::Enlisting => Rejection::PaymentUnavailable,
            Self::Pending => Rejection::PaymentTimedOut,
            _ => Rejection::StockUnavailable,
        }
    }
}

/// The next state, and what to do to get further. An answer that nobody waits for any more changes nothing.
pub(crate) fn step(state: State, input: Input) -> (State, Vec<Effect>) {
    use Input as I;
    use State as S;
    match (state, input) {
        (state, I::Unanswered(effect)) => (state, vec![effect]),

        (S::Holding { .. }, I::Held { until }) => (S::Authorizing { until }, vec![Effect::Authorize]),
        (S::Holding { resumed: false }, I::OutOfStock { lines }) => {
            (S::Rejecting, vec![Effect::Reject(Rejection::OutOfStock { lines })])
        }
        (S::Holding { resumed: true } | S::Reholding { .. }, I::OutOfStock { lines }) => {
            turn(Rejection::OutOfStock { lines })
        }
        (S::Holding { resumed: false }, I::HeldByUnpaid { lines }) => {
            (S::Rejecting, vec![Effect::Reject(Rejection::HeldByUnpaidOrders { lines })])
        }
        (S::Holding { resumed: true }, I::HeldByUnpaid { lines }) => turn(Rejection::HeldByUnpaidOrders { lines }),
        (S::Holding { .. } | S::Reholding { .. }, I::StockBarred) => turn(Rejection::StockUnavailable),

        (S::Authorizing { until }, I::Authorized { charge, at }) if at < until => confirm(charge),
        (S::Authorizing { .. }, I::Authorized { charge, .. }) => (S::Reholding { charge }, vec![Effect::Hold]),
        (S::Authorizing { .. }, I::PaymentPending) => (S::Pending, vec![Effect::Await]),
        (S::Authorizing { .. }, I::GraceOver) => (S::Enlisting, vec![Effect::Enlist]),
        (S::Enlisting, I::Enlisted) => (S::Holding { resumed: true }, vec![Effect::Keep]),
        (S::Enlisting, I::TooManyUnpaid) => turn(Rejection::TooManyUnpaidOrders),
        (S::Authorizing { .. }, I::PaymentRefused { because }) => turn(because),
        (S::Reholding { charge }, I::Held { .. }) => confirm(charge),

        (S::Confirming { .. }, I::Confirmed) => {
            (S::Settling { captured: None, committed: false }, vec![Effect::Capture, Effect::Commit])
        }
        (S::Settling { committed, .. }, I::Captured { charge }) => settle(Some(charge), committed),
        (S::Settling { captured, .. }, I::Committed) => settle(captured, true),
        (S::Settling { .. }, I::CaptureRefused) => (S::Losing, vec![Effect::Lose(Rejection::PaymentLost)]),
        (S::Settling { .. }, I::CommitRefused { lines }) => {
            (S::Losing, vec![Effect::Lose(Rejection::StockLost { lines })])
        }

        (S::Confirming { .. }, I::Cancelled) => turn(Rejection::OrderCancelled),
        (state, I::Cancelled) if state.has_deadline() => turn(Rejection::OrderCancelled),
        (state, I::OutOfTime) if state.has_deadline() => turn(state.out_of_time()),

        (S::Turning { because }, I::Turned) => {
            (S::Undoing { because, voided: false, released: false }, vec![Effect::Void, Effect::Release])
        }
        (S::Undoing { because, released, .. }, I::Voided) => undo(because, true, released),
        (S::Undoing { because, voided, .. }, I::Released) => undo(because, voided, true),

        (S::Finishing | S::Losing | S::Rejecting, I::Written) => (S::Ended, vec![]),
        (state, _late) => (state, vec![]),
    }
}

fn confirm(charge: Charge) -> (State, Vec<Effect>) {
    (State::Confirming { charge: charge.clone() }, vec![Effect::Confirm(charge)])
}

fn settle(captured: Option<Charge>, committed: bool) -> (State, Vec<Effect>) {
    match captured {
        Some(charge) if committed => (State::Finishing, vec![Effect::Finish(charge)]),
        captured => (State::Settling { captured, committed }, vec![]),
    }
}

fn turn(because: Rejection) -> (State, Vec<Effect>) {
    (State::Turning { because: because.clone() }, vec![Effect::Turn(because)])
}

fn undo(because: Rejection, voided: bool, released: bool) -> (State, Vec<Effect>) {
    if voided && released {
        (State::Rejecting, vec![Effect::Reject(because)])
    } else {
        (State::Undoing { because, voided, released }, vec![])
    }
}

impl Effect {
    /// Where a test may stop the saga: before each effect.
    pub(crate) const fn failpoint(&self) -> &'static str {
        match self {
            Self::Hold => "checkout::hold",
            Self::Keep => "checkout::keep",
            Self::Authorize => "checkout::authorize",
            Self::Enlist => "checkout::enlist",
            Self::Await => "checkout::await",
            Self::Confirm(_) => "checkout::confirm",
            Self::Capture => "checkout::capture",
            Self::Commit => "checkout::commit",
            Self::Finish(_) => "checkout::finish",
            Self::Lose(_) => "checkout::lose",
            Self::Turn(_) => "checkout::turn",
            Self::Void => "checkout::void",
            Self::Release => "checkout::release",
            Self::Reject(_) => "checkout::reject",
        }
    }
}
