//! What every order needs: payments and what is asked of their providers are loaded for many commands at once, and saved
//! for all of them.
//!
//! Payments are locked in the order of their orders' ids.

use kernel::{DateTime, OrderId, PaymentId, Utc};
use kernel_db::{Cause, DbError, Tx, Write, dialect, guard, outbox};
use payment_contract::PaymentEvent;
use sea_orm::{QueryResult, Value};
use serde::Serialize;
use uuid::Uuid;

use super::{
    refusals,
    row::{self, ATTEMPT, PAYMENT, id_cell, time_cell},
    store::attempt,
};
use crate::domain::{Attempt, Balances, Payment, Posting, Refusal};

/// What there is of an order.
#[derive(Debug)]
pub(crate) enum Row {
    /// The payment was given up before there was one.
    Tombstone(OrderId),
    Payment(Box<Payment>),
}

/// The payments of `orders` that there are, locked until the transaction ends. Those that another process has locked are
/// left out unless it `waits` for them.
pub(crate) async fn lock(
    tx: &Tx,
    orders: impl Iterator<Item = OrderId> + Send,
    waits: bool,
) -> Result<Vec<Row>, DbError> {
    let lock = if waits { "{for_update}" } else { "{skip_locked}" };
    let sql = format!(
        "SELECT {PAYMENT} FROM payment WHERE order_id IN (SELECT {{id}}(value ->> 0) FROM {{rows}}) \
         ORDER BY order_id {lock}"
    );
    tx.rows(&sql, [id_rows(orders.map(OrderId::uuid))]).await?.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<Row, DbError> {
    match row::payment(row)? {
        Some(payment) => Ok(Row::Payment(Box::new(payment))),
        None => Ok(Row::Tombstone(OrderId::new(row.try_get::<Uuid>("", "order_id")?))),
    }
}

/// All that was asked of the providers of payments that are locked, oldest first. A statement of its own: one that waits for
/// a payment's lock reads everything else as it was before it waited.
pub(crate) async fn attempts(tx: &Tx, payments: &[PaymentId]) -> Result<Vec<Attempt>, DbError> {
    let sql = format!(
        "SELECT {ATTEMPT} FROM attempt WHERE payment_id IN (SELECT {{id}}(value ->> 0) FROM {{rows}}) \
         ORDER BY created_at, id"
    );
    tx.rows(&sql, [id_rows(payments.iter().map(|id| id.uuid()))]).await?.iter().map(row::attempt).collect()
}

/// All that was refused of payments that are locked, oldest first.
pub(crate) async fn refusals(tx: &Tx, payments: &[PaymentId]) -> Result<Vec<Refusal>, DbError> {
    refusals::of_locked(tx, id_rows(payments.iter().map(|id| id.uuid()))).await
}

/// What a unit of work has changed.
#[derive(Debug)]
pub(crate) struct Changes<'a> {
    pub(crate) made: Vec<&'a Payment>,
    /// Each with where it stood before.
    pub(crate) moved: Vec<(&'a Payment, &'a Balances)>,
    /// New ones, and those that have changed.
    pub(crate) attempts: Vec<&'a Attempt>,
    pub(crate) postings: &'a [(Attempt, Posting)],
    pub(crate) refusals: &'a [Refusal],
    pub(crate) events: &'a [(Cause, i64, PaymentEvent)],
}

/// The unique order id lets one of many processes through.
const CLAIM: &str = "INSERT INTO payment (id, order_id, method, token, currency, amount, status, authorized, captured, \
     refunded, version, given_up, correlation_id, created_at, traceparent, updated_at) \
     SELECT {id}(value ->> 0), {id}(value ->> 1), value ->> 2, value ->> 3, value ->> 4, \
     CAST(value ->> 5 AS bigint), 'pending', 0, 0, 0, 0, 0, {id}(value ->> 6), {time}(value ->> 7), value ->> 8, ? \
     FROM {rows}";

const MOVE: &str = "UPDATE payment SET status = moved.status, authorized = moved.authorized, captured = moved.captured, \
     refunded = moved.refunded, version = moved.version, given_up = moved.given_up, token = moved.token, updated_at = ? \
     FROM (SELECT {id}(value ->> 0) AS id, value ->> 1 AS status, CAST(value ->> 2 AS bigint) AS authorized, \
     CAST(value ->> 3 AS bigint) AS captured, CAST(value ->> 4 AS bigint) AS refunded, \
     CAST(value ->> 5 AS bigint) AS version, CAST(value ->> 6 AS bigint) AS given_up, value ->> 7 AS token, \
     CAST(value ->> 8 AS bigint) AS seen FROM {rows}) AS moved \
     WHERE payment.id = moved.id AND payment.version = moved.seen";

/// An attempt that has succeeded does not change any more.
const KEEP_ATTEMPTS: &str = "(id) DO UPDATE SET status = excluded.status, answer = excluded.answer, tries = excluded.tries, \
     next_try_at = excluded.next_try_at, updated_at = excluded.updated_at WHERE attempt.status <> 'succeeded'";

const POST: &str = "INSERT INTO ledger (attempt_id, payment_id, operation, debit, credit, currency, debited, credited, \
     posted_at) SELECT {id}(value ->> 0), {id}(value ->> 1), value ->> 2, value ->> 3, value ->> 4, value ->> 5, \
     CAST(value ->> 6 AS bigint), CAST(value ->> 7 AS bigint), {time}(value ->> 8) FROM {rows}";

/// Writes what a unit of work has changed, in one round trip, and publishes its events.
///
/// # Errors
///
/// [`DbError::Overtaken`], at the latest with the commit, when a payment or an attempt is not what was loaded. Nothing is kept
/// then.
pub(crate) async fn save(tx: &Tx, changes: &Changes<'_>) -> Result<(), DbError> {
    let now = tx.seams().now();
    let events: Vec<_> = changes.events.iter().map(|(cause, version, event)| (cause, *version, event)).collect();
    outbox::publish_all(tx, &events)?;
    let mut writes = Vec::new();
    let mut add = |write: Write, rows: usize| {
        if rows > 0 {
            writes.push(write.changing(rows));
        }
    };
    let made: Vec<_> = changes.made.iter().map(|payment| claim_row(payment)).collect();
    add(Write::new(CLAIM, [now.into(), dialect::rows(&made)]), made.len());
    let moved: Vec<_> = changes.moved.iter().map(move_row).collect();
    add(Write::new(MOVE, [now.into(), dialect::rows(&moved)]), moved.len());
    let attempts = attempt::cells(changes.attempts.iter().copied(), now);
    add(Write::new(format!("{}{KEEP_ATTEMPTS}", attempt::WRITE), [attempts]), changes.attempts.len());
    let posted: Vec<_> = changes.postings.iter().map(|(attempt, posting)| post_row(attempt, posting, now)).collect();
    add(Write::new(POST, [dialect::rows(&posted)]), posted.len());
    for refusal in changes.refusals {
        add(refusals::keep(refusal), 1);
    }
    if writes.is_empty() {
        return Ok(());
    }
    if !changes.events.is_empty() {
        guard::pass("payment.before_commit");
    }
    tx.save(writes).await
}

fn claim_row(payment: &Payment) -> impl Serialize + use<'_> {
    (
        id_cell(payment.id.uuid()),
        id_cell(payment.order.uuid()),
        &payment.method,
        &payment.token,
        payment.amount.currency(),
        payment.amount.minor(),
        payment.correlation.map(id_cell),
        time_cell(payment.created_at),
        &payment.traceparent,
    )
}

fn move_row<'a>((payment, before): &(&'a Payment, &'a Balances)) -> impl Serialize + use<'a> {
    let Balances { status, authorized, captured, refunded, version, given_up } = *payment.standing();
    (
        id_cell(payment.id.uuid()),
        status.as_str(),
        authorized.minor(),
        captured.minor(),
        refunded.minor(),
        version,
        i64::from(given_up),
        &payment.token,
        before.version,
    )
}

fn post_row(attempt: &Attempt, posting: &Posting, now: DateTime<Utc>) -> impl Serialize + use<> {
    let minor = posting.amount.minor();
    (
        id_cell(attempt.id.uuid()),
        id_cell(attempt.payment.uuid()),
        attempt.operation.as_str(),
        posting.debit.as_str(),
        posting.credit.as_str(),
        posting.amount.currency(),
        minor,
        minor + i64::from(guard::sabotaged("payment.rounding")),
        time_cell(now),
    )
}

fn id_rows(ids: impl Iterator<Item = Uuid>) -> Value {
    dialect::rows(&ids.map(|id| [id_cell(id)]).collect::<Vec<_>>())
}
