//! Products from the rows of one statement, which sees one moment: never half of a change.

use kernel::{Currency, DateTime, Money, ProductId, Sku, Utc};
use kernel_db::DbError;
use sea_orm::FromQueryResult;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::domain::{Product, Sheet, Status, Variant};

/// The columns of a [`Row`], of `product p` joined with `variant v`, ordered by product and `v.place`. The long columns
/// come with a product's first variant only.
pub(super) const COLUMNS: &str = "p.id, p.slug, p.version, p.status, p.title, p.created_at, p.updated_at, v.sku, \
     v.title AS variant, v.options AS chosen, v.price, v.currency, CASE WHEN v.place = 0 THEN p.description END \
     AS description, CASE WHEN v.place = 0 THEN p.categories END AS categories, \
     CASE WHEN v.place = 0 THEN p.options END AS options, CASE WHEN v.place = 0 THEN p.images END AS images";

/// A variant with its product.
#[derive(Debug, FromQueryResult)]
pub(super) struct Row {
    id: Uuid,
    slug: String,
    version: i64,
    status: String,
    title: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    sku: String,
    /// The variant's title.
    variant: Option<String>,
    /// The variant's options.
    chosen: String,
    price: i64,
    currency: String,
    description: Option<String>,
    categories: Option<String>,
    options: Option<String>,
    images: Option<String>,
}

/// The products of `rows`, in their order.
pub(super) fn products(mut rows: Vec<Row>) -> Result<Vec<Product>, DbError> {
    rows.chunk_by_mut(|one, other| one.id == other.id).map(product).collect()
}

fn product(rows: &mut [Row]) -> Result<Product, DbError> {
    let variants = rows.iter_mut().map(variant).collect::<Result<_, _>>()?;
    let [first, ..] = rows else { return Err(DbError::corrupt("product", "it has no variants")) };
    let sheet = Sheet {
        title: std::mem::take(&mut first.title),
        description: first.description.take().unwrap_or_default(),
        status: status(&first.status)?,
        categories: json(first.categories.as_deref())?,
        options: json(first.options.as_deref())?,
        variants,
        images: json(first.images.as_deref())?,
    };
    let (id, slug) = (ProductId::new(first.id), std::mem::take(&mut first.slug));
    Ok(Product::kept(id, slug, first.version, sheet, (first.created_at, first.updated_at)))
}

fn variant(row: &mut Row) -> Result<Variant, DbError> {
    let (options, price) = (json(Some(&row.chosen))?, money(row.price, &row.currency)?);
    Ok(Variant { sku: sku(&row.sku)?, title: row.variant.take(), options, price })
}

pub(super) fn status(text: &str) -> Result<Status, DbError> {
    Status::parse(text).ok_or_else(|| DbError::corrupt("status", text))
}

pub(super) fn sku(text: &str) -> Result<Sku, DbError> {
    Sku::parse(text).map_err(|error| DbError::corrupt("SKU", error))
}

pub(super) fn money(minor: i64, currency: &str) -> Result<Money, DbError> {
    let currency = Currency::parse(currency).map_err(|error| DbError::corrupt("currency", error))?;
    Ok(Money::new(minor, currency))
}

/// Most lists are empty, and need no parser.
fn json<T: DeserializeOwned + Default>(text: Option<&str>) -> Result<T, DbError> {
    match text {
        None | Some("[]" | "{}") => Ok(T::default()),
        Some(text) => serde_json::from_str(text).map_err(|error| DbError::corrupt("product", error)),
    }
}
