//! Writes products, with everything that is derived from them and the events that say so, in one transaction.

use std::collections::BTreeSet;

use catalog_contract::CatalogEvent;
use kernel::{ProductId, Sku};
use kernel_db::{Cause, DbError, Rows, Sql, Tx, outbox, rows};
use serde::Serialize;

use super::{
    entity::{product, shelf, variant},
    index::{self, Entry, IS_INDEXED},
    ranges,
};
use crate::domain::{Facets, Product, Sheet, Variant};

/// A product to be written, and what it was when it was read; `None` when it is new.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) before: Option<Sheet>,
    pub(crate) product: Product,
}

impl Change {
    pub(crate) fn new(product: Product) -> Self {
        Self { before: None, product }
    }

    /// Of a product that was read in this transaction and is about to be written.
    pub(crate) fn of(kept: Product) -> Self {
        Self { before: Some(kept.sheet().clone()), product: kept }
    }
}

/// Why products were not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SaveError {
    /// Another writer has taken a SKU meanwhile. Nothing was kept; the same work may find it and say so.
    #[error("a SKU was taken meanwhile")]
    Raced,
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Writes those of `changes` whose product has something to tell.
pub(crate) async fn save(tx: &Tx, cause: &Cause, changes: &mut [Change]) -> Result<(), SaveError> {
    let mut events: Vec<(i64, CatalogEvent)> = Vec::with_capacity(changes.len());
    let mut written: Vec<Written<'_>> = Vec::with_capacity(changes.len());
    for change in changes {
        let told = change.product.drain();
        if !told.is_empty() {
            events.extend(told);
            written.push(Written::of(change));
        }
    }
    save_products(tx, &written).await?;
    save_variants(tx, &written).await?;
    save_shelves(tx, &written).await?;
    let entries: Vec<Entry<'_>> = written.iter().map(Written::entry).collect();
    index::save(tx, &entries).await?;
    ranges::note(tx, &entries).await?;
    Ok(outbox::publish(tx, cause, &events)?)
}

/// Derives everything of `products` afresh that lists and searches need. The products themselves stay as they are, and
/// nothing is published.
pub(crate) async fn derive_again(tx: &Tx, products: Vec<Product>) -> Result<(), DbError> {
    let changes: Vec<Change> = products.into_iter().map(Change::new).collect();
    let written: Vec<Written<'_>> = changes.iter().map(Written::of).collect();
    save_products(tx, &written).await?;
    save_shelves(tx, &written).await?;
    let entries: Vec<Entry<'_>> =
        written.iter().map(Written::entry).map(|entry| Entry { is_new: false, ..entry }).collect();
    index::save(tx, &entries).await?;
    ranges::note(tx, &entries).await?;
    tx.run(&INDEXED, [rows::ids(written.iter().map(|written| written.product.id()))]).await?;
    Ok(())
}

/// A written product with its facets before and after.
struct Written<'a> {
    product: &'a Product,
    before: Option<(&'a Sheet, Facets)>,
    after: Facets,
}

impl<'a> Written<'a> {
    fn of(change: &'a Change) -> Self {
        let before = change.before.as_ref().map(|sheet| (sheet, Facets::of(sheet)));
        Self { product: &change.product, before, after: Facets::of(change.product.sheet()) }
    }

    fn entry(&self) -> Entry<'_> {
        let before = self.before.as_ref().map(|(_, facets)| facets);
        let known = before.is_some_and(|before| before.has_terms_of(&self.after));
        Entry { product: self.product.id(), facets: &self.after, is_new: self.before.is_none(), has_new_terms: !known }
    }
}

/// An update leaves a product that was not indexed as it was for [`derive_again`], which writes all of its terms.
pub(super) static SAVE_PRODUCTS: Sql = Sql::new("catalog.save-products", || {
    format!(
        "{} ON CONFLICT (id) DO UPDATE SET {}, \
         indexed = CASE WHEN {IS_INDEXED} THEN excluded.indexed ELSE product.indexed END",
        product::Model::insert("product"),
        product::Model::set("excluded")
    )
});

pub(super) static INDEXED: Sql =
    Sql::new("catalog.indexed", || "UPDATE product SET indexed = version * 1000 + 1 WHERE id IN {ids}".to_owned());

async fn save_products(tx: &Tx, written: &[Written<'_>]) -> Result<(), DbError> {
    let products = written.iter().map(product_row).collect::<Result<Vec<_>, _>>()?;
    run(tx, &SAVE_PRODUCTS, &products).await?;
    Ok(())
}

fn product_row(written: &Written<'_>) -> Result<product::Model, DbError> {
    let (product, sheet) = (written.product, written.product.sheet());
    Ok(product::Model {
        id: product.id().uuid(),
        slug: product.slug().to_owned(),
        status: sheet.status.as_str().to_owned(),
        version: product.version(),
        title: sheet.title.clone(),
        title_key: written.after.title_key.clone(),
        price: written.after.price,
        currency: sheet.currency().code().to_owned(),
        categories: json(&sheet.categories)?,
        options: json(&sheet.options)?,
        images: json(&sheet.images)?,
        created_at: product.created_at(),
        updated_at: product.updated_at(),
        words: written.after.word_text(),
        description: sheet.description.clone(),
        indexed: index::state(product.version()),
    })
}

/// A SKU that another product has stays there.
pub(super) static SAVE_VARIANTS: Sql = Sql::new("catalog.save-variants", || {
    format!(
        "{} ON CONFLICT (sku) DO UPDATE SET {} WHERE variant.product_id = excluded.product_id",
        variant::Model::insert("variant"),
        variant::Model::set("excluded")
    )
});

/// A SKU that its product does not have any more.
#[derive(Rows)]
struct Withdrawn<'a> {
    sku: &'a Sku,
    product_id: ProductId,
}

pub(super) static WITHDRAW: Sql = Sql::new("catalog.withdraw", || {
    format!("DELETE FROM variant WHERE (sku, product_id) IN (SELECT {} FROM {{rows}})", Withdrawn::cells())
});

async fn save_variants(tx: &Tx, written: &[Written<'_>]) -> Result<(), SaveError> {
    let (mut withdrawn, mut variants) = (Vec::new(), Vec::new());
    for written in written {
        let (product_id, sheet) = (written.product.id(), written.product.sheet());
        let before = written.before.as_ref().map(|(before, _)| *before);
        if before.is_some_and(|before| before.variants == sheet.variants) {
            continue;
        }
        let kept: BTreeSet<_> = sheet.skus().collect();
        let gone = before.into_iter().flat_map(Sheet::skus).filter(|sku| !kept.contains(sku));
        withdrawn.extend(gone.map(|sku| Withdrawn { sku, product_id }));
        for (place, variant) in (0_i64..).zip(&sheet.variants) {
            variants.push(variant_row(product_id, place, variant)?);
        }
    }
    run(tx, &WITHDRAW, &withdrawn).await?;
    let saved = run(tx, &SAVE_VARIANTS, &variants).await?;
    if usize::try_from(saved).is_ok_and(|saved| saved == variants.len()) { Ok(()) } else { Err(SaveError::Raced) }
}

fn variant_row(product: ProductId, place: i64, variant: &Variant) -> Result<variant::Model, DbError> {
    Ok(variant::Model {
        sku: variant.sku.as_str().to_owned(),
        product_id: product.uuid(),
        place,
        title: variant.title.clone(),
        options: json(&variant.options)?,
        price: variant.price.minor(),
        currency: variant.price.currency().code().to_owned(),
    })
}

pub(super) static SAVE_SHELVES: Sql = Sql::new("catalog.save-shelves", || {
    format!(
        "{} ON CONFLICT (category, listed, product_id) DO UPDATE SET {}",
        shelf::Model::insert("shelf"),
        shelf::Model::set("excluded")
    )
});

/// A shelf on which a product does not stand any more.
#[derive(Rows)]
struct Left {
    category: i64,
    listed: bool,
    product_id: ProductId,
}

pub(super) static LEAVE_SHELVES: Sql = Sql::new("catalog.leave-shelves", || {
    format!("DELETE FROM shelf WHERE (category, listed, product_id) IN (SELECT {} FROM {{rows}})", Left::cells())
});

async fn save_shelves(tx: &Tx, written: &[Written<'_>]) -> Result<(), DbError> {
    let (mut left, mut shelves) = (Vec::new(), Vec::new());
    for written in written {
        let (after, product_id) = (&written.after, written.product.id());
        let stays = |before: &Facets, number: &i64| before.listed == after.listed && after.categories.contains(number);
        if let Some((_, before)) = &written.before {
            let gone = before.categories.iter().filter(|number| !stays(before, number));
            left.extend(gone.map(|&category| Left { category, listed: before.listed, product_id }));
            let same = before.title_key == after.title_key && before.price == after.price;
            if same && before.listed == after.listed && before.categories == after.categories {
                continue;
            }
        }
        shelves.extend(after.categories.iter().map(|&category| shelf::Model {
            category,
            listed: i64::from(after.listed),
            product_id: product_id.uuid(),
            title_key: after.title_key.clone(),
            price: after.price,
        }));
    }
    run(tx, &LEAVE_SHELVES, &left).await?;
    run(tx, &SAVE_SHELVES, &shelves).await?;
    Ok(())
}

/// A statement that has nothing to do without rows.
async fn run<R: Rows + Sync>(tx: &Tx, sql: &Sql, rows: &[R]) -> Result<u64, DbError> {
    if rows.is_empty() { Ok(0) } else { tx.run(sql, [R::bind(rows)]).await }
}

fn json<T: Serialize>(value: &T) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|error| DbError::corrupt("product", error))
}
