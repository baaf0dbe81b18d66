//! Writes orders one by one; what every order writes is in [`super::hot`].

use kernel::{DateTime, OrderId, Utc};
use kernel_db::{Cause, DbError, Rows, Sql, Tx, outbox, rows};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::{entity::order, lines::StoredLines, query, refunds, to_json};
use crate::domain::Order;

/// The order has changed since it was read. What was written with it must not stay.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SaveError {
    #[error("the order has changed meanwhile")]
    Overtaken,
    #[error(transparent)]
    Storage(#[from] DbError),
}

/// The order as it is now, and as it stays until the transaction ends.
pub(crate) async fn lock(tx: &Tx, id: OrderId) -> Result<Option<Order>, DbError> {
    let found = order::Entity::find().filter(order::Column::Id.eq(id.uuid())).lock_exclusive();
    found.one(tx).await?.map(query::restore).transpose()
}

#[derive(Rows)]
struct SavedRow {
    #[rows(key)]
    id: OrderId,
    status: &'static str,
    rejection: Option<String>,
    version: i64,
    updated_at: DateTime<Utc>,
    lines: rows::Json<StoredLines>,
    /// The version that was read.
    #[rows(key)]
    read: i64,
}

pub(super) static SAVE: Sql = Sql::new("order.save", || {
    format!(
        "UPDATE orders SET {set} FROM {saved} WHERE orders.id = saved.id AND orders.version = saved.read",
        set = SavedRow::set("saved"),
        saved = SavedRow::table("saved"),
    )
});

/// Writes how far the order has come, what became of its units and what it promises to give back, and publishes its events.
///
/// The version is the guard: an order that is not as it was read is left as it is.
pub(crate) async fn save(tx: &Tx, cause: &Cause, order: &mut Order) -> Result<(), SaveError> {
    refunds::insert(tx, order).await?;
    let events = order.take_events();
    let standing = order.standing();
    let row = SavedRow {
        id: order.id(),
        status: standing.status.as_str(),
        rejection: to_json(standing.rejection.as_ref(), "rejection")?,
        version: standing.version,
        updated_at: standing.updated_at,
        lines: rows::Json(order.lines().into()),
        read: events.first().map_or(standing.version, |(version, _)| version - 1),
    };
    outbox::publish(tx, cause, &events)?;
    if tx.run(&SAVE, [SavedRow::bind([row])]).await? == 1 { Ok(()) } else { Err(SaveError::Overtaken) }
}

/// Takes back an order that this transaction has placed.
pub(crate) async fn unplace(tx: &Tx, order: OrderId) -> Result<(), DbError> {
    tx.run("DELETE FROM orders WHERE id = ?", [order.uuid().into()]).await?;
    Ok(())
}
