//! Reads products.

use kernel::{ProductId, Sku};
use kernel_db::{Db, DbError, Sql, Tx, rows};
use sea_orm::{ColumnTrait as _, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _};
use uuid::Uuid;

use super::{
    entity::shelf,
    gather::{self, Row},
};
use crate::{
    domain::{Product, Status},
    error::Blocking,
};

/// Products with their variants; `which` says which, in what order, and how they are locked.
fn select(which: &str) -> String {
    format!("SELECT {} FROM product p JOIN variant v ON v.product_id = p.id WHERE {which}", gather::COLUMNS)
}

pub(super) static FIND_ACTIVE: Sql = Sql::new("catalog.find-active", || {
    select(
        "p.id = COALESCE((SELECT id FROM product WHERE id = ? AND status = 'active'), \
         (SELECT id FROM product WHERE slug = ? AND status = 'active'), \
         (SELECT product_id FROM variant WHERE sku = ?)) AND p.status = 'active' ORDER BY v.place",
    )
});

/// The active product that `handle` names: by its id, else by its slug, else by a SKU of its own.
pub(crate) async fn find_active(db: &Db, handle: &str) -> Result<Option<Product>, DbError> {
    let id = Uuid::try_parse(handle).unwrap_or(Uuid::nil());
    let rows = db.all(&FIND_ACTIVE, [id.into(), handle.into(), handle.into()]).await?;
    Ok(gather::products(rows)?.pop())
}

pub(super) static FIND: Sql = Sql::new("catalog.find", || select("p.id = ? ORDER BY v.place"));

/// The product with `id`, whatever its status.
pub(crate) async fn find(db: &Db, id: ProductId) -> Result<Option<Product>, DbError> {
    Ok(gather::products(db.all(&FIND, [id.uuid().into()]).await?)?.pop())
}

pub(super) static LOCK: Sql = Sql::new("catalog.lock", || select("p.id = ? ORDER BY v.place {for_update}"));

/// The same, for changing it.
pub(crate) async fn lock(tx: &Tx, id: ProductId) -> Result<Option<Product>, DbError> {
    Ok(gather::products(tx.all(&LOCK, [id.uuid().into()]).await?)?.pop())
}

pub(super) static OF_IDS: Sql = Sql::new("catalog.of-ids", || select("p.id IN {ids} ORDER BY p.id, v.place"));

/// Those of `ids` that have `status`, all of them for `None`; in no order that means anything.
pub(crate) async fn with_status(db: &Db, ids: &[ProductId], status: Option<Status>) -> Result<Vec<Product>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut products = gather::products(db.all(&OF_IDS, [rows::ids(ids.iter().copied())]).await?)?;
    products.retain(|product| status.is_none_or(|status| product.sheet().status == status));
    Ok(products)
}

pub(super) static LOCK_OWNERS: Sql = Sql::new("catalog.lock-owners", || {
    select(
        "p.id IN (SELECT owned.product_id FROM variant owned WHERE owned.sku IN {texts}) \
         ORDER BY p.id, v.place {for_update}",
    )
});

/// Every product to which one of `skus` belongs, for changing it.
pub(crate) async fn lock_owners<'a>(
    tx: &Tx,
    skus: impl Iterator<Item = &'a Sku> + Send,
) -> Result<Vec<Product>, DbError> {
    gather::products(tx.all::<Row>(&LOCK_OWNERS, [rows::texts(skus.map(Sku::as_str))]).await?)
}

pub(super) static LOCK_ALL: Sql =
    Sql::new("catalog.lock-all", || select("p.id IN {ids} ORDER BY p.id, v.place {for_update}"));

/// The products of `ids`, for changing them.
pub(crate) async fn lock_all(tx: &Tx, ids: &[ProductId]) -> Result<Vec<Product>, DbError> {
    gather::products(tx.all::<Row>(&LOCK_ALL, [rows::ids(ids.iter().copied())]).await?)
}

pub(super) static TAKEN: Sql = Sql::new("catalog.taken", || {
    "SELECT v.sku, p.id, p.slug, p.title, p.status FROM variant v JOIN product p ON p.id = v.product_id \
     WHERE v.sku IN {texts} AND p.id <> ?"
        .to_owned()
});

#[derive(FromQueryResult)]
struct Taken {
    sku: String,
    id: Uuid,
    slug: String,
    title: String,
    status: String,
}

/// Those products other than `own` to which one of `skus` belongs.
pub(crate) async fn taken<'a>(
    tx: &Tx,
    own: ProductId,
    skus: impl Iterator<Item = &'a Sku> + Send,
) -> Result<Vec<Blocking>, DbError> {
    let taken = tx.all(&TAKEN, [rows::texts(skus.map(Sku::as_str)), own.uuid().into()]).await?;
    taken.into_iter().map(blocking).collect()
}

fn blocking(Taken { sku, id, slug, title, status }: Taken) -> Result<Blocking, DbError> {
    let (sku, status) = (gather::sku(&sku)?, gather::status(&status)?);
    Ok(Blocking { sku, product: ProductId::new(id), slug, title, status })
}

/// Every product of a category, whatever its status.
pub(crate) async fn in_category(tx: &Tx, category: i64) -> Result<Vec<ProductId>, DbError> {
    let on_it = shelf::Entity::find().filter(shelf::Column::Category.eq(category));
    // With both values, so that the primary key's order is used.
    let on_it = on_it.filter(shelf::Column::Listed.is_in([0, 1])).order_by_asc(shelf::Column::ProductId);
    Ok(on_it.all(tx).await?.into_iter().map(|row| ProductId::new(row.product_id)).collect())
}
