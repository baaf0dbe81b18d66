//! Writes. Each says how it keeps two writers apart.

use kernel::{AttemptId, DateTime, Money, OrderId, PaymentId, Utc};
use kernel_db::{Db, DbError, Tx, guard};
use sea_orm::Value;

use super::row::{self, ATTEMPT, PAYMENT};
use crate::domain::{Attempt, AttemptStatus, Operation, Payment, Posting, Standing, Status, Wanted};

/// Writes a new payment down before its provider is asked. `false` when its order has one already: the unique order
/// id lets one of many callers through.
pub(crate) async fn claim(db: &Db, payment: &Payment) -> Result<bool, DbError> {
    let sql = "INSERT INTO payment (id, order_id, method, token, currency, amount, status, authorized, captured, \
               refunded, version, given_up, correlation_id, created_at, updated_at) \
               VALUES (?, ?, ?, ?, ?, ?, 'pending', 0, 0, 0, 0, 0, ?, ?, ?) \
               ON CONFLICT (order_id) DO NOTHING RETURNING id";
    let values: [Value; 9] = [
        payment.id.uuid().into(),
        payment.order.uuid().into(),
        payment.method.clone().into(),
        payment.token.clone().into(),
        payment.amount.currency().code().into(),
        payment.amount.minor().into(),
        payment.correlation.into(),
        payment.created_at.into(),
        payment.created_at.into(),
    ];
    Ok(db.write_one(sql, values).await?.len() == 1)
}

/// Refuses a payment that `order` may ask for later. `false` when there is one already.
pub(crate) async fn tombstone(tx: &Tx, order: OrderId) -> Result<bool, DbError> {
    let sql = "INSERT INTO payment (id, order_id, amount, status, authorized, captured, refunded, version, given_up, \
               created_at, updated_at) VALUES (?, ?, 0, 'voided', 0, 0, 0, 0, 1, ?, ?) \
               ON CONFLICT (order_id) DO NOTHING";
    let now = tx.seams().now();
    let values: [Value; 4] = [tx.seams().ids.next().into(), order.uuid().into(), now.into(), now.into()];
    Ok(tx.run(sql, values).await? == 1)
}

/// Starts the capture of all that is set aside for `order`. `None` when there is nothing to take, it was taken
/// before, or something else is being asked for: the payment's row is locked while its state is looked at, and one
/// unique index lets one call at a time through, another one capture in all.
pub(crate) async fn start_capture(
    db: &Db,
    order: OrderId,
    wanted: Wanted,
    lease_until: DateTime<Utc>,
) -> Result<Option<(Payment, Attempt)>, DbError> {
    // The claim answers with the payment as it stood, so that no second statement has to read it.
    let sql = "INSERT INTO attempt (id, payment_id, operation, currency, amount, status, asked_by, correlation_id, \
               tries, next_try_at, created_at, updated_at) \
               SELECT ?, id, 'capture', currency, authorized, 'started', ?, ?, 1, ?, ?, ? FROM payment \
               WHERE order_id = ? AND status = 'authorized' AND given_up = 0 {for_update} \
               ON CONFLICT DO NOTHING \
               RETURNING payment_id, currency, amount, \
               (SELECT method FROM payment WHERE payment.id = payment_id), \
               (SELECT payment.amount FROM payment WHERE payment.id = payment_id), \
               (SELECT version FROM payment WHERE payment.id = payment_id), \
               (SELECT payment.correlation_id FROM payment WHERE payment.id = payment_id), \
               (SELECT payment.created_at FROM payment WHERE payment.id = payment_id)";
    let now = db.seams().now();
    let values: [Value; 7] = [
        wanted.id.uuid().into(),
        wanted.asked_by.clone().into(),
        wanted.correlation.into(),
        lease_until.into(),
        now.into(),
        now.into(),
        order.uuid().into(),
    ];
    let rows = db.write_one(sql, values).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let id = PaymentId::new(row.try_get_by_index(0)?);
    let currency = row::parse_currency(&row.try_get_by_index::<String>(1)?)?;
    let authorized = Money::new(row.try_get_by_index(2)?, currency);
    let amount = Money::new(row.try_get_by_index(4)?, currency);
    let words = (row.try_get_by_index(3)?, String::new());
    let context = (row.try_get_by_index(6)?, row.try_get_by_index(7)?);
    let standing = Standing {
        status: Status::Authorized,
        authorized,
        version: row.try_get_by_index(5)?,
        ..Standing::pending(amount)
    };
    let mut payment = Payment::asked_for(id, order, words, amount, context).standing_at(standing);
    payment.token = None;
    let attempt = wanted.attempt(&payment, Operation::Capture, authorized, now).started_until(lease_until);
    Ok(Some((payment, attempt)))
}

/// Reads and locks the payment of `order`. `Some(None)` is a tombstone.
pub(crate) async fn lock_by_order(tx: &Tx, order: OrderId) -> Result<Option<Option<Payment>>, DbError> {
    let sql = format!("SELECT {PAYMENT} FROM payment WHERE order_id = ? {{for_update}}");
    let row = tx.row(&sql, [order.uuid().into()]).await?;
    row.map(|row| row::payment(&row)).transpose()
}

/// Reads and locks a payment.
pub(crate) async fn lock(tx: &Tx, id: PaymentId) -> Result<Option<Payment>, DbError> {
    let sql = format!("SELECT {PAYMENT} FROM payment WHERE id = ? {{for_update}}");
    let row = tx.row(&sql, [id.uuid().into()]).await?;
    Ok(row.map(|row| row::payment(&row)).transpose()?.flatten())
}

/// Reads and locks the payment that `reference` is about.
pub(crate) async fn lock_by_reference(tx: &Tx, reference: AttemptId) -> Result<Option<Payment>, DbError> {
    by_reference(tx, reference, "{for_update}").await
}

/// As [`lock_by_reference`], passing by what another process holds.
pub(crate) async fn try_lock_by_reference(tx: &Tx, reference: AttemptId) -> Result<Option<Payment>, DbError> {
    by_reference(tx, reference, "{skip_locked}").await
}

/// An authorization may not have a row of its own yet; its reference is the payment's id.
async fn by_reference(tx: &Tx, reference: AttemptId, lock: &str) -> Result<Option<Payment>, DbError> {
    let sql = format!(
        "SELECT {PAYMENT} FROM payment \
         WHERE id = COALESCE((SELECT payment_id FROM attempt WHERE attempt.id = ?), ?) {lock}"
    );
    let row = tx.row(&sql, [reference.uuid().into(), reference.uuid().into()]).await?;
    Ok(row.map(|row| row::payment(&row)).transpose()?.flatten())
}

/// Every attempt of a payment that the caller has locked, oldest first.
pub(crate) async fn attempts(tx: &Tx, payment: PaymentId) -> Result<Vec<Attempt>, DbError> {
    let sql = format!("SELECT {ATTEMPT} FROM attempt WHERE payment_id = ? ORDER BY created_at, id");
    tx.rows(&sql, [payment.uuid().into()]).await?.iter().map(row::attempt).collect()
}

/// Notes that nobody wants the payment's money.
pub(crate) async fn give_up(tx: &Tx, payment: PaymentId) -> Result<(), DbError> {
    let sql = "UPDATE payment SET given_up = 1, updated_at = ? WHERE id = ?";
    tx.run(sql, [tx.seams().now().into(), payment.uuid().into()]).await?;
    Ok(())
}

/// Writes what has become of `payment`, which stood at `before`. `false` when it does not stand there any more.
pub(crate) async fn save(tx: &Tx, payment: &Payment, before: &Standing) -> Result<bool, DbError> {
    let sql = "UPDATE payment SET status = ?, authorized = ?, captured = ?, refunded = ?, version = ?, token = ?, \
               updated_at = ? WHERE id = ? AND version = ? AND given_up = ?";
    let standing = payment.standing();
    let values: [Value; 10] = [
        standing.status.as_str().into(),
        standing.authorized.minor().into(),
        standing.captured.minor().into(),
        standing.refunded.minor().into(),
        standing.version.into(),
        payment.token.clone().into(),
        tx.seams().now().into(),
        payment.id.uuid().into(),
        before.version.into(),
        i64::from(before.given_up).into(),
    ];
    Ok(tx.run(sql, values).await? == 1)
}

const WRITE_ATTEMPT: &str = "INSERT INTO attempt (id, payment_id, operation, currency, amount, status, reason, answer, \
                             asked_by, correlation_id, tries, next_try_at, created_at, updated_at) \
                             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) ";

fn attempt_values(attempt: &Attempt, now: DateTime<Utc>) -> [Value; 14] {
    [
        attempt.id.uuid().into(),
        attempt.payment.uuid().into(),
        attempt.operation.as_str().into(),
        attempt.amount.currency().code().into(),
        attempt.amount.minor().into(),
        attempt.status.as_str().into(),
        attempt.reason.clone().into(),
        attempt.answer.clone().into(),
        attempt.asked_by.clone().into(),
        attempt.correlation.into(),
        attempt.tries.into(),
        attempt.next_try_at.into(),
        attempt.created_at.into(),
        now.into(),
    ]
}

/// Ends an attempt. `false` when it had succeeded before.
pub(crate) async fn close(
    tx: &Tx,
    attempt: &Attempt,
    status: AttemptStatus,
    answer: Option<String>,
) -> Result<bool, DbError> {
    let sql = format!(
        "{WRITE_ATTEMPT} DO UPDATE SET status = excluded.status, answer = excluded.answer, next_try_at = NULL, \
         updated_at = excluded.updated_at WHERE attempt.status <> 'succeeded'"
    );
    let closed = Attempt { status, answer, next_try_at: None, ..attempt.clone() };
    Ok(tx.run(&sql, attempt_values(&closed, tx.seams().now())).await? == 1)
}

/// Leaves an attempt for later. `false` when it is settled.
pub(crate) async fn postpone(db: &Db, attempt: &Attempt) -> Result<bool, DbError> {
    let sql = format!(
        "{WRITE_ATTEMPT} DO UPDATE SET status = excluded.status, answer = excluded.answer, \
         next_try_at = excluded.next_try_at, updated_at = excluded.updated_at \
         WHERE attempt.status NOT IN ('succeeded', 'failed', 'dropped') RETURNING id"
    );
    Ok(db.write_one(&sql, attempt_values(attempt, db.seams().now())).await?.len() == 1)
}

/// Writes an attempt down. `false` when it is there already, or its like is.
pub(crate) async fn add(tx: &Tx, attempt: &Attempt) -> Result<bool, DbError> {
    let sql = format!("{} DO NOTHING", WRITE_ATTEMPT.replace("ON CONFLICT (id)", "ON CONFLICT"));
    Ok(tx.run(&sql, attempt_values(attempt, tx.seams().now())).await? == 1)
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

/// Enters a movement into the ledger: a debit and a credit.
pub(crate) async fn post(tx: &Tx, attempt: &Attempt, posting: &Posting) -> Result<(), DbError> {
    let sql = "INSERT INTO ledger (payment_id, attempt_id, operation, account, currency, debit, credit, posted_at) \
               VALUES (?, ?, ?, ?, ?, ?, 0, ?), (?, ?, ?, ?, ?, 0, ?, ?)";
    let minor = posting.amount.minor();
    let credited = minor + i64::from(guard::sabotaged("payment.rounding"));
    let mut values: Vec<Value> = Vec::with_capacity(14);
    for (account, amount) in [(posting.debit, minor), (posting.credit, credited)] {
        values.extend([
            attempt.payment.uuid().into(),
            attempt.id.uuid().into(),
            attempt.operation.as_str().into(),
            account.as_str().into(),
            posting.amount.currency().code().into(),
            amount.into(),
            tx.seams().now().into(),
        ]);
    }
    tx.run(sql, values).await?;
    Ok(())
}
