//! What payment does, one file per use case.

pub(crate) mod ask;
mod authorize;
mod by_hand;
mod capture;
mod carry_out;
mod command;
mod give_up;
mod keyed;
mod refund;
mod resolve;
pub(crate) mod service;
mod settle;
mod unit_of_work;
mod webhook;
mod worker;

pub(crate) use by_hand::Progress;
pub(crate) use refund::RefundRequest;
pub(crate) use service::PaymentService;
pub(crate) use unit_of_work::UnitOfWork;
