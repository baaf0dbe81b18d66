//! Claims that are over, for retention.

use kernel::{DateTime, OrderId, Utc};
use kernel_db::{DbError, Sql, Tx, Write, rows};
use sea_orm::entity::prelude::*;

use super::entity::claim::{self, LINE_SKU};
use crate::domain::Status;

/// Of the next `limit` claims after `after` that were made before `before`: those that were refused or given back, the last
/// one, and how many they are. Ids of orders grow with time.
pub(crate) async fn old(
    tx: &Tx,
    after: Option<OrderId>,
    before: DateTime<Utc>,
    limit: u64,
) -> Result<(Vec<OrderId>, Option<OrderId>, u64), DbError> {
    let mut claims = claim::Entity::find().cursor_by(claim::Column::OrderId);
    let claims = claims.after(after.map_or(Uuid::nil(), OrderId::uuid)).first(limit).all(tx).await?;
    let (mut ended, mut last, mut looked) = (Vec::new(), None, 0);
    for claim in claims.into_iter().take_while(|claim| claim.created_at < before) {
        let order = OrderId::new(claim.order_id);
        if matches!(Status::parse(&claim.status), Some(Status::Released | Status::Refused)) {
            ended.push(order);
        }
        last = Some(order);
        looked += 1;
    }
    Ok((ended, last, looked))
}

pub(super) static FORGET_SKUS: Sql = Sql::new("inventory.forget-skus", || {
    format!(
        "DELETE FROM claim_sku WHERE (sku, created_at, order_id) IN (SELECT {LINE_SKU}, claim.created_at, claim.order_id \
         FROM claim, {{each}}(claim.lines) AS line WHERE claim.order_id IN {{ids}})"
    )
});

pub(super) static FORGET_CLAIMS: Sql = Sql::new("inventory.forget-claims", || {
    "DELETE FROM claim WHERE status IN ('released', 'refused') AND in_ledger = 1 AND order_id IN {ids}".to_owned()
});

/// Deletes claims that weigh on no level. All their movements are entries of the ledger.
pub(crate) async fn delete(tx: &Tx, orders: &[OrderId]) -> Result<(), DbError> {
    let ids = || [rows::ids(orders.iter().copied())];
    tx.run_all(vec![Write::new(&FORGET_SKUS, ids()), Write::new(&FORGET_CLAIMS, ids())]).await?;
    Ok(())
}
