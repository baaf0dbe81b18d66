use kernel::{Kind, Problem};
use kernel_db::{DbError, idempotency::KeyRefusal};
use serde_json::{Value, json};

/// Why an import was stopped. What was written before stays: to send it all again changes nothing twice.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the column `{0}` is missing")]
    MissingColumn(&'static str),
    #[error("the column `{0}` is not known; the columns are sku, title, price, currency, description, category, stock")]
    UnknownColumn(String),
    #[error("the column `{0}` stands twice")]
    DuplicateColumn(String),
    #[error("the header is not UTF-8, or longer than a row may be")]
    UnreadableHeader,
    #[error("the rows broke off: {0}")]
    BrokenOff(String),
    #[error(transparent)]
    Key(#[from] KeyRefusal),
    #[error("the catalog could not be written")]
    Storage(#[from] DbError),
    /// Others kept writing the same products; the caller may try again.
    #[error("the same products were changed by others at this moment; try again")]
    Raced,
}

impl Problem for ImportError {
    fn kind(&self) -> Kind {
        match self {
            Self::MissingColumn(_) | Self::UnknownColumn(_) | Self::DuplicateColumn(_) | Self::UnreadableHeader => {
                Kind::Invalid
            }
            Self::BrokenOff(_) => Kind::Malformed,
            Self::Key(refusal) => refusal.kind(),
            Self::Storage(error) => error.kind(),
            Self::Raced => Kind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::MissingColumn(_) => "missing-column",
            Self::UnknownColumn(_) => "unknown-column",
            Self::DuplicateColumn(_) => "duplicate-column",
            Self::UnreadableHeader => "unreadable-header",
            Self::BrokenOff(_) => "malformed",
            Self::Key(refusal) => refusal.code(),
            Self::Storage(error) => error.code(),
            Self::Raced => "changed-meanwhile",
        }
    }

    fn extensions(&self) -> Option<Value> {
        match self {
            Self::MissingColumn(column) => Some(json!({ "column": column })),
            Self::UnknownColumn(column) | Self::DuplicateColumn(column) => Some(json!({ "column": column })),
            _ => None,
        }
    }
}
