//! Keeps the money that orders promise to give back, and what payment made of each promise.

use kernel::{Currency, Money, OrderId, RefundId};
use kernel_db::{DbError, Tx, Write, dialect};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{cell, id_cell, parsed, select, time_cell};
use crate::domain::{Order, Promise, Promised};

/// Writes what `order` has promised since it was read.
pub(super) async fn insert(tx: &Tx, order: &mut Order) -> Result<(), DbError> {
    let sql = "INSERT INTO order_refund (refund_id, order_id, cause, amount, created_at, updated_at) \
               VALUES (?, ?, ?, ?, ?, ?)";
    let now = order.standing().updated_at;
    for Promise { refund, cause, amount } in order.take_promises() {
        let ids = [refund.uuid().into(), order.id().uuid().into()];
        let values = [cause.as_str().into(), amount.minor().into(), now.into(), now.into()];
        tx.run(sql, ids.into_iter().chain(values)).await?;
    }
    Ok(())
}

/// What is promised for `order` and not paid yet, in minor units.
pub(crate) async fn due(tx: &Tx, order: OrderId) -> Result<i64, DbError> {
    let sql = "SELECT CAST(COALESCE(SUM(amount - paid), 0) AS bigint) FROM order_refund \
               WHERE order_id = ? AND status = 'due'";
    let row = tx.row(sql, [order.uuid().into()]).await?;
    row.map_or(Ok(0), |row| cell(&row, 0))
}

/// Oldest first.
pub(crate) async fn of_order<C: ConnectionTrait>(
    connection: &C,
    order: OrderId,
    currency: Currency,
) -> Result<Vec<Promised>, DbError> {
    let sql = "SELECT refund_id, cause, amount, paid, status, reason, created_at FROM order_refund \
               WHERE order_id = ? ORDER BY created_at, refund_id";
    let rows = select(connection, sql, [order.uuid().into()]).await?;
    rows.iter()
        .map(|row| {
            let (refund, amount) = (RefundId::new(cell(row, 0)?), Money::new(cell(row, 2)?, currency));
            Ok(Promised {
                promise: Promise { refund, cause: parsed(row, 1, "cause of a refund")?, amount },
                paid: Money::new(cell(row, 3)?, currency),
                status: parsed(row, 4, "status of a refund")?,
                reason: cell(row, 5)?,
                at: cell(row, 6)?,
            })
        })
        .collect()
}

/// What payment made of a promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) refund: RefundId,
    /// What was given back, in minor units.
    pub(crate) paid: i64,
    /// Why not all of it was.
    pub(crate) refused: Option<String>,
}

/// Joins what payment made of promises to what was known of them. It may be told in any order: what was paid only
/// grows, and a promise that is paid in full was not refused.
pub(crate) fn known(outcomes: &[Outcome], now: kernel::DateTime<kernel::Utc>) -> Write {
    let sql = "UPDATE order_refund SET \
               paid = CASE WHEN known.paid > order_refund.paid THEN known.paid ELSE order_refund.paid END, \
               reason = COALESCE(known.refused, order_refund.reason), \
               status = CASE WHEN known.paid >= order_refund.amount OR order_refund.paid >= order_refund.amount THEN 'paid' \
               WHEN known.refused IS NOT NULL OR order_refund.status = 'refused' THEN 'refused' \
               ELSE order_refund.status END, updated_at = known.at \
               FROM (SELECT {id}(value ->> 0) AS refund, CAST(value ->> 1 AS bigint) AS paid, value ->> 2 AS refused, \
               {time}(value ->> 3) AS at FROM {rows}) AS known WHERE order_refund.refund_id = known.refund";
    let at = time_cell(now);
    let mut rows: Vec<_> = outcomes
        .iter()
        .map(|outcome| (id_cell(outcome.refund.uuid()), outcome.paid, outcome.refused.as_deref(), at.as_str()))
        .collect();
    rows.sort_unstable();
    Write::new(sql, [dialect::rows(&rows)])
}

/// Nothing was taken for these orders, so there is nothing to give back.
pub(crate) fn void(orders: &[OrderId], now: kernel::DateTime<kernel::Utc>) -> Write {
    let sql = "UPDATE order_refund SET status = 'void', updated_at = ? WHERE status = 'due' \
               AND order_id IN (SELECT {id}(value ->> 0) FROM {rows})";
    let mut rows: Vec<_> = orders.iter().map(|order| (id_cell(order.uuid()),)).collect();
    rows.sort_unstable();
    Write::new(sql, [now.into(), dialect::rows(&rows)])
}

/// At most `limit` promises by their refund's id, after `after`.
pub(crate) async fn after<C: ConnectionTrait>(
    connection: &C,
    after: Option<RefundId>,
    limit: u64,
) -> Result<Vec<(OrderId, Promised)>, DbError> {
    let sql = "SELECT refund_id, cause, amount, paid, order_refund.status, reason, order_refund.created_at, order_id, \
               currency FROM order_refund JOIN orders ON orders.id = order_refund.order_id WHERE refund_id > ? \
               ORDER BY refund_id LIMIT ?";
    let after = after.map_or(Uuid::nil(), RefundId::uuid);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = select(connection, sql, [after.into(), limit.into()]).await?;
    rows.iter()
        .map(|row| {
            let currency = parsed(row, 8, "currency")?;
            let (refund, amount) = (RefundId::new(cell(row, 0)?), Money::new(cell(row, 2)?, currency));
            let promised = Promised {
                promise: Promise { refund, cause: parsed(row, 1, "cause of a refund")?, amount },
                paid: Money::new(cell(row, 3)?, currency),
                status: parsed(row, 4, "status of a refund")?,
                reason: cell(row, 5)?,
                at: cell(row, 6)?,
            };
            Ok((OrderId::new(cell(row, 7)?), promised))
        })
        .collect()
}
