//! What payment does, one file per use case.

pub(crate) mod ask;
mod authorize;
mod by_hand;
mod capture;
mod carry_out;
pub(crate) mod cashier;
pub(crate) mod crowds;
pub(crate) mod end;
mod give_up;
mod keyed;
mod refund;
mod refuse;
mod settle;
mod webhook;
mod worker;

pub(crate) use by_hand::Progress;
pub(crate) use cashier::Cashier;
pub(crate) use give_up::give_up;
pub(crate) use refund::RefundRequest;
pub(crate) use refuse::take_on;
