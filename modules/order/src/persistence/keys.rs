//! The idempotency keys that orders were placed under, and what was answered. They stand in the orders' rows.

use kernel::{DateTime, OrderId, Utc};
use kernel_db::{
    DbError, Rows, Tx,
    idempotency::{Answer, Claim, Key},
};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult as _, QueryFilter as _};

use super::{
    entity::order,
    hot::{AskedKey, OF_KEYS},
    query, select,
};
use crate::view;

/// An order that was placed under a key.
pub(crate) struct Placed {
    /// The key may be used again since its time is over.
    pub(crate) is_over: bool,
    pub(crate) order: OrderId,
    pub(crate) claim: Claim,
}

/// What became of the order that was placed under `key`. Keys are kept for orders that were placed at `since` or later.
pub(crate) async fn find<C: ConnectionTrait>(
    connection: &C,
    key: &Key,
    since: Option<DateTime<Utc>>,
) -> Result<Option<Placed>, DbError> {
    let rows = select(connection, &OF_KEYS, [AskedKey::bind([AskedKey::from(key)])]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let row = order::Model::from_query_result(row, "")?;
    let is_over = since.is_some_and(|since| row.created_at < since);
    let order = OrderId::new(row.id);
    let claim = if row.key_fingerprint.as_deref() == Some(&key.fingerprint) { claim(row)? } else { Claim::Reused };
    Ok(Some(Placed { is_over, order, claim }))
}

fn claim(row: order::Model) -> Result<Claim, DbError> {
    Ok(answer(row)?.map_or(Claim::InFlight, |answer| Claim::Answered(Answer { replayed: true, ..answer })))
}

/// What was answered under the key of an order.
pub(super) fn answer(mut row: order::Model) -> Result<Option<Answer>, DbError> {
    let Some(status) = row.answer_status else { return Ok(None) };
    let status = u16::try_from(status).map_err(|error| DbError::corrupt("answer", error))?;
    let order = OrderId::new(row.id);
    Ok(Some(match (row.answer_body.take(), row.answer_shape) {
        (Some(body), _) => Answer { status, location: view::location_of(status, order), body, replayed: false },
        (None, Some(shape)) => view::rebuilt(shape, &query::restore(row)?)?,
        (None, None) => return Err(DbError::corrupt("answer", format!("order {order} has a status and no body"))),
    }))
}

/// Gives the key of `order` back: its time is over.
pub(crate) async fn free(tx: &Tx, order: OrderId) -> Result<(), DbError> {
    let sql = "UPDATE orders SET key_scope = NULL, key = NULL, key_fingerprint = NULL, answer_status = NULL, \
               answer_shape = NULL, answer_body = NULL WHERE id = ?";
    tx.run(sql, [order.uuid().into()]).await?;
    Ok(())
}

/// Keeps `answer` for an order that was not answered yet. Answers what is kept.
pub(crate) async fn keep(tx: &Tx, order: OrderId, answer: Answer) -> Result<Answer, DbError> {
    let sql = "UPDATE orders SET answer_status = ?, answer_body = ? WHERE id = ? AND answer_status IS NULL";
    let values = [i64::from(answer.status).into(), answer.body.as_str().into(), order.uuid().into()];
    if tx.run(sql, values).await? == 1 {
        return Ok(answer);
    }
    Ok(kept(tx, order).await?.unwrap_or(answer))
}

/// What is kept for `order`.
pub(crate) async fn kept<C: ConnectionTrait>(connection: &C, order: OrderId) -> Result<Option<Answer>, DbError> {
    match query::row(connection, order).await? {
        Some(row) => self::answer(row),
        None => Ok(None),
    }
}

#[derive(Rows)]
struct OutlivingRow {
    scope: Option<String>,
    key: Option<String>,
    fingerprint: Option<String>,
    status: u16,
    location: Option<String>,
    body: String,
    created_at: DateTime<Utc>,
}

/// Keeps the keys and answers of these orders, which are about to be deleted, as those of other operations are kept; not
/// those whose time is over.
pub(super) async fn outlive(tx: &Tx, orders: &[OrderId], since: Option<DateTime<Utc>>) -> Result<(), DbError> {
    let ids = orders.iter().map(|order| order.uuid());
    let found = order::Entity::find().filter(order::Column::Id.is_in(ids)).filter(order::Column::Key.is_not_null());
    let mut rows = Vec::new();
    for row in found.all(tx).await? {
        let (scope, key, fingerprint) = (row.key_scope.clone(), row.key.clone(), row.key_fingerprint.clone());
        let created_at = row.created_at;
        if since.is_some_and(|since| created_at < since) {
            continue;
        }
        if let Some(Answer { status, location, body, .. }) = answer(row)? {
            rows.push(OutlivingRow { scope, key, fingerprint, status, location, body, created_at });
        }
    }
    let sql = format!("{} ON CONFLICT (scope, key) DO NOTHING", OutlivingRow::insert("idempotency"));
    tx.run(&sql, [OutlivingRow::bind(rows)]).await?;
    Ok(())
}
