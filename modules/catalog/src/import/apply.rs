//! Writes one batch of rows, in one transaction and with few statements.

use std::collections::HashMap;

use kernel::{ProductId, Sku};
use kernel_db::{Cause, DbError, Tx};

use super::{
    RowError,
    paths::{self, Found, Paths},
    row::{Row, Wrong},
};
use crate::{
    application::{create_product::wanted_slug, news_of},
    cache::News,
    domain::{Amendment, Product, Sheet, Status, Variant},
    error::CatalogError,
    persistence::{
        self,
        slug::{self, Space},
        store::{self, Change},
    },
};

/// What became of a batch.
#[derive(Debug, Default)]
pub(super) struct Applied {
    pub(super) created: u64,
    pub(super) updated: u64,
    pub(super) unchanged: u64,
    /// Indexes of rows of the batch that its products refuse, and why.
    pub(super) refused: Vec<(usize, RowError)>,
    pub(super) found: Found,
    pub(super) news: News,
}

/// Why a batch was not kept.
#[derive(Debug)]
pub(super) enum Halt {
    /// Nothing was to be kept.
    DryRun(Box<Applied>),
    Failed(CatalogError),
}

impl From<DbError> for Halt {
    fn from(error: DbError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<CatalogError> for Halt {
    fn from(error: CatalogError) -> Self {
        Self::Failed(error)
    }
}

/// Each row's SKU is in the batch once.
pub(super) async fn batch(tx: &Tx, cause: &Cause, rows: &[Row], known: &Paths) -> Result<Applied, CatalogError> {
    let found = paths::find(tx, rows, known).await?;
    let category = |row: &Row| row.category.as_ref().and_then(|path| found.paths.get(path).or_else(|| known.get(path)));
    let mut shelf = Kept::load(tx, rows).await?;
    let mut applied = Applied::default();
    let mut fresh: Vec<(ProductId, Sheet, i64)> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        match shelf.owner(&row.sku) {
            Some(change) => amend(tx, change, (index, row), category(row).copied(), &mut applied),
            None => fresh.push((tx.seams().id(), sheet(row, category(row).copied()), row.stock)),
        }
    }
    applied.created = u64::try_from(fresh.len()).unwrap_or(u64::MAX);
    let mut changes = shelf.changes;
    changes.retain(|change| change.before.as_ref() != Some(change.product.sheet()));
    changes.extend(introduce(tx, fresh).await?);
    store::save(tx, cause, &mut changes).await?;
    for change in &changes {
        applied.news.join(news_of(change));
    }
    applied.news.tree |= found.grown;
    applied.found = found;
    Ok(applied)
}

/// The products that the rows' SKUs belong to.
struct Kept {
    changes: Vec<Change>,
    owners: HashMap<Sku, usize>,
}

impl Kept {
    async fn load(tx: &Tx, rows: &[Row]) -> Result<Self, CatalogError> {
        let skus: Vec<[&str; 1]> = rows.iter().map(|row| [row.sku.as_str()]).collect();
        let products = persistence::product::lock_owners(tx, &skus).await?;
        let mut owners = HashMap::new();
        for (index, product) in products.iter().enumerate() {
            owners.extend(product.sheet().skus().map(|sku| (sku.clone(), index)));
        }
        Ok(Self { changes: products.into_iter().map(Change::of).collect(), owners })
    }

    fn owner(&mut self, sku: &Sku) -> Option<&mut Change> {
        self.owners.get(sku).and_then(|&index| self.changes.get_mut(index))
    }
}

fn amend(tx: &Tx, change: &mut Change, (index, row): (usize, &Row), category: Option<i64>, applied: &mut Applied) {
    let amendment =
        Amendment { title: row.title.clone(), price: row.price, description: row.description.clone(), category };
    match change.product.amend(&row.sku, &amendment, tx.seams().now()) {
        Ok(true) => applied.updated += 1,
        Ok(false) => applied.unchanged += 1,
        Err(fault) => {
            let error = Wrong::new(fault.code, fault.message).at(row.line, Some(row.sku.as_str()));
            applied.refused.push((index, error));
        }
    }
}

/// A row as a product of its own.
fn sheet(row: &Row, category: Option<i64>) -> Sheet {
    let variant =
        Variant { sku: row.sku.clone(), title: None, options: std::collections::BTreeMap::new(), price: row.price };
    Sheet {
        title: row.title.clone(),
        description: row.description.clone().unwrap_or_default(),
        status: Status::Active,
        categories: category.into_iter().collect(),
        options: Vec::new(),
        variants: vec![variant],
        images: Vec::new(),
    }
}

async fn introduce(tx: &Tx, fresh: Vec<(ProductId, Sheet, i64)>) -> Result<Vec<Change>, CatalogError> {
    if fresh.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: Vec<slug::Wanted> = fresh.iter().map(|(id, sheet, _)| wanted_slug(*id, sheet)).collect();
    let slugs = slug::free(tx, Space::Products, &wanted).await?;
    let now = tx.seams().now();
    let products = slugs.into_iter().zip(fresh);
    let new = products.map(|(slug, (id, sheet, stock))| Product::introduce(id, slug, sheet, stock, now));
    Ok(new.map(Change::new).collect())
}
