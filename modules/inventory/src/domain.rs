//! What stock means, without a database or a clock.

mod adjustment;
mod claim;
mod demand;
mod level;
mod movement;
mod share;

pub(crate) use adjustment::{Adjustment, Change};
pub(crate) use claim::{Again, Claim, Status};
pub(crate) use demand::{Free, add_up};
pub(crate) use level::StockLevel;
pub(crate) use movement::{Delta, Entry, Kind, entries};
pub(crate) use share::{Share, Unpaid};
