//! What payment decides, without a database, a clock or a provider.

mod attempt;
mod ledger;
mod payment;
mod plan;
mod status;

pub(crate) use attempt::{Attempt, AttemptStatus, Operation, Wanted};
pub(crate) use ledger::Posting;
pub(crate) use payment::{Final, IllegalMove, Movement, Payment, Standing};
pub(crate) use plan::{Step, next_step, owed_for_cancellation, owed_refunds};
pub(crate) use status::Status;
