use ::port::PortError;
use inventory_contract::StockRefusal;
use kernel::{Kind, Problem, Sku};
use kernel_db::{DbError, idempotency::KeyRefusal};

/// Why something could not be done to stock.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InventoryError {
    #[error("no stock is kept of {0}")]
    UnknownSku(Sku),
    #[error("only {available} of the {on_hand} units of {sku} are free; the others are held or committed")]
    Claimed { sku: Sku, on_hand: i64, available: i64 },
    /// A movement that would take more than is there. Nothing of it may be kept.
    #[error("fewer units are free than this would take")]
    Short,
    /// Another command of the batch has changed what this one needs. It is carried out alone then.
    #[error("the levels that this needs were not loaded")]
    NotLoaded,
    #[error("the tag is not that of the level's present settings")]
    Stale,
    #[error("order {order}: {detail}")]
    Contradicted { order: kernel::OrderId, detail: &'static str },
    #[error(transparent)]
    Refused(#[from] StockRefusal),
    #[error(transparent)]
    Key(#[from] KeyRefusal),
    #[error("stock could not be read or written")]
    Storage(#[from] DbError),
}

impl InventoryError {
    /// For work that no rule can refuse: whatever else went wrong, the data says what it cannot say.
    pub(crate) fn into_storage(self) -> DbError {
        match self {
            Self::Storage(error) => error,
            other => DbError::corrupt("level", other),
        }
    }
}

impl Problem for InventoryError {
    fn kind(&self) -> Kind {
        match self {
            Self::UnknownSku(_) => Kind::NotFound,
            Self::Claimed { .. } | Self::Short | Self::NotLoaded | Self::Contradicted { .. } => Kind::Conflict,
            Self::Stale => Kind::Stale,
            Self::Refused(refusal) => refusal.kind(),
            Self::Key(refusal) => refusal.kind(),
            Self::Storage(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::UnknownSku(_) => "unknown-sku",
            Self::Claimed { .. } => "stock-claimed",
            Self::Short | Self::NotLoaded => "out-of-stock",
            Self::Contradicted { .. } => "contradicted",
            Self::Stale => "stale",
            Self::Refused(refusal) => refusal.code(),
            Self::Key(refusal) => refusal.code(),
            Self::Storage(error) => error.code(),
        }
    }
}

/// As the caller of the port sees it. What is not a refusal is logged here: the caller learns only that the
/// outcome is unknown.
impl From<InventoryError> for PortError<StockRefusal> {
    fn from(error: InventoryError) -> Self {
        match error {
            InventoryError::Refused(refusal) => Self::Refused(refusal),
            error if error.kind() == Kind::Unavailable => {
                tracing::warn!(?error, "stock is unavailable");
                Self::internal()
            }
            error => {
                tracing::error!(?error, "a call to stock failed");
                Self::internal()
            }
        }
    }
}
