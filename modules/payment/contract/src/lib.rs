//! What other modules may know of payment: how to charge for an order, and the news of its money.

#[cfg(feature = "conformance")]
pub mod conformance;
mod event;
#[cfg(feature = "fake")]
mod fake;
mod port;

pub use event::{
    PaymentAuthorized, PaymentCaptured, PaymentDeclined, PaymentEvent, PaymentRefundRefused, PaymentRefunded,
    PaymentVoided,
};
#[cfg(feature = "fake")]
pub use fake::{FakeCall, FakeCharges};
pub use port::{
    Authorize, CHARGES, Charge, ChargeRefusal, ChargeStatus, Charges, RemoteCharges, SwitchedCharges, serve_charges,
};
