//! What is asked of providers.

use std::{collections::HashMap, sync::Arc, time::Duration};

use kernel::{DateTime, Money, OrderId, PaymentId, Utc};
use kernel_db::{Db, DbError, Tx, Write, dialect};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::super::row::{self, ATTEMPT, id_cell, time_cell};
use crate::domain::{Attempt, Balances, Operation, Payment, Status, Wanted};

/// Somebody wants what is set aside for an order.
#[derive(Debug, Clone)]
pub(crate) struct CaptureWanted {
    pub(crate) order: OrderId,
    pub(crate) wanted: Wanted,
}

/// Starts the capture of all that is set aside for each order, each for the length of `lease`. `None` where there is
/// nothing to take, it was taken before, something else is being asked for, or somebody else is at the payment: its row
/// is locked while its state is looked at, and one unique index lets one call at a time through, another one capture in
/// all.
pub(crate) async fn start_captures(
    db: &Db,
    captures: &[Arc<CaptureWanted>],
    lease: Duration,
) -> Result<Vec<Option<(Payment, Attempt)>>, DbError> {
    // The claim answers with the payment as it stood, so that no second statement has to read it.
    let sql = "INSERT INTO attempt (id, payment_id, operation, currency, amount, status, asked_by, correlation_id, \
               traceparent, tries, next_try_at, created_at, updated_at) \
               SELECT {id}(value ->> 0), payment.id, 'capture', payment.currency, payment.authorized, 'started', \
               value ->> 2, {id}(value ->> 3), value ->> 4, 1, ?, ?, ? \
               FROM {rows} CROSS JOIN payment WHERE payment.order_id = {id}(value ->> 1) \
               AND payment.status = 'authorized' AND payment.given_up = 0 {skip_locked} \
               ON CONFLICT DO NOTHING \
               RETURNING id, payment_id, currency, amount, \
               (SELECT method FROM payment WHERE payment.id = payment_id), \
               (SELECT payment.amount FROM payment WHERE payment.id = payment_id), \
               (SELECT version FROM payment WHERE payment.id = payment_id), \
               (SELECT payment.correlation_id FROM payment WHERE payment.id = payment_id), \
               (SELECT payment.created_at FROM payment WHERE payment.id = payment_id)";
    let mut sorted: Vec<&CaptureWanted> = captures.iter().map(Arc::as_ref).collect();
    sorted.sort_by_key(|capture| capture.order);
    let cells = |CaptureWanted { order, wanted }: &&CaptureWanted| {
        let (id, order) = (id_cell(wanted.id.uuid()), id_cell(order.uuid()));
        (id, order, wanted.asked_by.clone(), wanted.correlation.map(id_cell), wanted.traceparent.clone())
    };
    let rows: Vec<_> = sorted.iter().map(cells).collect();
    let now = db.seams().now();
    let values: [Value; 4] = [(now + lease).into(), now.into(), now.into(), dialect::rows(&rows)];
    let mut started = HashMap::new();
    for row in db.write_one(sql, values).await? {
        started.insert(row.try_get_by_index::<Uuid>(0)?, row);
    }
    let answer = |capture: &Arc<CaptureWanted>| {
        let row = started.get(&capture.wanted.id.uuid());
        row.map(|row| capture_started(row, capture, (now, now + lease))).transpose()
    };
    captures.iter().map(answer).collect()
}

/// The payment as it stood, and the attempt that was made.
fn capture_started(
    row: &QueryResult,
    CaptureWanted { order, wanted }: &CaptureWanted,
    (now, lease_until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(Payment, Attempt), DbError> {
    let id = PaymentId::new(row.try_get_by_index(1)?);
    let currency = row::parse_currency(&row.try_get_by_index::<String>(2)?)?;
    let authorized = Money::new(row.try_get_by_index(3)?, currency);
    let amount = Money::new(row.try_get_by_index(5)?, currency);
    let words = (row.try_get_by_index(4)?, String::new());
    let context = (row.try_get_by_index(7)?, row.try_get_by_index(8)?);
    let standing = Balances {
        status: Status::Authorized,
        authorized,
        version: row.try_get_by_index(6)?,
        ..Balances::pending(amount)
    };
    let mut payment = Payment::asked_for(id, *order, words, amount, context).standing_at(standing);
    payment.token = None;
    let attempt = wanted.clone().attempt(&payment, Operation::Capture, authorized, now).started_until(lease_until);
    Ok((payment, attempt))
}

/// Every attempt of a payment that the caller has locked, oldest first.
pub(crate) async fn attempts(tx: &Tx, payment: PaymentId) -> Result<Vec<Attempt>, DbError> {
    let sql = format!("SELECT {ATTEMPT} FROM attempt WHERE payment_id = ? ORDER BY created_at, id");
    tx.rows(&sql, [payment.uuid().into()]).await?.iter().map(row::attempt).collect()
}

const WRITE: &str = "INSERT INTO attempt (id, payment_id, operation, currency, amount, status, reason, answer, \
                     asked_by, correlation_id, tries, next_try_at, created_at, updated_at, traceparent) \
                     SELECT {id}(value ->> 0), {id}(value ->> 1), value ->> 2, value ->> 3, \
                     CAST(value ->> 4 AS bigint), value ->> 5, value ->> 6, value ->> 7, value ->> 8, \
                     {id}(value ->> 9), CAST(value ->> 10 AS bigint), {time}(value ->> 11), {time}(value ->> 12), \
                     {time}(value ->> 13), value ->> 14 FROM {rows} WHERE true ON CONFLICT ";

/// The value of `{rows}` in [`WRITE`].
fn cells<'a>(attempts: impl IntoIterator<Item = &'a Attempt>, now: DateTime<Utc>) -> Value {
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

/// Ends attempts, each of another payment. Not one that had succeeded before: its row is missing.
pub(crate) fn close_all(attempts: &[&Attempt], now: DateTime<Utc>) -> Write {
    let sql = format!(
        "{WRITE} (id) DO UPDATE SET status = excluded.status, answer = excluded.answer, next_try_at = NULL, \
         updated_at = excluded.updated_at WHERE attempt.status <> 'succeeded'"
    );
    Write::new(sql, [cells(attempts.iter().copied(), now)])
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

/// Changes an attempt of a payment that the caller has locked.
pub(crate) async fn update(tx: &Tx, attempt: &Attempt) -> Result<(), DbError> {
    let sql = "UPDATE attempt SET status = ?, answer = ?, tries = ?, next_try_at = ?, updated_at = ? WHERE id = ?";
    let values: [Value; 6] = [
        attempt.status.as_str().into(),
        attempt.answer.clone().into(),
        attempt.tries.into(),
        attempt.next_try_at.into(),
        tx.seams().now().into(),
        attempt.id.uuid().into(),
    ];
    tx.run(sql, values).await?;
    Ok(())
}
