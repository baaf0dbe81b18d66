//! Keeps the money that orders promise to give back, and what payment made of each promise.

use kernel::{Currency, DateTime, Money, OrderId, RefundId, Utc};
use kernel_db::{Db, DbError, Rows, Sql, Tx, Write, rows};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _,
};
use uuid::Uuid;

use super::{cell, entity::order_refund, text};
use crate::domain::{Order, Promise, Promised, promise::PromiseStatus};

/// Writes what `order` has promised since it was read.
pub(super) async fn insert(tx: &Tx, order: &mut Order) -> Result<(), DbError> {
    let now = order.standing().updated_at;
    for Promise { refund, cause, amount } in order.take_promises() {
        let row = order_refund::Model {
            refund_id: refund.uuid(),
            order_id: order.id().uuid(),
            cause: cause.as_str().to_owned(),
            amount: amount.minor(),
            paid: 0,
            status: PromiseStatus::Due.as_str().to_owned(),
            reason: None,
            created_at: now,
            updated_at: now,
        };
        order_refund::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
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
    let found = order_refund::Entity::find().filter(order_refund::Column::OrderId.eq(order.uuid()));
    let found = found.order_by_asc(order_refund::Column::CreatedAt).order_by_asc(order_refund::Column::RefundId);
    found.all(connection).await?.into_iter().map(|row| promised(row, currency)).collect()
}

fn promised(row: order_refund::Model, currency: Currency) -> Result<Promised, DbError> {
    let (refund, amount) = (RefundId::new(row.refund_id), Money::new(row.amount, currency));
    Ok(Promised {
        promise: Promise { refund, cause: text("cause of a refund", &row.cause)?, amount },
        paid: Money::new(row.paid, currency),
        status: text("status of a refund", &row.status)?,
        reason: row.reason,
        at: row.created_at,
    })
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

#[derive(Rows)]
struct KnownRow<'a> {
    refund: RefundId,
    paid: i64,
    refused: Option<&'a str>,
    at: DateTime<Utc>,
}

pub(super) static KNOWN: Sql = Sql::new("order.refunds-known", || {
    format!(
        "UPDATE order_refund SET \
         paid = CASE WHEN known.paid > order_refund.paid THEN known.paid ELSE order_refund.paid END, \
         reason = COALESCE(known.refused, order_refund.reason), \
         status = CASE WHEN known.paid >= order_refund.amount OR order_refund.paid >= order_refund.amount THEN 'paid' \
         WHEN known.refused IS NOT NULL OR order_refund.status = 'refused' THEN 'refused' \
         ELSE order_refund.status END, updated_at = known.at FROM {known} WHERE order_refund.refund_id = known.refund",
        known = KnownRow::table("known"),
    )
});

/// Joins what payment made of promises to what was known of them. It may be told in any order: what was paid only
/// grows, and a promise that is paid in full was not refused.
pub(crate) fn known(outcomes: &[Outcome], at: DateTime<Utc>) -> Write {
    let row = |outcome: &'_ Outcome| (outcome.refund, outcome.paid, outcome.refused.clone());
    let mut rows: Vec<_> = outcomes.iter().map(row).collect();
    rows.sort_unstable();
    let rows = rows.iter().map(|(refund, paid, refused)| KnownRow {
        refund: *refund,
        paid: *paid,
        refused: refused.as_deref(),
        at,
    });
    Write::new(&KNOWN, [KnownRow::bind(rows)])
}

pub(super) static VOID: Sql = Sql::new("order.refunds-void", || {
    "UPDATE order_refund SET status = 'void', updated_at = ? WHERE status = 'due' AND order_id IN {ids}".to_owned()
});

/// Nothing was taken for these orders, so there is nothing to give back.
pub(crate) fn void(orders: &[OrderId], now: DateTime<Utc>) -> Write {
    let mut orders = orders.to_vec();
    orders.sort_unstable();
    Write::new(&VOID, [now.into(), rows::ids(orders)])
}

/// A promise with the currency of its order.
#[derive(FromQueryResult)]
struct WithCurrency {
    #[sea_orm(nested)]
    row: order_refund::Model,
    order_currency: String,
}

/// At most `limit` promises by their refund's id, after `after`.
pub(crate) async fn after(db: &Db, after: Option<RefundId>, limit: u64) -> Result<Vec<(OrderId, Promised)>, DbError> {
    let sql = format!(
        "SELECT {}, orders.currency AS order_currency FROM order_refund JOIN orders ON orders.id = order_refund.order_id \
         WHERE refund_id > ? ORDER BY refund_id LIMIT ?",
        kernel_db::columns::<order_refund::Entity>()
    );
    let after = after.map_or(Uuid::nil(), RefundId::uuid);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows: Vec<WithCurrency> = db.all(&sql, [after.into(), limit.into()]).await?;
    let of_order = |WithCurrency { row, order_currency }: WithCurrency| {
        Ok((OrderId::new(row.order_id), promised(row, text("currency", &order_currency)?)?))
    };
    rows.into_iter().map(of_order).collect()
}
