//! Claims that are over, for retention.

use kernel::{DateTime, OrderId, Utc};
use kernel_db::{DbError, Tx, Write};
use uuid::Uuid;

use super::hot::order_rows;
use crate::domain::Status;

/// Of the next `limit` claims after `after` that were made before `before`: those that were refused or given back, the last
/// one, and how many they are. Ids of orders grow with time.
pub(crate) async fn old(
    tx: &Tx,
    after: Option<OrderId>,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<(Vec<OrderId>, Option<OrderId>, u64), DbError> {
    let sql = "SELECT order_id, status, created_at FROM claim WHERE order_id > ? ORDER BY order_id LIMIT ?";
    let after = after.map_or(Uuid::nil(), OrderId::uuid);
    let (mut ended, mut last, mut looked) = (Vec::new(), None, 0);
    for row in tx.rows(sql, [after.into(), limit.into()]).await? {
        let (order, status): (Uuid, String) = (row.try_get("", "order_id")?, row.try_get("", "status")?);
        if row.try_get::<DateTime<Utc>>("", "created_at")? >= before {
            break;
        }
        let order = OrderId::new(order);
        if matches!(Status::parse(&status), Some(Status::Released | Status::Refused)) {
            ended.push(order);
        }
        last = Some(order);
        looked += 1;
    }
    Ok((ended, last, looked))
}

/// Deletes claims that weigh on no level. All their movements are entries of the ledger.
pub(crate) async fn delete(tx: &Tx, orders: &[OrderId]) -> Result<(), DbError> {
    let rows = || order_rows(orders.iter().copied());
    let found = "DELETE FROM claim_sku WHERE (sku, created_at, order_id) IN \
                 (SELECT line.value ->> 0, claim.created_at, claim.order_id FROM claim, {each}(claim.lines) AS line \
                 WHERE claim.order_id IN (SELECT {id}(value ->> 0) FROM {rows}))";
    let claims = "DELETE FROM claim WHERE status IN ('released', 'refused') AND in_ledger = 1 \
                  AND order_id IN (SELECT {id}(value ->> 0) FROM {rows})";
    tx.run_all(vec![Write::new(found, [rows()]), Write::new(claims, [rows()])]).await?;
    Ok(())
}
