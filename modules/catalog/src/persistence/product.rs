//! Reads products.

use kernel::{ProductId, Sku};
use kernel_db::{Db, DbError, Tx, dialect};
use sea_orm::QueryResult;
use uuid::Uuid;

use super::{gather, padded, placeholders, read};
use crate::{
    domain::{Product, Status},
    error::Blocking,
};

/// The active product that `handle` names: by its id, else by its slug, else by a SKU of its own.
pub(crate) async fn find_active(db: &Db, handle: &str) -> Result<Option<Product>, DbError> {
    let sql = format!(
        "SELECT {} FROM product p JOIN variant v ON v.product_id = p.id WHERE p.id = COALESCE(\
         (SELECT id FROM product WHERE id = ? AND status = 'active'), \
         (SELECT id FROM product WHERE slug = ? AND status = 'active'), \
         (SELECT product_id FROM variant WHERE sku = ?)) AND p.status = 'active' ORDER BY v.place",
        gather::COLUMNS
    );
    let id = Uuid::try_parse(handle).unwrap_or(Uuid::nil());
    let rows = read(db, &sql, [id.into(), handle.into(), handle.into()]).await?;
    Ok(gather::products(&rows)?.pop())
}

/// The product with `id`, whatever its status.
pub(crate) async fn find(db: &Db, id: ProductId) -> Result<Option<Product>, DbError> {
    let rows = read(db, &of_id(""), [id.uuid().into()]).await?;
    Ok(gather::products(&rows)?.pop())
}

/// The same, for changing it.
pub(crate) async fn lock(tx: &Tx, id: ProductId) -> Result<Option<Product>, DbError> {
    let rows = tx.rows(&of_id("{for_update}"), [id.uuid().into()]).await?;
    Ok(gather::products(&rows)?.pop())
}

fn of_id(lock: &str) -> String {
    let columns = gather::COLUMNS;
    format!(
        "SELECT {columns} FROM product p JOIN variant v ON v.product_id = p.id WHERE p.id = ? ORDER BY v.place {lock}"
    )
}

/// Those of `ids` that have `status`, all of them for `None`; in no order that means anything.
pub(crate) async fn with_status(db: &Db, ids: &[ProductId], status: Option<Status>) -> Result<Vec<Product>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let (marks, count) = placeholders(ids.len());
    let only = status.map(|status| format!(" AND p.status = '{}'", status.as_str())).unwrap_or_default();
    let sql = format!(
        "SELECT {} FROM product p JOIN variant v ON v.product_id = p.id WHERE p.id IN ({marks}){only} \
         ORDER BY p.id, v.place",
        gather::COLUMNS
    );
    let values = padded(ids.iter().map(|id| id.uuid().into()), count);
    gather::products(&read(db, &sql, values).await?)
}

/// Every product to which one of `skus` belongs, for changing it.
pub(crate) async fn lock_owners(tx: &Tx, skus: &[[&str; 1]]) -> Result<Vec<Product>, DbError> {
    let sql = format!(
        "SELECT {} FROM product p JOIN variant v ON v.product_id = p.id WHERE p.id IN \
         (SELECT owned.product_id FROM {{rows}} AS wanted JOIN variant owned ON owned.sku = wanted.value ->> 0) \
         ORDER BY p.id, v.place {{for_update}}",
        gather::COLUMNS
    );
    let rows = tx.rows(&sql, [dialect::rows(skus)]).await?;
    gather::products(&rows)
}

/// The products of `ids`, for changing them.
pub(crate) async fn lock_all(tx: &Tx, ids: &[ProductId]) -> Result<Vec<Product>, DbError> {
    let sql = format!(
        "SELECT {} FROM {{rows}} AS wanted JOIN product p ON p.id = {{id}}(wanted.value ->> 0) \
         JOIN variant v ON v.product_id = p.id ORDER BY p.id, v.place {{for_update}}",
        gather::COLUMNS
    );
    let ids: Vec<[String; 1]> = ids.iter().map(|id| [id.uuid().simple().to_string()]).collect();
    gather::products(&tx.rows(&sql, [dialect::rows(&ids)]).await?)
}

/// Those products other than `own` to which one of `skus` belongs.
pub(crate) async fn taken<'a>(
    tx: &Tx,
    own: ProductId,
    skus: impl Iterator<Item = &'a Sku>,
) -> Result<Vec<Blocking>, DbError> {
    let sql = "SELECT v.sku, p.id, p.slug, p.title, p.status FROM {rows} AS wanted \
               JOIN variant v ON v.sku = wanted.value ->> 0 JOIN product p ON p.id = v.product_id WHERE p.id <> ?";
    let skus: Vec<[&str; 1]> = skus.map(|sku| [sku.as_str()]).collect();
    let rows = tx.rows(sql, [dialect::rows(&skus), own.uuid().into()]).await?;
    rows.iter().map(blocking).collect()
}

fn blocking(row: &QueryResult) -> Result<Blocking, DbError> {
    Ok(Blocking {
        sku: gather::sku(row, 0)?,
        product: ProductId::new(row.try_get_by_index::<Uuid>(1)?),
        slug: row.try_get_by_index(2)?,
        title: row.try_get_by_index(3)?,
        status: gather::status(row, 4)?,
    })
}

/// Every product of a category, whatever its status.
pub(crate) async fn in_category(tx: &Tx, category: i64) -> Result<Vec<ProductId>, DbError> {
    let sql = "SELECT product_id FROM shelf WHERE category = ? AND listed IN (0, 1) ORDER BY product_id";
    let rows = tx.rows(sql, [category.into()]).await?;
    rows.iter().map(|row| Ok(ProductId::new(row.try_get_by_index::<Uuid>(0)?))).collect()
}
