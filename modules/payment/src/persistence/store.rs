//! Writes about one payment. Each says how it keeps two writers apart. What every order writes is in [`super::hot`].

use kernel::{AttemptId, OrderId, PaymentId};
use kernel_db::{DbError, Tx};
use sea_orm::Value;

use super::row::{self, PAYMENT};
use crate::domain::Payment;

pub(super) mod attempt;

pub(crate) use attempt::{CaptureWanted, add, postpone};

/// Refuses a payment that `order` may ask for later. `false` when there is one already.
pub(crate) async fn tombstone(tx: &Tx, order: OrderId) -> Result<bool, DbError> {
    let sql = "INSERT INTO payment (id, order_id, amount, status, authorized, captured, refunded, version, given_up, \
               created_at, updated_at) VALUES (?, ?, 0, 'voided', 0, 0, 0, 0, 1, ?, ?) \
               ON CONFLICT (order_id) DO NOTHING";
    let now = tx.seams().now();
    let values: [Value; 4] = [tx.seams().ids.next().into(), order.uuid().into(), now.into(), now.into()];
    Ok(tx.run(sql, values).await? == 1)
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
