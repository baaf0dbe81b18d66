//! Finds and deletes orders that came to nothing long ago.

use kernel::{DateTime, OrderId, Utc};
use kernel_db::{DbError, Tx, rows};
use sea_orm::{ConnectionTrait, QueryResult};

use super::{cell, hot, keys, select};

/// An order that is old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OldOrder {
    pub(crate) number: i64,
    pub(crate) id: OrderId,
    /// It came to nothing, and no money was ever taken for it.
    pub(crate) rejected: bool,
}

/// The next `limit` orders after `number` that were placed before `before`. Numbers grow with time.
pub(crate) async fn orders<C: ConnectionTrait>(
    connection: &C,
    number: i64,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<OldOrder>, DbError> {
    let sql = "SELECT number, id, CASE WHEN status = 'rejected' AND captured = 0 THEN 1 ELSE 0 END, created_at \
               FROM orders WHERE number > ? ORDER BY number LIMIT ?";
    let rows = select(connection, sql, [number.into(), limit.into()]).await?;
    let mut old = Vec::with_capacity(rows.len());
    for row in &rows {
        if cell::<DateTime<Utc>>(row, 3)? >= before {
            break;
        }
        old.push(read(row)?);
    }
    Ok(old)
}

fn read(row: &QueryResult) -> Result<OldOrder, DbError> {
    let flag: i32 = cell(row, 2)?;
    Ok(OldOrder { number: cell(row, 0)?, id: OrderId::new(cell(row, 1)?), rejected: flag == 1 })
}

/// Deletes `orders`, which were rejected, with all that belongs to them; not those whose checkout has not ended. Their keys
/// and answers are kept for as long as any.
pub(crate) async fn delete(tx: &Tx, orders: &[OrderId], keys_since: Option<DateTime<Utc>>) -> Result<(), DbError> {
    let ids = || rows::ids(orders.iter().copied());
    hot::lock(tx, orders).await?;
    keys::outlive(tx, orders, keys_since).await?;
    let gone = "IN (SELECT id FROM orders WHERE id IN {ids} AND due_at IS NULL)";
    tx.run(&format!("DELETE FROM timeline WHERE order_id {gone}"), [ids()]).await?;
    tx.run(&format!("DELETE FROM orders WHERE id {gone}"), [ids()]).await?;
    Ok(())
}
