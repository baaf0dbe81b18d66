//! What other modules may know of the catalog: its prices, and the news of its products.

mod event;
mod port;

pub use event::{CatalogEvent, IntroducedSku, ProductArchived, ProductCreated, ProductUpdated};
pub use port::{PRICES, Prices, PricesRefusal, Quote, RemotePrices, SwitchedPrices, serve_prices};
