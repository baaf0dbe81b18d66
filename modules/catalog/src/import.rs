//! Takes in a whole catalog as a stream, in flat memory. A bad row never stops the good ones.
//!
//! Reading order: [`Source`] says what the bytes are, `decode` makes text of them, `csv` and `ndjson` cut it into rows,
//! `columns` knows which cell says what, `row` judges a row by itself, `seen` knows the rows before it, `apply` writes a batch, and `run` keeps reading and
//! writing going at the same time.

mod apply;
mod columns;
mod csv;
mod decode;
mod dialect;
mod error;
mod format;
mod ndjson;
mod once;
mod paths;
mod report;
mod row;
mod run;
mod seen;

pub use columns::ColumnMap;
pub use decode::Charset;
pub use error::ImportError;
pub use format::{Format, Source};
pub use report::{Report, RowError};

pub(crate) use run::Job;

#[cfg(test)]
mod tests;
