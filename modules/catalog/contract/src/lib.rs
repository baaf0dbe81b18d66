//! What other modules may know of the catalog: its prices, and the news of its products.

#[cfg(feature = "conformance")]
pub mod conformance;
mod event;
#[cfg(feature = "fake")]
mod fake;
mod port;

pub use event::{CatalogEvent, IntroducedSku, ProductArchived, ProductCreated, ProductUpdated};
#[cfg(feature = "fake")]
pub use fake::FakePrices;
pub use port::{PRICES, Prices, PricesRefusal, Quote, RemotePrices, SwitchedPrices, serve_prices};
