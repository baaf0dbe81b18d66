//! The tables, as sea-orm knows them.
#![expect(unreachable_pub, reason = "the derived code beside each model is public")]

pub(super) mod attempt;
pub(super) mod payment;
pub(super) mod refund_refusal;
pub(super) mod simulated_ledger;
pub(super) mod webhook_inbox;
