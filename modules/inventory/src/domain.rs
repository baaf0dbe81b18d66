//! What stock means, without a database or a clock.

mod adjustment;
mod claim;
mod demand;
mod level;
mod movement;
mod share;

pub(crate) use adjustment::{Adjustment, Change};
pub(crate) use claim::{Act, Again, Claim, Line, Status};
pub(crate) use demand::{add_up, shortages};
pub(crate) use level::{ShownLevel, StockLevel};
pub(crate) use movement::{Delta, Entry, Kind, entries};
pub(crate) use share::{Holding, Share};
