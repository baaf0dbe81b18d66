//! What every order needs: payments and what is asked of their providers are loaded for many commands at once, and saved
//! for all of them.
//!
//! Payments are locked in the order of their orders' ids.

mod written;

use kernel::{OrderId, PaymentId};
use kernel_db::{Cause, DbError, Rows as _, Sql, Tx, Write, columns, guard, outbox, rows};
use payment_contract::PaymentEvent;

use self::written::{AttemptRow, ClaimedRow, MovedRow, PostedRow};
use super::{
    entity::{attempt, payment, refund_refusal},
    refusals,
    row::{self, KeptPayment, Row},
};
use crate::domain::{Attempt, Posting, Refusal};

static LOCK: Sql = Sql::new("payment.lock", || of_orders("{for_update}"));
static TRY_LOCK: Sql = Sql::new("payment.try-lock", || of_orders("{skip_locked}"));

fn of_orders(lock: &str) -> String {
    let columns = columns::<payment::Entity>();
    format!("SELECT {columns} FROM payment WHERE order_id IN {{ids}} ORDER BY order_id {lock}")
}

pub(super) static ATTEMPTS: Sql = Sql::new("payment.attempts", || {
    let columns = columns::<attempt::Entity>();
    format!("SELECT {columns} FROM attempt WHERE payment_id IN {{ids}} ORDER BY created_at, id")
});

pub(super) static REFUSALS: Sql = Sql::new("payment.refusals", || {
    let columns = columns::<refund_refusal::Entity>();
    format!("SELECT {columns} FROM refund_refusal WHERE payment_id IN {{ids}} ORDER BY created_at, refund_id")
});

/// The unique order id lets one of many processes through.
static CLAIM: Sql = Sql::new("payment.claim", || ClaimedRow::insert("payment"));

static MOVE: Sql = Sql::new("payment.move", || {
    format!(
        "UPDATE payment SET {set} FROM {moved} WHERE payment.id = moved.id AND payment.revision = moved.revision - 1",
        set = MovedRow::set("moved"),
        moved = MovedRow::table("moved"),
    )
});

/// An attempt that has succeeded does not change any more.
static KEEP_ATTEMPTS: Sql = Sql::new("payment.keep-attempts", || {
    format!(
        "{insert} ON CONFLICT (id) DO UPDATE SET status = excluded.status, answer = excluded.answer, \
         tries = excluded.tries, next_try_at = excluded.next_try_at, updated_at = excluded.updated_at \
         WHERE attempt.status <> 'succeeded' AND attempt.payment_id = excluded.payment_id",
        insert = AttemptRow::insert("attempt"),
    )
});

static POST: Sql = Sql::new("payment.post", || PostedRow::insert("ledger"));

#[cfg(test)]
pub(super) fn statements() -> Vec<&'static Sql> {
    vec![&LOCK, &TRY_LOCK, &ATTEMPTS, &REFUSALS, &CLAIM, &MOVE, &KEEP_ATTEMPTS, &POST]
}

/// The payments of `orders` that there are, locked until the transaction ends. Those that another process has locked are
/// left out unless it `waits` for them.
pub(crate) async fn lock(
    tx: &Tx,
    orders: impl Iterator<Item = OrderId> + Send,
    waits: bool,
) -> Result<Vec<Row>, DbError> {
    let sql = if waits { &LOCK } else { &TRY_LOCK };
    row::all(tx.all::<payment::Model>(sql, [rows::ids(orders)]).await?)
}

/// All that was asked of the providers of payments that are locked, oldest first. A statement of its own: one that waits for
/// a payment's lock reads everything else as it was before it waited.
pub(crate) async fn attempts(tx: &Tx, payments: &[PaymentId]) -> Result<Vec<Attempt>, DbError> {
    row::all(tx.all::<attempt::Model>(&ATTEMPTS, [rows::ids(payments.iter().copied())]).await?)
}

/// All that was refused of payments that are locked, oldest first.
pub(crate) async fn refusals(tx: &Tx, payments: &[PaymentId]) -> Result<Vec<Refusal>, DbError> {
    row::all(tx.all::<refund_refusal::Model>(&REFUSALS, [rows::ids(payments.iter().copied())]).await?)
}

/// What a unit of work has changed.
#[derive(Debug)]
pub(crate) struct Changes<'a> {
    pub(crate) made: Vec<KeptPayment>,
    /// Each with a revision one higher than it was loaded with.
    pub(crate) moved: Vec<KeptPayment>,
    /// New ones, and those that have changed.
    pub(crate) attempts: Vec<&'a Attempt>,
    pub(crate) postings: &'a [(Attempt, Posting)],
    pub(crate) refusals: &'a [Refusal],
    pub(crate) events: &'a [(Cause, i64, PaymentEvent)],
}

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
    let made = ClaimedRow::bind(changes.made.iter().map(|made| ClaimedRow::of(made, now)));
    add(Write::new(&CLAIM, [made]), changes.made.len());
    let moved = MovedRow::bind(changes.moved.iter().map(|moved| MovedRow::of(moved, now)));
    add(Write::new(&MOVE, [moved]), changes.moved.len());
    let attempts = AttemptRow::bind(changes.attempts.iter().map(|attempt| AttemptRow::of(attempt, now)));
    add(Write::new(&KEEP_ATTEMPTS, [attempts]), changes.attempts.len());
    let posted =
        PostedRow::bind(changes.postings.iter().map(|(attempt, posting)| PostedRow::of(attempt, posting, now)));
    add(Write::new(&POST, [posted]), changes.postings.len());
    add(refusals::keep(changes.refusals), changes.refusals.len());
    if writes.is_empty() {
        return Ok(());
    }
    if !changes.events.is_empty() {
        guard::pass("payment.before_commit");
    }
    tx.save(writes).await
}
