//! Writes products, with everything that is derived from them and the events that say so, in one transaction.

use std::collections::BTreeSet;

use catalog_contract::CatalogEvent;
use kernel_db::{Cause, DbError, Tx, dialect, outbox};
use sea_orm::Value;
use serde::Serialize;

use super::{
    bulk::Insert,
    index::{self, Entry},
    ranges,
};
use crate::domain::{Facets, Product, Sheet};

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
    let ids: Vec<[String; 1]> =
        written.iter().map(|written| [written.product.id().uuid().simple().to_string()]).collect();
    tx.run(INDEXED, [dialect::rows(&ids)]).await?;
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

    fn id(&self) -> Value {
        self.product.id().uuid().into()
    }

    fn entry(&self) -> Entry<'_> {
        let before = self.before.as_ref().map(|(_, facets)| facets);
        let known = before.is_some_and(|before| before.has_terms_of(&self.after));
        Entry { product: self.product.id(), facets: &self.after, is_new: self.before.is_none(), has_new_terms: !known }
    }
}

/// An update leaves a product that was not indexed as it was for [`derive_again`], which writes all of its terms.
const PRODUCT: Insert = Insert {
    head: "INSERT INTO product (id, slug, status, version, title, title_key, price, currency, categories, options, \
           images, created_at, updated_at, words, description, indexed)",
    width: 16,
    tail: "ON CONFLICT (id) DO UPDATE SET status = excluded.status, version = excluded.version, \
           title = excluded.title, title_key = excluded.title_key, price = excluded.price, \
           currency = excluded.currency, categories = excluded.categories, options = excluded.options, \
           images = excluded.images, updated_at = excluded.updated_at, words = excluded.words, \
           description = excluded.description, indexed = CASE WHEN product.indexed = product.version * 1000 + 1 \
           THEN excluded.indexed ELSE product.indexed END",
};

const INDEXED: &str =
    "UPDATE product SET indexed = version * 1000 + 1 WHERE id IN (SELECT {id}(value ->> 0) FROM {rows})";

async fn save_products(tx: &Tx, written: &[Written<'_>]) -> Result<(), DbError> {
    let mut values = Vec::with_capacity(written.len() * PRODUCT.width);
    for written in written {
        let (product, sheet) = (written.product, written.product.sheet());
        values.extend([
            written.id(),
            product.slug().into(),
            sheet.status.as_str().into(),
            product.version().into(),
            sheet.title.as_str().into(),
            written.after.title_key.as_str().into(),
            written.after.price.into(),
            sheet.currency().code().into(),
            json(&sheet.categories)?,
            json(&sheet.options)?,
            json(&sheet.images)?,
            product.created_at().into(),
            product.updated_at().into(),
            written.after.word_text().into(),
            sheet.description.as_str().into(),
            index::state(product.version()).into(),
        ]);
    }
    PRODUCT.run(tx, values).await?;
    Ok(())
}

const VARIANT: Insert = Insert {
    head: "INSERT INTO variant (sku, product_id, place, title, options, price, currency)",
    width: 7,
    tail: "ON CONFLICT (sku) DO UPDATE SET place = excluded.place, title = excluded.title, \
           options = excluded.options, price = excluded.price, currency = excluded.currency \
           WHERE variant.product_id = excluded.product_id",
};

async fn save_variants(tx: &Tx, written: &[Written<'_>]) -> Result<(), SaveError> {
    let mut values = Vec::with_capacity(written.len() * VARIANT.width);
    for written in written {
        let sheet = written.product.sheet();
        let before = written.before.as_ref().map(|(before, _)| *before);
        if before.is_some_and(|before| before.variants == sheet.variants) {
            continue;
        }
        let kept: BTreeSet<_> = sheet.skus().collect();
        let withdrawn = before.into_iter().flat_map(Sheet::skus).filter(|sku| !kept.contains(sku));
        for sku in withdrawn {
            let sql = "DELETE FROM variant WHERE sku = ? AND product_id = ?";
            tx.run(sql, [sku.as_str().into(), written.id()]).await?;
        }
        for (place, variant) in (0_i64..).zip(&sheet.variants) {
            values.extend([
                variant.sku.as_str().into(),
                written.id(),
                place.into(),
                variant.title.as_deref().into(),
                json(&variant.options)?,
                variant.price.minor().into(),
                variant.price.currency().code().into(),
            ]);
        }
    }
    let rows = values.len() / VARIANT.width;
    let saved = VARIANT.run(tx, values).await?;
    if usize::try_from(saved).is_ok_and(|saved| saved == rows) { Ok(()) } else { Err(SaveError::Raced) }
}

const SHELF: Insert = Insert {
    head: "INSERT INTO shelf (category, listed, product_id, title_key, price)",
    width: 5,
    tail: "ON CONFLICT (category, listed, product_id) DO UPDATE SET title_key = excluded.title_key, \
           price = excluded.price",
};

async fn save_shelves(tx: &Tx, written: &[Written<'_>]) -> Result<(), DbError> {
    let mut values = Vec::new();
    for written in written {
        let after = &written.after;
        let stays = |before: &Facets, number: &i64| before.listed == after.listed && after.categories.contains(number);
        if let Some((_, before)) = &written.before {
            let left: Vec<[i64; 1]> =
                before.categories.iter().filter(|number| !stays(before, number)).map(|&number| [number]).collect();
            leave_shelves(tx, written, before.listed, &left).await?;
            let same = before.title_key == after.title_key && before.price == after.price;
            if same && before.listed == after.listed && before.categories == after.categories {
                continue;
            }
        }
        for &category in &after.categories {
            values.extend([
                category.into(),
                i64::from(after.listed).into(),
                written.id(),
                after.title_key.as_str().into(),
                after.price.into(),
            ]);
        }
    }
    SHELF.run(tx, values).await?;
    Ok(())
}

async fn leave_shelves(tx: &Tx, written: &Written<'_>, listed: bool, left: &[[i64; 1]]) -> Result<(), DbError> {
    if left.is_empty() {
        return Ok(());
    }
    let sql = "DELETE FROM shelf WHERE product_id = ? AND listed = ? AND category IN \
               (SELECT CAST(value ->> 0 AS bigint) FROM {rows})";
    tx.run(sql, [written.id(), i64::from(listed).into(), dialect::rows(left)]).await?;
    Ok(())
}

fn json<T: Serialize>(value: &T) -> Result<Value, DbError> {
    serde_json::to_string(value).map(Value::from).map_err(|error| DbError::corrupt("product", error))
}
