//! Writes one batch of rows, in one transaction and with few statements.

use std::collections::HashMap;

use kernel::{Currency, ProductId, Sku};
use kernel_db::{Cause, DbError, Tx};

use super::{
    RowError,
    paths::{self, Found, Paths},
    row::{Row, Wrong},
};
use crate::{
    application::{create_product::wanted_slug, news_of},
    cache::Invalidation,
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
    pub(super) news: Invalidation,
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
pub(super) async fn batch(
    tx: &Tx,
    cause: &Cause,
    rows: &[Row],
    (known, currency): (&Paths, Currency),
) -> Result<Applied, CatalogError> {
    let found = paths::find(tx, rows, known).await?;
    let number = |path: &String| found.paths.get(path).or_else(|| known.get(path)).copied();
    let categories = |row: &Row| row.category.as_ref().map(|path| number(path).into_iter().collect::<Vec<_>>());
    let mut shelf = Kept::load(tx, rows).await?;
    let mut applied = Applied::default();
    let mut fresh: Vec<(ProductId, Sheet, i64)> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        match shelf.owner(&row.sku) {
            Some(change) => amend(tx, change, (index, row), categories(row), &mut applied),
            None => match sheet(row, categories(row).unwrap_or_default(), currency) {
                Ok(sheet) => fresh.push((tx.seams().id(), sheet, row.stock)),
                Err(wrong) => applied.refused.push((index, row.wrong(wrong))),
            },
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
        let products = persistence::product::lock_owners(tx, rows.iter().map(|row| &row.sku)).await?;
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

fn amend(
    tx: &Tx,
    change: &mut Change,
    (index, row): (usize, &Row),
    categories: Option<Vec<i64>>,
    applied: &mut Applied,
) {
    let sheet = change.product.sheet();
    let now_in = sheet.variants.iter().find(|variant| variant.sku == row.sku).map(|variant| variant.price.currency());
    let amended = amendment(row, now_in.unwrap_or(sheet.currency()), categories).and_then(|amendment| {
        let amended = change.product.amend(&row.sku, &amendment, tx.seams().now());
        amended.map_err(|fault| Wrong::new(fault.code, fault.message))
    });
    match amended {
        Ok(true) => applied.updated += 1,
        Ok(false) => applied.unchanged += 1,
        Err(wrong) => applied.refused.push((index, row.wrong(wrong))),
    }
}

/// What a row says of a product that is there, and is priced in `now_in`.
fn amendment(row: &Row, now_in: Currency, categories: Option<Vec<i64>>) -> Result<Amendment, Wrong> {
    let currency = row.currency.unwrap_or(now_in);
    if row.price.is_none() && currency != now_in {
        let reason = format!("{} is priced in {now_in}; another currency needs a price in it", row.sku);
        return Err(Wrong::new("currency-mismatch", reason));
    }
    let price = row.price.as_ref().map(|price| price.in_currency(currency)).transpose()?;
    Ok(Amendment { title: row.title.clone(), price, description: row.description.clone(), categories })
}

/// A row as a product of its own.
fn sheet(row: &Row, categories: Vec<i64>, currency: Currency) -> Result<Sheet, Wrong> {
    let title = row.needed("title", row.title.as_ref())?.clone();
    let price = row.needed("price", row.price.as_ref())?.in_currency(row.currency.unwrap_or(currency))?;
    let variant = Variant { sku: row.sku.clone(), title: None, options: std::collections::BTreeMap::new(), price };
    Ok(Sheet {
        title,
        description: row.description.clone().unwrap_or_default(),
        status: Status::Active,
        categories,
        options: Vec::new(),
        variants: vec![variant],
        images: Vec::new(),
    })
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
