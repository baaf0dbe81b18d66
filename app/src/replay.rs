//! Real invoices through the store, as customers would send them: over HTTP alone.
//!
//! [`Book`] reads the invoices as a shop. [`prepare()`] makes its products and stock through the public import,
//! [`place()`] places its orders through the public API, [`reconcile()`] reads the result from the store's admin API.
//! All figures follow from the file and the key prefix alone, so that a second run with the same keys must find the
//! same ones.

mod book;
mod buyer;
mod place;
mod prepare;
mod reconcile;

pub use book::{Book, BookError, Figures, Invoice, Product};
pub use buyer::Buyers;
pub use place::{Outcome, Takings, place};
pub use prepare::{opening_stock, prepare};
pub use reconcile::{Row, reconcile};

#[cfg(test)]
mod tests;
