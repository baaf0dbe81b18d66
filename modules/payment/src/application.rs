//! What payment does, one file per use case.

mod ask;
mod authorize;
mod capture;
mod carry_out;
mod cashier;
mod give_up;
mod keyed;
mod refund;
mod settle;
mod webhook;
mod worker;

pub(crate) use cashier::Cashier;
pub(crate) use give_up::give_up;
pub(crate) use refund::RefundRequest;
