//! Reads products.

use kernel::{ProductId, Sku};
use kernel_db::{Db, DbError, Tx, dialect};
use uuid::Uuid;

use super::{gather, padded, placeholders, read};
use crate::domain::Product;

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

/// The active ones of `ids`, in no order that means anything.
pub(crate) async fn active(db: &Db, ids: &[ProductId]) -> Result<Vec<Product>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let (marks, count) = placeholders(ids.len());
    let sql = format!(
        "SELECT {} FROM product p JOIN variant v ON v.product_id = p.id WHERE p.id IN ({marks}) AND p.status = 'active' \
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

/// Those of `skus` that belong to a product other than `own`.
pub(crate) async fn taken<'a>(
    tx: &Tx,
    own: ProductId,
    skus: impl Iterator<Item = &'a Sku>,
) -> Result<Vec<Sku>, DbError> {
    let sql = "SELECT v.sku FROM {rows} AS wanted JOIN variant v ON v.sku = wanted.value ->> 0 WHERE v.product_id <> ?";
    let skus: Vec<[&str; 1]> = skus.map(|sku| [sku.as_str()]).collect();
    let rows = tx.rows(sql, [dialect::rows(&skus), own.uuid().into()]).await?;
    rows.iter().map(|row| gather::sku(row, 0)).collect()
}

/// Every product of a category, whatever its status.
pub(crate) async fn in_category(tx: &Tx, category: i64) -> Result<Vec<ProductId>, DbError> {
    let sql = "SELECT product_id FROM shelf WHERE category = ? AND listed IN (0, 1) ORDER BY product_id";
    let rows = tx.rows(sql, [category.into()]).await?;
    rows.iter().map(|row| Ok(ProductId::new(row.try_get_by_index::<Uuid>(0)?))).collect()
}
