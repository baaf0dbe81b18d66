//! Writes. Each says how it keeps two writers apart.
//!
//! What every order writes is written for many at once, always in the order of the orders' ids and passing by what is
//! locked: so two processes that want the same rows never wait each for the other.

use std::{collections::HashSet, sync::Arc};

use kernel::{AttemptId, DateTime, OrderId, PaymentId, Utc};
use kernel_db::{Db, DbError, Tx, Write, dialect};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::row::{self, PAYMENT, id_cell, time_cell};
use crate::domain::{Balances, Payment};

mod attempt;
mod ledger;

pub(crate) use attempt::{CaptureWanted, add, attempts, close_all, postpone, start_captures, update};
pub(crate) use ledger::post_all;

/// Writes new payments down before their provider is asked; says for each whether it did. Not when its order has one
/// already: the unique order id lets one of many callers through.
pub(crate) async fn claim_all(db: &Db, payments: &[Arc<Payment>]) -> Result<Vec<bool>, DbError> {
    let sql = "INSERT INTO payment (id, order_id, method, token, currency, amount, status, authorized, captured, \
               refunded, version, given_up, correlation_id, created_at, traceparent, updated_at) \
               SELECT {id}(value ->> 0), {id}(value ->> 1), value ->> 2, value ->> 3, value ->> 4, \
               CAST(value ->> 5 AS bigint), 'pending', 0, 0, 0, 0, 0, {id}(value ->> 6), {time}(value ->> 7), value ->> 8, ? \
               FROM {rows} WHERE true ON CONFLICT (order_id) DO NOTHING RETURNING id";
    let mut sorted: Vec<&Payment> = payments.iter().map(Arc::as_ref).collect();
    sorted.sort_by_key(|payment| payment.order);
    let row = |payment: &&Payment| {
        let (id, order) = (id_cell(payment.id.uuid()), id_cell(payment.order.uuid()));
        let (currency, minor) = (payment.amount.currency(), payment.amount.minor());
        let (correlation, created_at) = (payment.correlation.map(id_cell), time_cell(payment.created_at));
        let (method, token, trace) = (payment.method.clone(), payment.token.clone(), payment.traceparent.clone());
        (id, order, method, token, currency, minor, correlation, created_at, trace)
    };
    let rows: Vec<_> = sorted.iter().map(row).collect();
    let claimed = ids(&db.write_one(sql, [db.seams().now().into(), dialect::rows(&rows)]).await?)?;
    Ok(payments.iter().map(|payment| claimed.contains(&payment.id.uuid())).collect())
}

/// The ids in the first column.
fn ids(rows: &[QueryResult]) -> Result<HashSet<Uuid>, DbError> {
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
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

/// Notes that nobody wants the payment's money.
pub(crate) async fn give_up(tx: &Tx, payment: PaymentId) -> Result<(), DbError> {
    let sql = "UPDATE payment SET given_up = 1, updated_at = ? WHERE id = ?";
    tx.run(sql, [tx.seams().now().into(), payment.uuid().into()]).await?;
    Ok(())
}

/// Writes what has become of payments, each of which stood at what is beside it. One that does not stand there any more is
/// left as it is, and so is one that somebody else has locked: nobody waits for another's payment.
pub(crate) fn save_all(payments: &[(&Payment, &Balances)], now: DateTime<Utc>) -> Write {
    let sql = "UPDATE payment SET status = moved.status, authorized = moved.authorized, captured = moved.captured, \
               refunded = moved.refunded, version = moved.version, token = moved.token, updated_at = ? \
               FROM (SELECT {id}(value ->> 0) AS id, value ->> 1 AS status, CAST(value ->> 2 AS bigint) AS authorized, \
               CAST(value ->> 3 AS bigint) AS captured, CAST(value ->> 4 AS bigint) AS refunded, \
               CAST(value ->> 5 AS bigint) AS version, value ->> 6 AS token, CAST(value ->> 7 AS bigint) AS seen, \
               CAST(value ->> 8 AS bigint) AS given_up FROM {rows} CROSS JOIN payment AS held \
               WHERE held.id = {id}(value ->> 0) {skip_locked}) AS moved \
               WHERE payment.id = moved.id AND payment.version = moved.seen AND payment.given_up = moved.given_up";
    let row = |(payment, before): &(&Payment, &Balances)| {
        let Balances { status, authorized, captured, refunded, version, .. } = *payment.standing();
        let sums = (authorized.minor(), captured.minor(), refunded.minor());
        let (token, seen) = (payment.token.clone(), (before.version, i64::from(before.given_up)));
        (id_cell(payment.id.uuid()), status.as_str(), sums.0, sums.1, sums.2, version, token, seen.0, seen.1)
    };
    let mut sorted = payments.to_vec();
    sorted.sort_by_key(|(payment, _)| payment.order);
    let rows: Vec<_> = sorted.iter().map(row).collect();
    Write::new(sql, [now.into(), dialect::rows(&rows)])
}
