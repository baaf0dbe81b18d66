//! Writes orders.

use kernel::OrderId;
use kernel_db::{Cause, DbError, Tx, dialect, outbox};

use super::{cell, id_cell, query, to_json};
use crate::domain::{Line, Order, PaymentFacts, Terms};

/// The order has changed since it was read. What was written with it must not stay.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SaveError {
    #[error("the order has changed meanwhile")]
    Overtaken,
    #[error(transparent)]
    Storage(#[from] DbError),
}

/// Writes an order that is new, and gets its number: two statements.
pub(crate) async fn insert(tx: &Tx, terms: &Terms, lines: &[Line]) -> Result<i64, DbError> {
    let sql = "INSERT INTO orders (id, status, email, currency, total, note, shipping_address, version, created_at, \
               updated_at) VALUES (?, 'placed', ?, ?, ?, ?, ?, 1, ?, ?) RETURNING number";
    let values = [
        terms.id.uuid().into(),
        terms.email.as_str().into(),
        terms.total.currency().code().into(),
        terms.total.minor().into(),
        terms.note.clone().into(),
        to_json(terms.shipping_address.as_ref(), "address")?.into(),
        terms.created_at.into(),
        terms.created_at.into(),
    ];
    let row = tx.row(sql, values).await?.ok_or_else(|| DbError::corrupt("order", "it was given no number"))?;
    insert_lines(tx, terms.id, lines).await?;
    cell(&row, 0)
}

async fn insert_lines(tx: &Tx, order: OrderId, lines: &[Line]) -> Result<(), DbError> {
    let sql = "INSERT INTO order_line (order_id, number, sku, title, quantity, unit_price) \
               SELECT ?, CAST(value ->> 0 AS bigint), value ->> 1, value ->> 2, CAST(value ->> 3 AS bigint), \
               CAST(value ->> 4 AS bigint) FROM {rows}";
    let rows: Vec<_> = lines
        .iter()
        .map(|line| (line.number, line.sku.as_str(), line.title.as_str(), line.quantity, line.unit_price.minor()))
        .collect();
    tx.run(sql, [order.uuid().into(), dialect::rows(&rows)]).await?;
    Ok(())
}

/// The order as it is now, and as it stays until the transaction ends.
pub(crate) async fn lock(tx: &Tx, id: OrderId) -> Result<Option<Order>, DbError> {
    query::order_with(tx, id, "{for_update}").await
}

/// Writes how far the order has come and publishes its events: two statements.
///
/// The version is the guard: it is as it was read, or nothing is written.
pub(crate) async fn save(tx: &Tx, cause: &Cause, order: &mut Order) -> Result<(), SaveError> {
    let events = order.take_events();
    let standing = order.standing();
    let read = events.first().map_or(standing.version, |(version, _)| version - 1);
    let sql = "UPDATE orders SET status = ?, rejection = ?, version = ?, updated_at = ? WHERE id = ? AND version = ?";
    let values = [
        standing.status.as_str().into(),
        to_json(standing.rejection.as_ref(), "rejection")?.into(),
        standing.version.into(),
        standing.updated_at.into(),
        order.id().uuid().into(),
        read.into(),
    ];
    if tx.run(sql, values).await? == 0 {
        return Err(SaveError::Overtaken);
    }
    outbox::publish(tx, cause, &events).await?;
    Ok(())
}

/// Writes what became of the lines' units.
pub(crate) async fn save_lines(tx: &Tx, order: &Order) -> Result<(), DbError> {
    let sql = "WITH unit AS MATERIALIZED (SELECT CAST(value ->> 0 AS bigint) AS number, \
               CAST(value ->> 1 AS bigint) AS fulfilled, CAST(value ->> 2 AS bigint) AS returned_shipped, \
               CAST(value ->> 3 AS bigint) AS returned_unshipped FROM {rows}) \
               UPDATE order_line SET fulfilled = unit.fulfilled, returned_shipped = unit.returned_shipped, \
               returned_unshipped = unit.returned_unshipped FROM unit \
               WHERE order_line.order_id = ? AND order_line.number = unit.number";
    let rows: Vec<_> = order
        .lines()
        .iter()
        .map(|line| (line.number, line.fulfilled, line.returned_shipped, line.returned_unshipped))
        .collect();
    tx.run(sql, [dialect::rows(&rows), order.id().uuid().into()]).await?;
    Ok(())
}

/// Joins what has become known of payments to what was known, each order once. Facts only grow, so the saga's
/// answers and payment's events commute; a row that knows it all already is not written.
pub(crate) async fn note_payments(tx: &Tx, facts: &[(OrderId, PaymentFacts)]) -> Result<(), DbError> {
    let sql = "UPDATE orders SET \
               payment_id = COALESCE(orders.payment_id, fact.payment), \
               payment_stage = CASE WHEN fact.stage > orders.payment_stage THEN fact.stage ELSE orders.payment_stage END, \
               authorized = CASE WHEN fact.authorized > orders.authorized THEN fact.authorized ELSE orders.authorized END, \
               captured = CASE WHEN fact.captured > orders.captured THEN fact.captured ELSE orders.captured END, \
               refunded = CASE WHEN fact.refunded > orders.refunded THEN fact.refunded ELSE orders.refunded END \
               FROM (SELECT {id}(value ->> 0) AS id, {id}(value ->> 1) AS payment, \
               CAST(value ->> 2 AS bigint) AS stage, CAST(value ->> 3 AS bigint) AS authorized, \
               CAST(value ->> 4 AS bigint) AS captured, CAST(value ->> 5 AS bigint) AS refunded FROM {rows}) AS fact \
               WHERE orders.id = fact.id AND (orders.payment_id IS NULL OR fact.stage > orders.payment_stage \
               OR fact.authorized > orders.authorized OR fact.captured > orders.captured \
               OR fact.refunded > orders.refunded)";
    let row = |(order, facts): &(OrderId, PaymentFacts)| {
        let payment = facts.id.map(|payment| id_cell(payment.uuid()));
        let sums = (facts.authorized, facts.captured, facts.refunded);
        (id_cell(order.uuid()), payment, facts.stage.rank(), sums.0, sums.1, sums.2)
    };
    let rows: Vec<_> = facts.iter().map(row).collect();
    tx.run(sql, [dialect::rows(&rows)]).await?;
    Ok(())
}

/// Whether the placing of `order` is still under way.
pub(crate) async fn is_being_placed(tx: &Tx, order: OrderId) -> Result<bool, DbError> {
    let sql = "SELECT 1 FROM placement WHERE order_id = ?";
    Ok(tx.row(sql, [order.uuid().into()]).await?.is_some())
}
