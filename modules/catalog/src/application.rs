//! One file for each thing that the catalog does.

pub(crate) mod archive_product;
pub(crate) mod change_category;
pub(crate) mod create_product;
pub(crate) mod delete_category;
pub(crate) mod keep_indexed;
pub(crate) mod list_all_products;
pub(crate) mod list_products;
pub(crate) mod quote;
pub(crate) mod replace_product;
pub(crate) mod searches;
pub(crate) mod show_categories;
pub(crate) mod show_product;

use kernel_db::Tx;

use crate::{
    domain::{Fault, Product, Sheet, Tree},
    error::CatalogError,
    persistence::{self, store::Change},
};

/// So often the same work is begun again when another writer got there first.
const TRIES: usize = 3;

/// Runs `work` until nobody has got there first.
async fn unraced<T, Fut>(work: impl Fn() -> Fut) -> Result<T, CatalogError>
where
    Fut: Future<Output = Result<T, CatalogError>>,
{
    let mut tries = 1;
    loop {
        match work().await {
            Err(CatalogError::Raced) if tries < TRIES => tries += 1,
            settled => return settled,
        }
    }
}

/// The numbers of the categories called `slugs`, each once.
fn categories(tree: &Tree, slugs: &[String]) -> Result<Vec<i64>, Vec<Fault>> {
    let mut numbers = Vec::with_capacity(slugs.len());
    let mut faults = Vec::new();
    for (index, slug) in slugs.iter().enumerate() {
        match tree.find(slug) {
            Some(category) if numbers.contains(&category.number) => {}
            Some(category) => numbers.push(category.number),
            None => {
                let message = format!("there is no category `{slug}`");
                faults.push(Fault::new(format!("/categories/{index}"), "unknown-category", message));
            }
        }
    }
    if faults.is_empty() { Ok(numbers) } else { Err(faults) }
}

/// The sheet with its categories found; every broken rule at once.
async fn complete(tx: &Tx, sheet: &Sheet, slugs: &[String]) -> Result<(Sheet, Tree), CatalogError> {
    let tree = persistence::category::tree_in(tx).await?;
    let mut faults = sheet.faults();
    match categories(&tree, slugs) {
        Ok(categories) if faults.is_empty() => Ok((Sheet { categories, ..sheet.clone() }, tree)),
        Ok(_) => Err(CatalogError::Invalid(faults)),
        Err(unknown) => {
            faults.extend(unknown);
            Err(CatalogError::Invalid(faults))
        }
    }
}

/// Refuses the SKUs that belong to another product.
async fn refuse_taken(tx: &Tx, product: &Product) -> Result<(), CatalogError> {
    let taken = persistence::product::taken(tx, product.id(), product.sheet().skus()).await?;
    if taken.is_empty() { Ok(()) } else { Err(CatalogError::SkuTaken(taken)) }
}

/// Whether the caller's `If-Match` allows a change of what is called `etag` now (RFC 9110, 13.1.1).
fn require_match(if_match: Option<&str>, etag: &str) -> Result<(), CatalogError> {
    let named = |tags: &str| tags.split(',').map(str::trim).any(|tag| tag == "*" || tag == etag);
    if if_match.is_none_or(named) { Ok(()) } else { Err(CatalogError::Stale) }
}

/// What a change of one product makes stale.
pub(crate) fn news_of(change: &Change) -> crate::cache::Invalidation {
    let product = &change.product;
    let before = change.before.iter().flat_map(Sheet::skus);
    let skus = before.chain(product.sheet().skus()).map(|sku| sku.as_str().to_owned());
    crate::cache::Invalidation {
        products: vec![product.id()],
        handles: std::iter::once(product.slug().to_owned()).chain(skus).collect(),
        ..crate::cache::Invalidation::default()
    }
}
