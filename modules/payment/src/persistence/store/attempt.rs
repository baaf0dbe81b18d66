//! What is asked of providers.

use kernel::{DateTime, OrderId, Utc};
use kernel_db::{Db, DbError, Tx, dialect};
use sea_orm::Value;

use super::super::row::{id_cell, time_cell};
use crate::domain::{Attempt, Wanted};

/// A request for what is set aside for an order.
#[derive(Debug, Clone)]
pub(crate) struct CaptureWanted {
    pub(crate) order: OrderId,
    pub(crate) wanted: Wanted,
}

/// What a conflict comes to is to follow.
pub(crate) const WRITE: &str = "INSERT INTO attempt (id, payment_id, operation, currency, amount, status, reason, answer, \
                     asked_by, correlation_id, tries, next_try_at, created_at, updated_at, traceparent) \
                     SELECT {id}(value ->> 0), {id}(value ->> 1), value ->> 2, value ->> 3, \
                     CAST(value ->> 4 AS bigint), value ->> 5, value ->> 6, value ->> 7, value ->> 8, \
                     {id}(value ->> 9), CAST(value ->> 10 AS bigint), {time}(value ->> 11), {time}(value ->> 12), \
                     {time}(value ->> 13), value ->> 14 FROM {rows} WHERE true ON CONFLICT ";

/// The value of `{rows}` in [`WRITE`].
pub(crate) fn cells<'a>(attempts: impl IntoIterator<Item = &'a Attempt>, now: DateTime<Utc>) -> Value {
    let cells = |attempt: &'a Attempt| {
        (
            id_cell(attempt.id.uuid()),
            id_cell(attempt.payment.uuid()),
            attempt.operation.as_str(),
            attempt.amount.currency(),
            attempt.amount.minor(),
            attempt.status.as_str(),
            &attempt.reason,
            &attempt.answer,
            &attempt.asked_by,
            attempt.correlation.map(id_cell),
            attempt.tries,
            attempt.next_try_at.map(time_cell),
            time_cell(attempt.created_at),
            time_cell(now),
            &attempt.traceparent,
        )
    };
    dialect::rows(&attempts.into_iter().map(cells).collect::<Vec<_>>())
}

/// Leaves an attempt for later. `false` when it is settled.
pub(crate) async fn postpone(db: &Db, attempt: &Attempt) -> Result<bool, DbError> {
    let sql = format!(
        "{WRITE} (id) DO UPDATE SET status = excluded.status, answer = excluded.answer, \
         next_try_at = excluded.next_try_at, updated_at = excluded.updated_at \
         WHERE attempt.status NOT IN ('succeeded', 'failed', 'dropped') RETURNING id"
    );
    Ok(db.write_one(&sql, [cells([attempt], db.seams().now())]).await?.len() == 1)
}

/// Writes an attempt down. `false` when it is there already, or its like is.
pub(crate) async fn add(tx: &Tx, attempt: &Attempt) -> Result<bool, DbError> {
    let sql = format!("{WRITE} DO NOTHING");
    Ok(tx.run(&sql, [cells([attempt], tx.seams().now())]).await? == 1)
}
