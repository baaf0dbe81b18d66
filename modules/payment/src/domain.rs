//! What payment decides, without a database, a clock or a provider.

mod attempt;
mod ledger;
mod payment;
mod plain;
mod plan;
mod refusal;
mod status;

pub(crate) use attempt::{Asked, Attempt, AttemptStatus, Operation, Wanted};
pub(crate) use ledger::Posting;
pub(crate) use payment::{Balances, Final, IllegalMove, Movement, Payment};
pub(crate) use plain::{Plain, capture_reference, is_watched, payment_of_capture};
pub(crate) use plan::{Step, next_step, owed_for_cancellation, owed_refunds};
pub(crate) use refusal::{Promise, Refusal, Resolved, TOO_LITTLE_LEFT, is_decided, left_to_give, promise, refusal_of};
pub(crate) use status::Status;
