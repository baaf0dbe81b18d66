//! What payment does, one file per use case.

pub(crate) mod ask;
mod authorize;
mod by_hand;
mod capture;
mod carry_out;
pub(crate) mod service;
mod command;
mod give_up;
mod keyed;
mod refund;
mod resolve;
mod settle;
mod unit_of_work;
mod webhook;
mod worker;

pub(crate) use by_hand::Progress;
pub(crate) use service::PaymentService;
pub(crate) use refund::RefundRequest;
pub(crate) use unit_of_work::UnitOfWork;
