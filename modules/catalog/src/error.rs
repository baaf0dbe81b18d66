//! Every way in which the catalog says no.

use kernel::{CategoryId, Kind, Problem, ProductId, Sku};
use kernel_db::{DbError, idempotency::KeyRefusal};
use serde_json::{Value, json};

use crate::{
    domain::{Fault, category::Misplaced},
    persistence::store::SaveError,
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum CatalogError {
    #[error("no product is called that")]
    NoSuchProduct,
    #[error("product {0} does not exist")]
    ProductNotFound(ProductId),
    #[error("no category is called that")]
    NoSuchCategory,
    #[error("category {0} does not exist")]
    CategoryNotFound(CategoryId),
    #[error("it has changed since you read it; read it again")]
    Stale,
    #[error("{} belongs to another product", join(.0))]
    SkuTaken(Vec<Sku>),
    #[error("{}", summary(.0))]
    Invalid(Vec<Fault>),
    #[error("the category has {0} below it; move or delete them first")]
    HasChildren(usize),
    #[error("a category cannot stand below itself")]
    Cycle,
    #[error("a category tree is at most {} deep", crate::domain::category::DEEPEST)]
    TooDeep,
    /// Others kept writing the same rows; the caller may try again.
    #[error("the same thing was changed by others at this moment; try again")]
    Raced,
    #[error(transparent)]
    Key(#[from] KeyRefusal),
    #[error("the catalog could not be read or written")]
    Storage(#[source] DbError),
}

fn join(skus: &[Sku]) -> String {
    skus.iter().map(Sku::as_str).collect::<Vec<_>>().join(", ")
}

fn summary(faults: &[Fault]) -> String {
    match faults {
        [only] => format!("{}: {}", only.pointer, only.message),
        several => format!("{} places break a rule", several.len()),
    }
}

impl From<DbError> for CatalogError {
    /// A duplicate or a missing parent is a race: whatever could be seen was looked at before.
    fn from(error: DbError) -> Self {
        if error.is_duplicate() || is_foreign_key(&error) { Self::Raced } else { Self::Storage(error) }
    }
}

fn is_foreign_key(error: &DbError) -> bool {
    use sea_orm::SqlErr::ForeignKeyConstraintViolation;
    matches!(error, DbError::Statement(error) if matches!(error.sql_err(), Some(ForeignKeyConstraintViolation(_))))
}

impl From<SaveError> for CatalogError {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::Raced => Self::Raced,
            SaveError::Db(error) => error.into(),
        }
    }
}

impl From<Misplaced> for CatalogError {
    fn from(misplaced: Misplaced) -> Self {
        match misplaced {
            Misplaced::Cycle => Self::Cycle,
            Misplaced::TooDeep => Self::TooDeep,
        }
    }
}

impl Problem for CatalogError {
    fn kind(&self) -> Kind {
        match self {
            Self::NoSuchProduct | Self::ProductNotFound(_) | Self::NoSuchCategory | Self::CategoryNotFound(_) => {
                Kind::NotFound
            }
            Self::Stale => Kind::Stale,
            Self::SkuTaken(_) | Self::HasChildren(_) | Self::Cycle | Self::TooDeep | Self::Raced => Kind::Conflict,
            Self::Invalid(_) => Kind::Invalid,
            Self::Key(refusal) => refusal.kind(),
            Self::Storage(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NoSuchProduct | Self::ProductNotFound(_) => "product-not-found",
            Self::NoSuchCategory | Self::CategoryNotFound(_) => "category-not-found",
            Self::Stale => "stale",
            Self::SkuTaken(_) => "sku-taken",
            Self::Invalid(_) => "invalid-value",
            Self::HasChildren(_) => "category-has-children",
            Self::Cycle => "category-cycle",
            Self::TooDeep => "category-too-deep",
            Self::Raced => "changed-meanwhile",
            Self::Key(refusal) => refusal.code(),
            Self::Storage(error) => error.code(),
        }
    }

    fn extensions(&self) -> Option<Value> {
        match self {
            Self::SkuTaken(skus) => Some(json!({ "skus": skus })),
            Self::Invalid(faults) => Some(json!({ "errors": faults })),
            _ => None,
        }
    }
}
