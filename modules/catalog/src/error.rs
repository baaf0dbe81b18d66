//! Every way in which the catalog says no.

use kernel::{CategoryId, Kind, Problem, ProductId, Sku};
use kernel_db::{DbError, idempotency::KeyRefusal};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    domain::{Fault, Status, category::Misplaced},
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
    #[error("{}", blocked(.0))]
    SkuTaken(Vec<Blocking>),
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
    #[error("too many searches wait for their turn; search again in a second")]
    SearchBusy,
    #[error(transparent)]
    Key(#[from] KeyRefusal),
    #[error("the catalog could not be read or written")]
    Storage(#[source] DbError),
}

/// A product that has a SKU which another one would need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Blocking {
    pub(crate) sku: Sku,
    #[serde(rename = "id")]
    pub(crate) product: ProductId,
    pub(crate) slug: String,
    pub(crate) title: String,
    pub(crate) status: Status,
}

fn blocked(blocking: &[Blocking]) -> String {
    let of_one = |blocking: &Blocking| {
        let Blocking { sku, product, title, status, .. } = blocking;
        format!("{sku} belongs to the {} product \"{title}\" ({product})", status.as_str())
    };
    let all: Vec<String> = blocking.iter().map(of_one).collect();
    format!("{}; give it another SKU, or change that product", all.join(", "))
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
        if error.is_duplicate() || error.lacks_parent() { Self::Raced } else { Self::Storage(error) }
    }
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
            Self::SearchBusy => Kind::TooMany,
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
            Self::SearchBusy => "search-busy",
            Self::Key(refusal) => refusal.code(),
            Self::Storage(error) => error.code(),
        }
    }

    fn extensions(&self) -> Option<Value> {
        match self {
            Self::SkuTaken(blocking) => {
                let skus: Vec<&Sku> = blocking.iter().map(|blocking| &blocking.sku).collect();
                Some(json!({ "skus": skus, "products": blocking }))
            }
            Self::Invalid(faults) => Some(json!({ "errors": faults })),
            _ => None,
        }
    }
}
