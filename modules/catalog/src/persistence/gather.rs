//! Products from the rows of one statement, which sees one moment: never half of a change.

use std::collections::BTreeMap;

use kernel::{Currency, DateTime, Money, ProductId, Sku, Utc};
use kernel_db::DbError;
use sea_orm::QueryResult;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::domain::{Product, Sheet, Status, Variant};

/// What [`products`] reads, of `product p` joined with `variant v`, ordered by product and `v.place`. The
/// long columns come with a product's first variant only.
pub(super) const COLUMNS: &str = "p.id, p.slug, p.version, p.status, p.title, p.created_at, p.updated_at, v.sku, \
     v.title, v.options, v.price, v.currency, CASE WHEN v.place = 0 THEN p.description END, \
     CASE WHEN v.place = 0 THEN p.categories END, CASE WHEN v.place = 0 THEN p.options END, \
     CASE WHEN v.place = 0 THEN p.images END";

/// The products of `rows`, in their order.
pub(super) fn products(rows: &[QueryResult]) -> Result<Vec<Product>, DbError> {
    let same = |one: &QueryResult, other: &QueryResult| {
        let id = |row: &QueryResult| row.try_get_by_index::<Uuid>(0).ok();
        id(one) == id(other)
    };
    rows.chunk_by(same).map(product).collect()
}

fn product(rows: &[QueryResult]) -> Result<Product, DbError> {
    let [first, ..] = rows else { return Err(DbError::corrupt("product", "it has no variants")) };
    let sheet = Sheet {
        title: first.try_get_by_index(4)?,
        description: first.try_get_by_index::<Option<String>>(12)?.unwrap_or_default(),
        status: status(first, 3)?,
        categories: json(first, 13)?,
        options: json(first, 14)?,
        variants: rows.iter().map(variant).collect::<Result<_, _>>()?,
        images: json(first, 15)?,
    };
    let id = ProductId::new(first.try_get_by_index(0)?);
    let times: (DateTime<Utc>, DateTime<Utc>) = (first.try_get_by_index(5)?, first.try_get_by_index(6)?);
    Ok(Product::kept(id, first.try_get_by_index(1)?, first.try_get_by_index(2)?, sheet, times))
}

fn variant(row: &QueryResult) -> Result<Variant, DbError> {
    let options: BTreeMap<String, String> = json(row, 9)?;
    Ok(Variant { sku: sku(row, 7)?, title: row.try_get_by_index(8)?, options, price: money(row, 10)? })
}

pub(super) fn status(row: &QueryResult, index: usize) -> Result<Status, DbError> {
    let text: String = row.try_get_by_index(index)?;
    Status::parse(&text).ok_or_else(|| DbError::corrupt("status", &text))
}

pub(super) fn sku(row: &QueryResult, index: usize) -> Result<Sku, DbError> {
    let text: String = row.try_get_by_index(index)?;
    Sku::parse(&text).map_err(|error| DbError::corrupt("SKU", error))
}

/// The amount at `index` and the currency after it.
pub(super) fn money(row: &QueryResult, index: usize) -> Result<Money, DbError> {
    let currency: String = row.try_get_by_index(index + 1)?;
    let currency = Currency::parse(&currency).map_err(|error| DbError::corrupt("currency", error))?;
    Ok(Money::new(row.try_get_by_index(index)?, currency))
}

/// Most lists are empty, and need no parser.
fn json<T: DeserializeOwned + Default>(row: &QueryResult, index: usize) -> Result<T, DbError> {
    let text: Option<String> = row.try_get_by_index(index)?;
    match text.as_deref() {
        None | Some("[]" | "{}") => Ok(T::default()),
        Some(text) => serde_json::from_str(text).map_err(|error| DbError::corrupt("product", error)),
    }
}
