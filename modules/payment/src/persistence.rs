//! The tables of payment. Rows do not leave this folder.

pub(crate) mod check;
mod entity;
pub(crate) mod holdings;
pub(crate) mod hot;
pub(crate) mod inbox;
pub(crate) mod migrations;
pub(crate) mod query;
pub(crate) mod refusals;
mod row;
pub(crate) mod simulated_ledger;
pub(crate) mod store;

pub(crate) use row::{KeptPayment, Row};

/// Every statement that has a name, for its snapshot.
#[cfg(test)]
pub(crate) fn statements() -> Vec<&'static kernel_db::Sql> {
    [
        hot::statements(),
        refusals::statements(),
        query::statements(),
        inbox::statements(),
        simulated_ledger::statements(),
    ]
    .concat()
}
