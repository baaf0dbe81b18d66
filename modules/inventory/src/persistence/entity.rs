//! The tables of inventory.
#![expect(unreachable_pub, reason = "the derives of sea-orm write pub")]

pub(crate) mod claim;
pub(crate) mod claim_sku;
pub(crate) mod ledger;
pub(crate) mod level;
