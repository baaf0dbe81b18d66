//! Reads that decide nothing by themselves.

use kernel::{AttemptId, DateTime, Limit, OrderId, Page, PaymentId, Utc};
use kernel_db::{Db, DbError, dialect};
use sea_orm::{ConnectionTrait as _, QueryResult, Value};
use uuid::Uuid;

use super::{
    refusals,
    row::{self, ATTEMPT, PAYMENT},
};
use crate::domain::{Attempt, Payment, Refusal};

/// A payment with all that was ever asked of its provider, oldest first.
#[derive(Debug, Clone)]
pub(crate) struct PaymentWithAttempts {
    pub(crate) payment: Payment,
    pub(crate) attempts: Vec<Attempt>,
    /// Promises to give money back that could not be kept.
    pub(crate) refusals: Vec<Refusal>,
}

/// The payment of an order, or what stands in its place.
#[derive(Debug, Clone)]
pub(crate) enum Found<T> {
    Nothing,
    /// Given up before there was a payment.
    Tombstone,
    Payment(T),
}

async fn rows(db: &Db, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<Vec<QueryResult>, DbError> {
    Ok(db.reader().query_all_raw(db.dialect().statement(sql, values)).await?)
}

pub(crate) async fn payment_of(db: &Db, order: OrderId) -> Result<Found<Payment>, DbError> {
    let sql = format!("SELECT {PAYMENT} FROM payment WHERE order_id = ?");
    match rows(db, &sql, [order.uuid().into()]).await?.first().map(row::payment).transpose()? {
        None => Ok(Found::Nothing),
        Some(None) => Ok(Found::Tombstone),
        Some(Some(payment)) => Ok(Found::Payment(payment)),
    }
}

pub(crate) async fn with_attempts_of(db: &Db, order: OrderId) -> Result<Found<PaymentWithAttempts>, DbError> {
    match payment_of(db, order).await? {
        Found::Nothing => Ok(Found::Nothing),
        Found::Tombstone => Ok(Found::Tombstone),
        Found::Payment(payment) => {
            // The placing of an order does not use refusals.
            let attempts = attempts(db, &[payment.id]).await?;
            Ok(Found::Payment(PaymentWithAttempts { payment, attempts, refusals: Vec::new() }))
        }
    }
}

pub(crate) async fn with_attempts(db: &Db, id: PaymentId) -> Result<Option<PaymentWithAttempts>, DbError> {
    let sql = format!("SELECT {PAYMENT} FROM payment WHERE id = ?");
    let payment = rows(db, &sql, [id.uuid().into()]).await?.first().map(row::payment).transpose()?.flatten();
    let Some(payment) = payment else { return Ok(None) };
    let (attempts, refusals) = (attempts(db, &[id]).await?, refusals::of(db, &[id]).await?);
    Ok(Some(PaymentWithAttempts { payment, attempts, refusals }))
}

/// Which payments to list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    /// Only the payment of this order.
    pub(crate) order: Option<OrderId>,
    /// Those with work for the shop, and those created before then of which something is still open; with `false` the
    /// others.
    pub(crate) attention: Option<(bool, DateTime<Utc>)>,
    pub(crate) before: Option<PaymentId>,
}

/// The payments with which a person has something to do: a refusal that is not settled, a void that its provider has
/// refused, or something that has been open for too long. Each part has an index of what is open alone.
const ATTENTION: &str = "(SELECT payment_id FROM refund_refusal WHERE resolved_at IS NULL \
                         UNION SELECT payment_id FROM attempt \
                         WHERE status IN ('queued', 'started', 'unknown', 'pending') AND created_at < ? \
                         UNION SELECT stuck.id FROM payment AS stuck WHERE stuck.status = 'authorized' \
                         AND stuck.given_up = 1 AND NOT EXISTS (SELECT 1 FROM attempt \
                         WHERE attempt.payment_id = stuck.id \
                         AND attempt.status IN ('queued', 'started', 'unknown', 'pending')))";

/// A page of payments, newest first.
pub(crate) async fn list(db: &Db, wanted: Wanted, limit: Limit) -> Result<Page<PaymentWithAttempts>, DbError> {
    let Wanted { order, attention, before } = wanted;
    let mut sql = format!("SELECT {PAYMENT} FROM payment WHERE method IS NOT NULL");
    let mut values: Vec<Value> = Vec::new();
    if let Some(order) = order {
        sql.push_str(" AND order_id = ?");
        values.push(order.uuid().into());
    }
    if let Some((attention, doubt)) = attention {
        sql.push_str(if attention { " AND id IN " } else { " AND id NOT IN " });
        sql.push_str(ATTENTION);
        values.push(doubt.into());
    }
    if let Some(before) = before {
        sql.push_str(" AND id < ?");
        values.push(before.uuid().into());
    }
    sql.push_str(" ORDER BY id DESC LIMIT ?");
    values.push(i64::try_from(limit.and_one()).unwrap_or(i64::MAX).into());
    let found: Result<Vec<_>, _> = rows(db, &sql, values).await?.iter().map(row::payment).collect();
    let page = Page::cut(found?.into_iter().flatten().collect(), limit, |payment: &Payment| payment.id);
    let ids: Vec<PaymentId> = page.items.iter().map(|payment| payment.id).collect();
    let (attempts, refusals) = (attempts(db, &ids).await?, refusals::of(db, &ids).await?);
    Ok(page.map(|payment| {
        let attempts = attempts.iter().filter(|attempt| attempt.payment == payment.id).cloned().collect();
        let refusals = refusals.iter().filter(|refusal| refusal.payment == payment.id).cloned().collect();
        PaymentWithAttempts { payment, attempts, refusals }
    }))
}

/// At most `limit` payments in the order of their orders' ids, those after `after`.
pub(crate) async fn payments_after(db: &Db, after: Option<OrderId>, limit: u64) -> Result<Vec<Payment>, DbError> {
    let sql =
        format!("SELECT {PAYMENT} FROM payment WHERE method IS NOT NULL AND order_id > ? ORDER BY order_id LIMIT ?");
    let after = after.map_or_else(Uuid::nil, OrderId::uuid);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let found: Result<Vec<_>, _> =
        rows(db, &sql, [after.into(), limit.into()]).await?.iter().map(row::payment).collect();
    Ok(found?.into_iter().flatten().collect())
}

async fn attempts(db: &Db, payments: &[PaymentId]) -> Result<Vec<Attempt>, DbError> {
    let sql = format!(
        "SELECT {ATTEMPT} FROM attempt WHERE payment_id IN (SELECT {{id}}(value ->> 0) FROM {{rows}}) \
         ORDER BY created_at, id"
    );
    let ids: Vec<[String; 1]> = payments.iter().map(|id| [id.uuid().simple().to_string()]).collect();
    rows(db, &sql, [dialect::rows(&ids)]).await?.iter().map(row::attempt).collect()
}

/// Unsettled, and not behind another call for the same payment. Counted, because Postgres would answer `EXISTS` from all open
/// attempts, whose index is mostly entries of rows that are gone.
const MOVABLE: &str = "status IN ('queued', 'started', 'unknown', 'pending') AND NOT (status = 'queued' AND 0 < \
                       (SELECT COUNT(*) FROM attempt AS other WHERE other.payment_id = attempt.payment_id \
                       AND other.status IN ('started', 'unknown', 'pending')))";

/// Attempts that somebody should take up by now, those that waited longest first.
pub(crate) async fn due(db: &Db, now: DateTime<Utc>, limit: i64) -> Result<Vec<AttemptId>, DbError> {
    let found = rows(db, &select_due(), [now.into(), limit.into()]).await?;
    found.iter().map(|row| Ok(AttemptId::new(row.try_get_by_index(0)?))).collect()
}

pub(crate) fn select_due() -> String {
    format!("SELECT id FROM attempt WHERE {MOVABLE} AND next_try_at <= ? ORDER BY next_try_at LIMIT ?")
}

/// When the next attempt will be due; `None` when nothing is unsettled.
pub(crate) async fn next_due(db: &Db) -> Result<Option<DateTime<Utc>>, DbError> {
    let found = rows(db, &select_next_due(), []).await?;
    Ok(found.first().map(|row| row.try_get_by_index(0)).transpose()?.flatten())
}

pub(crate) fn select_next_due() -> String {
    format!("SELECT MIN(next_try_at) FROM attempt WHERE {MOVABLE}")
}

/// Payments asked for before `before` of which nothing more was written: whoever asked died in the middle.
pub(crate) async fn orphans(db: &Db, before: DateTime<Utc>, limit: i64) -> Result<Vec<Payment>, DbError> {
    let found: Result<Vec<_>, _> =
        rows(db, &select_orphans(), [before.into(), limit.into()]).await?.iter().map(row::payment).collect();
    Ok(found?.into_iter().flatten().collect())
}

pub(crate) fn select_orphans() -> String {
    format!(
        "SELECT {PAYMENT} FROM payment WHERE status = 'pending' AND created_at <= ? \
         AND NOT EXISTS (SELECT 1 FROM attempt WHERE attempt.id = payment.id) ORDER BY created_at LIMIT ?"
    )
}
