//! Writes orders.

use std::collections::HashMap;

use kernel::OrderId;
use kernel_db::{Cause, DbError, Tx, Write, dialect, outbox};

use super::{cell, id_cell, lines, query, refunds, time_cell, to_json};
use crate::domain::{Line, Order, PaymentFacts, Terms};

/// The order has changed since it was read. What was written with it must not stay.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SaveError {
    #[error("the order has changed meanwhile")]
    Overtaken,
    #[error(transparent)]
    Storage(#[from] DbError),
}

/// Writes orders that are new, each with its lines, and gets each its number.
pub(crate) async fn insert_all(tx: &Tx, orders: &[(Terms, &[Line])]) -> Result<HashMap<OrderId, i64>, DbError> {
    let sql = "INSERT INTO orders (id, status, email, currency, total, note, shipping_address, version, created_at, \
               updated_at, email_folded, lines) SELECT {id}(value ->> 0), 'placed', value ->> 1, value ->> 2, \
               CAST(value ->> 3 AS bigint), value ->> 4, value ->> 5, 1, {time}(value ->> 6), {time}(value ->> 6), \
               value ->> 7, value -> 8 FROM {rows} RETURNING id, number";
    let row = |(terms, lines): &(Terms, &[Line])| -> Result<_, DbError> {
        let (total, address) = (terms.total, to_json(terms.shipping_address.as_ref(), "address")?);
        let agreed = (terms.email.clone(), total.currency().code().to_owned(), total.minor(), terms.note.clone());
        let (id, at, folded) =
            (id_cell(terms.id.uuid()), time_cell(terms.created_at), kernel::fold_email(&terms.email));
        Ok((id, agreed.0, agreed.1, agreed.2, agreed.3, address, at, folded, lines::stored(lines)))
    };
    let rows: Vec<_> = orders.iter().map(row).collect::<Result<_, _>>()?;
    let numbered = tx.rows(sql, [dialect::rows(&rows)]).await?;
    numbered.iter().map(|row| Ok((OrderId::new(cell(row, 0)?), cell(row, 1)?))).collect()
}

/// The order as it is now, and as it stays until the transaction ends.
pub(crate) async fn lock(tx: &Tx, id: OrderId) -> Result<Option<Order>, DbError> {
    query::order_with(tx, id, "{for_update}").await
}

/// Writes how far the order has come, what became of its units and what it promises to give back, and publishes its events.
pub(crate) async fn save(tx: &Tx, cause: &Cause, order: &mut Order) -> Result<(), SaveError> {
    refunds::insert(tx, order).await?;
    let saved = saved(tx, &mut [(cause.clone(), order)])?;
    all_changed(&tx.run_all(vec![saved]).await?, 1)?;
    let sql =
        "UPDATE orders SET lines = given.lines FROM (SELECT value -> 0 AS lines FROM {rows}) AS given WHERE id = ?";
    tx.run(sql, [dialect::rows(&[(lines::stored(order.lines()),)]), order.id().uuid().into()]).await?;
    Ok(())
}

/// Each has changed as many rows as there are orders, or nothing is to be kept.
fn all_changed(changed: &[u64], orders: u64) -> Result<(), SaveError> {
    if changed.iter().all(|changed| *changed == orders) { Ok(()) } else { Err(SaveError::Overtaken) }
}

/// Writes how far each order has come, and publishes what happened. What an order knows of its payment is joined to what
/// the row knows, so that payment's events find nothing to add.
///
/// The version is the guard: an order that is not as it was read is left as it is.
pub(crate) fn saved(tx: &Tx, orders: &mut [(Cause, &mut Order)]) -> Result<Write, DbError> {
    let sql = "UPDATE orders SET status = saved.status, rejection = saved.rejection, version = saved.version, \
               updated_at = saved.updated_at, payment_id = COALESCE(orders.payment_id, saved.payment), \
               payment_stage = CASE WHEN saved.stage > orders.payment_stage THEN saved.stage ELSE orders.payment_stage END, \
               authorized = CASE WHEN saved.authorized > orders.authorized THEN saved.authorized ELSE orders.authorized END \
               FROM (SELECT {id}(value ->> 0) AS id, value ->> 1 AS status, \
               value ->> 2 AS rejection, CAST(value ->> 3 AS bigint) AS version, {time}(value ->> 4) AS updated_at, \
               CAST(value ->> 5 AS bigint) AS read, {id}(value ->> 6) AS payment, CAST(value ->> 7 AS bigint) AS stage, \
               CAST(value ->> 8 AS bigint) AS authorized FROM {rows}) AS saved \
               WHERE orders.id = saved.id AND orders.version = saved.read";
    let mut rows = Vec::with_capacity(orders.len());
    let mut events = Vec::new();
    for (cause, order) in orders.iter_mut() {
        let new = order.take_events();
        let (id, standing) = (id_cell(order.id().uuid()), order.standing());
        let read = new.first().map_or(standing.version, |(version, _)| version - 1);
        let rejection = to_json(standing.rejection.as_ref(), "rejection")?;
        let (status, updated_at, known) = (standing.status.as_str(), time_cell(standing.updated_at), order.payment);
        let payment = known.id.map(|payment| id_cell(payment.uuid()));
        let payment = (payment, known.stage.rank(), known.authorized);
        rows.push((id, status, rejection, standing.version, updated_at, read, payment.0, payment.1, payment.2));
        events.extend(new.into_iter().map(|(version, event)| (&*cause, version, event)));
    }
    // Whoever changes several orders changes them in the order of their ids.
    rows.sort_unstable();
    let news: Vec<_> = events.iter().map(|(cause, version, event)| (*cause, *version, event)).collect();
    outbox::publish_all(tx, &news)?;
    Ok(Write::new(sql, [dialect::rows(&rows)]))
}

/// Joins what has become known of payments to what was known, each order once. Facts only grow, so the saga's
/// answers and payment's events commute; a row that knows it all already is not written.
pub(crate) fn payments_known(facts: &[(OrderId, PaymentFacts)]) -> Write {
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
    let mut rows: Vec<_> = facts.iter().map(row).collect();
    rows.sort_unstable();
    Write::new(sql, [dialect::rows(&rows)])
}

/// Whether the placing of `order` is still under way.
pub(crate) async fn is_being_placed(tx: &Tx, order: OrderId) -> Result<bool, DbError> {
    let sql = "SELECT 1 FROM placement WHERE order_id = ?";
    Ok(tx.row(sql, [order.uuid().into()]).await?.is_some())
}
