use kernel::{ProductId, Sku};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

kernel::events! {
    /// What the catalog tells the others. The stream is the product.
    pub enum CatalogEvent in "catalog" {
        /// A product is new, with its first SKUs.
        "product.created.v1" => Created(ProductCreated) of |event| event.product,
        /// Something of a product changed; `introduced` names the SKUs that are new.
        "product.updated.v1" => Updated(ProductUpdated) of |event| event.product,
        /// A product is no longer sold. Orders keep their own copy of it.
        "product.archived.v1" => Archived(ProductArchived) of |event| event.product,
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProductCreated {
    pub product: ProductId,
    pub slug: String,
    pub title: String,
    pub introduced: Vec<IntroducedSku>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProductUpdated {
    pub product: ProductId,
    pub slug: String,
    pub title: String,
    #[serde(default)]
    pub introduced: Vec<IntroducedSku>,
    /// SKUs that the product no longer has. Their stock stays until it is adjusted.
    #[serde(default)]
    pub withdrawn: Vec<Sku>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProductArchived {
    pub product: ProductId,
    pub skus: Vec<Sku>,
}

/// A SKU that stock is to be kept of from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IntroducedSku {
    pub sku: Sku,
    /// Units on hand at the start.
    #[serde(default)]
    pub opening_stock: i64,
}
