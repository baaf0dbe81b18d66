use kernel::{CallContext, Kind, Money, Problem, Sku};
use port::{PortResult, port};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What other modules may ask of prices.
#[port(name = "prices", version = 1)]
pub trait Prices {
    /// The price, title and sellability of each of `skus`, decided on the primary, never on a cache.
    ///
    /// A SKU that the catalog does not have is left out of the answer; the order of the answer means
    /// nothing.
    ///
    /// # Errors
    ///
    /// [`PricesRefusal::TooMany`] for more than 1,000 SKUs.
    #[query(timeout_ms = 500)]
    async fn quote(&self, cx: &CallContext, skus: Vec<Sku>) -> PortResult<Vec<Quote>, PricesRefusal>;
}

/// What one SKU sells for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Quote {
    pub sku: Sku,
    /// The product's title, with the variant's where it has one.
    pub title: String,
    pub price: Money,
    /// Whether it may be sold now: its product is active.
    pub sellable: bool,
}

/// Why prices are not quoted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize, ToSchema)]
#[serde(tag = "refusal", rename_all = "kebab-case")]
pub enum PricesRefusal {
    #[error("at most {limit} SKUs may be asked for in one call")]
    TooMany { limit: u32 },
}

impl Problem for PricesRefusal {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }

    fn code(&self) -> &'static str {
        "too-many"
    }
}
