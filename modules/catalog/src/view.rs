//! What the public sees of the catalog.

use std::collections::BTreeMap;

use kernel::{CategoryId, DateTime, Money, ProductId, Sku, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{Category, Product, ProductOption, Status, Tree, Variant};

/// A product, as the shop shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Product)]
pub(crate) struct ProductView {
    pub(crate) id: ProductId,
    /// Made from the first title, and stable from then on.
    #[schema(example = "white-hanging-heart-t-light-holder")]
    pub(crate) slug: String,
    #[schema(example = "White hanging heart T-light holder")]
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) status: Status,
    /// Slugs of the categories that the product stands in.
    pub(crate) categories: Vec<String>,
    pub(crate) options: Vec<ProductOption>,
    /// At least one; all are priced in one currency.
    pub(crate) variants: Vec<VariantView>,
    /// Addresses of pictures.
    pub(crate) images: Vec<String>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

/// One sellable thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Variant)]
pub(crate) struct VariantView {
    pub(crate) sku: Sku,
    /// What tells it from its siblings, in words.
    pub(crate) title: Option<String>,
    /// One value for each of the product's options.
    pub(crate) options: BTreeMap<String, String>,
    pub(crate) price: Money,
    /// With `include=availability`: how many can be bought now; `null` when that cannot be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>, required = false)]
    #[expect(clippy::option_option, reason = "left out, null and a number are three answers")]
    pub(crate) available: Option<Option<i64>>,
}

/// A category and everything below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Category)]
pub(crate) struct CategoryView {
    pub(crate) id: CategoryId,
    /// Made from the first title, and stable from then on.
    #[schema(example = "kitchen")]
    pub(crate) slug: String,
    #[schema(example = "Kitchen")]
    pub(crate) title: String,
    /// The slug of the category above it.
    pub(crate) parent: Option<String>,
    /// In the order of their titles.
    #[schema(no_recursion)]
    pub(crate) children: Vec<CategoryView>,
}

/// The category tree, from its roots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CategoryTree)]
pub(crate) struct TreeView {
    pub(crate) items: Vec<CategoryView>,
}

impl ProductView {
    pub(crate) fn of(product: &Product, tree: &Tree) -> Self {
        let sheet = product.sheet();
        let categories = sheet.categories.iter().filter_map(|&number| tree.get(number));
        Self {
            id: product.id(),
            slug: product.slug().to_owned(),
            title: sheet.title.clone(),
            description: sheet.description.clone(),
            status: sheet.status,
            categories: categories.map(|category| category.slug.clone()).collect(),
            options: sheet.options.clone(),
            variants: sheet.variants.iter().map(VariantView::of).collect(),
            images: sheet.images.clone(),
            created_at: product.created_at(),
            updated_at: product.updated_at(),
        }
    }
}

impl VariantView {
    fn of(variant: &Variant) -> Self {
        let Variant { sku, title, options, price } = variant.clone();
        Self { sku, title, options, price, available: None }
    }
}

impl CategoryView {
    pub(crate) fn of(category: &Category, tree: &Tree) -> Self {
        let parent = category.parent.and_then(|number| tree.get(number));
        Self {
            id: category.id,
            slug: category.slug.clone(),
            title: category.title.clone(),
            parent: parent.map(|parent| parent.slug.clone()),
            children: tree.children_of(Some(category.number)).map(|child| Self::of(child, tree)).collect(),
        }
    }
}

impl TreeView {
    pub(crate) fn of(tree: &Tree) -> Self {
        Self { items: tree.children_of(None).map(|root| CategoryView::of(root, tree)).collect() }
    }
}
