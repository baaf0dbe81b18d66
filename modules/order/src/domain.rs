//! The rules of ordering: pure and synchronous. Time and ids arrive as arguments.
//!
//! Reading order: [`status`] is the state machine of an order, [`mod@line`] what was bought, [`basket`] how it is
//! priced, [`order`] the aggregate, [`goods`] what leaves and comes back, [`returns`] what the shop makes of goods
//! that a buyer wants to give back, [`money`] what is known of the payment, [`promise`] what is to be given back,
//! [`rejection`] why an order comes to nothing, and [`checkout_saga`] the saga that decides between the two.

pub(crate) mod basket;
pub(crate) mod checkout_saga;
pub(crate) mod goods;
pub(crate) mod line;
pub(crate) mod money;
pub(crate) mod order;
pub(crate) mod promise;
pub(crate) mod rejection;
pub(crate) mod returns;
pub(crate) mod status;
pub(crate) mod token;
pub(crate) mod who;

pub(crate) use basket::{Basket, Wanted};
pub(crate) use goods::Units;
pub(crate) use line::Line;
pub(crate) use money::PaymentFacts;
pub(crate) use order::{Act, Address, CallOff, Order, OrderState, Refusal, Terms};
pub(crate) use promise::{Promise, Promised};
pub(crate) use rejection::Rejection;
pub(crate) use returns::Return;
pub use status::Status;
pub(crate) use who::Who;
