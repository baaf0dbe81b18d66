//! Promises to give money back that could not be kept.

use kernel::{DateTime, Money, PaymentId, RefundId, Utc};
use kernel_db::{Db, DbError, Tx, Write, dialect};
use sea_orm::{ConnectionTrait as _, QueryResult, Value};
use uuid::Uuid;

use super::row::{id_cell, parse_currency, time_cell};
use crate::domain::{Refusal, Resolved};

/// What became of a refund that an order has promised, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptPromise {
    pub refund: RefundId,
    pub paid: i64,
    /// Decided, and not settled with the provider.
    pub open: i64,
    /// Shown to the shop as work to do.
    pub refused: i64,
    /// Nothing was ever taken, so nothing had to be given back.
    pub needless: bool,
}

const COLUMNS: &str = "refund_id, payment_id, currency, asked, refunded, left_over, reason, asked_by, created_at, \
                       resolved_at, resolved_by, resolution";

/// Writes a refusal down. The same promise may be refused twice: in part when it comes, and the rest by the provider.
pub(crate) fn keep(refusal: &Refusal) -> Write {
    let sql = "INSERT INTO refund_refusal (refund_id, payment_id, currency, asked, refunded, left_over, reason, asked_by, \
               created_at) SELECT {id}(value ->> 0), {id}(value ->> 1), value ->> 2, CAST(value ->> 3 AS bigint), \
               CAST(value ->> 4 AS bigint), CAST(value ->> 5 AS bigint), value ->> 6, value ->> 7, {time}(value ->> 8) \
               FROM {rows} WHERE true \
               ON CONFLICT (refund_id) DO UPDATE SET refunded = excluded.refunded, left_over = excluded.left_over, \
               reason = excluded.reason, resolved_at = NULL, resolved_by = NULL, resolution = NULL";
    let row = (
        id_cell(refusal.refund.uuid()),
        id_cell(refusal.payment.uuid()),
        refusal.asked.currency(),
        refusal.asked.minor(),
        refusal.refunded.minor(),
        refusal.left.minor(),
        &refusal.reason,
        &refusal.asked_by,
        time_cell(refusal.created_at),
    );
    Write::new(sql, [dialect::rows(&[row])])
}

/// Every refusal of payments that are locked, oldest first.
pub(super) async fn of_locked(tx: &Tx, payments: Value) -> Result<Vec<Refusal>, DbError> {
    tx.rows(&of_payments(), [payments]).await?.iter().map(refusal).collect()
}

fn of_payments() -> String {
    format!(
        "SELECT {COLUMNS} FROM refund_refusal WHERE payment_id IN (SELECT {{id}}(value ->> 0) FROM {{rows}}) \
         ORDER BY created_at, refund_id"
    )
}

/// Every refusal of the payments, oldest first.
pub(crate) async fn of(db: &Db, payments: &[PaymentId]) -> Result<Vec<Refusal>, DbError> {
    let ids: Vec<[String; 1]> = payments.iter().map(|id| [id_cell(id.uuid())]).collect();
    let statement = db.dialect().statement(&of_payments(), [dialect::rows(&ids)]);
    db.reader().query_all_raw(statement).await?.iter().map(refusal).collect()
}

/// What became of refunds that orders have promised, for those that payment has heard of.
pub(crate) async fn kept_promises(db: &Db, refunds: &[RefundId]) -> Result<Vec<KeptPromise>, DbError> {
    let sql = "SELECT promised.id, CAST(COALESCE(SUM(CASE WHEN attempt.status = 'succeeded' THEN attempt.amount END), 0) AS \
               BIGINT), CAST(COALESCE(SUM(CASE WHEN attempt.status IN ('queued', 'started', 'unknown', 'pending') THEN \
               attempt.amount END), 0) AS BIGINT), CAST(COALESCE(MAX(refund_refusal.asked - refund_refusal.refunded), 0) AS \
               BIGINT), CAST(COALESCE(SUM(CASE WHEN attempt.status = 'dropped' THEN 1 END), 0) AS BIGINT) \
               FROM (SELECT {id}(value ->> 0) AS id FROM {rows}) AS promised \
               LEFT JOIN attempt ON attempt.id = promised.id \
               LEFT JOIN refund_refusal ON refund_refusal.refund_id = promised.id \
               WHERE attempt.id IS NOT NULL OR refund_refusal.refund_id IS NOT NULL GROUP BY promised.id";
    let ids: Vec<[String; 1]> = refunds.iter().map(|id| [id_cell(id.uuid())]).collect();
    let rows = db.reader().query_all_raw(db.dialect().statement(sql, [dialect::rows(&ids)])).await?;
    rows.iter()
        .map(|row| {
            Ok(KeptPromise {
                refund: RefundId::new(row.try_get_by_index::<Uuid>(0)?),
                paid: row.try_get_by_index(1)?,
                open: row.try_get_by_index(2)?,
                refused: row.try_get_by_index(3)?,
                needless: row.try_get_by_index::<i64>(4)? > 0,
            })
        })
        .collect()
}

/// Notes that the shop has settled it. `false` when there is no such refusal, or it is settled.
pub(crate) async fn resolve(
    tx: &Tx,
    (payment, refund): (PaymentId, RefundId),
    resolved: &Resolved,
) -> Result<bool, DbError> {
    let sql = "UPDATE refund_refusal SET resolved_at = ?, resolved_by = ?, resolution = ? \
               WHERE refund_id = ? AND payment_id = ? AND resolved_at IS NULL";
    let values: [Value; 5] = [
        resolved.at.into(),
        resolved.by.as_str().into(),
        resolved.note.as_str().into(),
        refund.uuid().into(),
        payment.uuid().into(),
    ];
    Ok(tx.run(sql, values).await? == 1)
}

fn refusal(row: &QueryResult) -> Result<Refusal, DbError> {
    let currency = parse_currency(&row.try_get_by_index::<String>(2)?)?;
    let money = |index: usize| Ok::<_, DbError>(Money::new(row.try_get_by_index(index)?, currency));
    let resolved_at: Option<DateTime<Utc>> = row.try_get_by_index(9)?;
    let resolved = match resolved_at {
        Some(at) => {
            let words = |index: usize| row.try_get_by_index::<Option<String>>(index).map(Option::unwrap_or_default);
            Some(Resolved { at, by: words(10)?, note: words(11)? })
        }
        None => None,
    };
    Ok(Refusal {
        refund: RefundId::new(row.try_get_by_index::<Uuid>(0)?),
        payment: PaymentId::new(row.try_get_by_index::<Uuid>(1)?),
        asked: money(3)?,
        refunded: money(4)?,
        left: money(5)?,
        reason: row.try_get_by_index(6)?,
        asked_by: row.try_get_by_index(7)?,
        created_at: row.try_get_by_index(8)?,
        resolved,
    })
}
