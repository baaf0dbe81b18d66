//! What other modules may know of stock: how to claim it, and the news of its levels.

#[cfg(feature = "conformance")]
pub mod conformance;
mod event;
#[cfg(feature = "fake")]
mod fake;
mod port;

pub use event::{HoldExpired, InventoryEvent, StockAdjusted, StockLow};
#[cfg(feature = "fake")]
pub use fake::FakeStock;
pub use port::{
    Demand, Held, Hold, Level, RemoteStock, STOCK, Shortage, Stock, StockRefusal, SwitchedStock, serve_stock,
};
