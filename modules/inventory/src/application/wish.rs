use inventory_contract::Demand;
use kernel::{DateTime, OrderId, Utc};

use crate::persistence::hot::Note;

/// What an order would like to hold.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub(super) note: Note,
    pub(super) order: OrderId,
    pub(super) until: DateTime<Utc>,
    /// The order is not about to be paid for.
    pub(super) unpaid: bool,
    /// One for each SKU.
    pub(super) demands: Vec<Demand>,
}
