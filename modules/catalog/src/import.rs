//! Takes in a whole catalog as a stream, in flat memory. A bad row never stops the good ones.
//!
//! Reading order: [`Format`] says what the bytes are, `csv` and `ndjson` cut them into rows, `row` judges a
//! row by itself, `seen` knows the rows before it, `apply` writes a batch, and `run` keeps reading and
//! writing going at the same time.

mod apply;
mod csv;
mod error;
mod format;
mod ndjson;
mod once;
mod paths;
mod report;
mod row;
mod run;
mod seen;

pub use error::ImportError;
pub use format::Format;
pub use report::{Report, RowError};

pub(crate) use run::Job;

#[cfg(test)]
mod tests;
