//! Real invoices through the store, as customers would send them: over HTTP alone.
//!
//! [`InvoiceFile`] reads the invoices. [`prepare()`] makes its products and stock through the public import,
//! [`place()`] places its orders through the public API, [`reconcile()`] reads the result from the store's admin API.
//! All figures follow from the file and the key prefix alone, so that a second run with the same keys must find the
//! same ones.

mod buyer;
mod invoice_file;
mod place;
mod prepare;
mod reconcile;

pub use buyer::Buyers;
pub use invoice_file::{Figures, Invoice, InvoiceFile, InvoiceFileError, Product};
pub use place::{Outcome, Takings, place};
pub use prepare::{opening_stock, prepare};
pub use reconcile::{Row, reconcile};

#[cfg(test)]
mod tests;
