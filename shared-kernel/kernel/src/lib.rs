//! The words that every module shares, and nothing that does any work.
//!
//! Reading order: [`id`] and [`Sku`] name things, [`Money`] counts, [`clock`] is where time and
//! entropy enter, [`Problem`] says what went wrong without knowing HTTP, [`page`] cuts lists,
//! [`CallContext`] travels with a port call, and [`event`] is what one module tells the others.
//!
//! This crate knows neither actix nor sea-orm: contracts build on it, so it stays small and boring.

pub mod card;
pub mod clock;
pub mod context;
pub mod currency;
pub mod email;
pub mod event;
pub mod id;
pub mod money;
pub mod page;
pub mod problem;
pub mod sku;

pub use chrono::{DateTime, Utc};
pub use clock::{Clock, Ids, Seams};
pub use context::{CallContext, Principal};
pub use currency::Currency;
pub use email::{Email, fold_email};
pub use event::{Envelope, Event};
pub use id::{
    AttemptId, CartId, CategoryId, EventId, FulfilmentId, HoldId, OrderId, PaymentId, ProductId, RefundId, ReturnId,
};
pub use money::{Money, MoneyError};
pub use page::{Cursor, Limit, Page};
pub use problem::{Kind, Problem};
pub use sku::Sku;
