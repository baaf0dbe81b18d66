//! The checkout sagas that are under way, each in its order's row.

use std::time::Duration;

use kernel::{CartId, DateTime, OrderId, Utc};
use kernel_db::{Cause, DbError, Tx, idempotency::Key};
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::{cell, entity::order, from_json, hot::ENDED, query, select, to_json};
use crate::domain::{Order, Rejection, Who, checkout_saga::Stage};

/// A saga: what it was asked for, and how far it has come.
#[derive(Debug, Clone)]
pub(crate) struct Checkout {
    pub(crate) stage: Stage,
    /// The payment provider's name, and what its form gave the buyer.
    pub(crate) method: String,
    pub(crate) token: String,
    /// Until then it may still become an order.
    pub(crate) deadline_at: DateTime<Utc>,
    pub(crate) tries: i64,
    /// The cart that is being checked out.
    pub(crate) cart: Option<CartId>,
    /// Who places it, where orders of theirs are counted that are not paid for.
    pub(crate) who: Option<Who>,
    pub(crate) unpaid: Unpaid,
    /// Under which the answer is kept.
    pub(crate) key: Key,
    pub(crate) request_id: String,
    pub(crate) correlation: Option<Uuid>,
    pub(crate) traceparent: Option<String>,
}

/// How an order holds stock before it is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unpaid {
    /// What it wants, for the time of a normal payment.
    InTime,
    /// No more than the part that unpaid orders share, from the start.
    Capped,
    /// For longer than a normal payment takes, and counted.
    Counted,
}

impl Unpaid {
    pub(super) const fn rank(self) -> i64 {
        match self {
            Self::InTime => 0,
            Self::Capped => 1,
            Self::Counted => 2,
        }
    }

    pub(super) const fn of_rank(rank: i64) -> Self {
        match rank {
            0 => Self::InTime,
            1 => Self::Capped,
            _ => Self::Counted,
        }
    }
}

impl Checkout {
    pub(crate) fn cause(&self) -> Cause {
        let (correlation, traceparent) = (self.correlation, self.traceparent.clone());
        Cause { correlation, causation: correlation, traceparent }
    }
}

/// The saga of `order`, with the order; `None` when it has ended.
pub(crate) async fn find<C: ConnectionTrait>(
    connection: &C,
    order: OrderId,
) -> Result<Option<(Order, Checkout)>, DbError> {
    let Some(mut row) = query::row(connection, order).await? else { return Ok(None) };
    let Some(checkout) = checkout(&mut row)? else { return Ok(None) };
    Ok(Some((query::restore(row)?, checkout)))
}

fn checkout(row: &mut order::Model) -> Result<Option<Checkout>, DbError> {
    let (Some(saga), Some(deadline_at)) = (&row.saga, row.deadline_at) else { return Ok(None) };
    let stage = Stage::restore(saga, from_json("rejection", row.undoing.as_deref())?);
    Ok(Some(Checkout {
        stage: stage.ok_or_else(|| DbError::corrupt("checkout saga", saga))?,
        method: row.method.take().unwrap_or_default(),
        token: row.token.take().unwrap_or_default(),
        deadline_at,
        tries: row.tries,
        cart: row.cart_id.map(CartId::new),
        who: row.client.take().zip(row.buyer.take()).map(|(client, buyer)| Who { client, buyer }),
        unpaid: Unpaid::of_rank(row.unpaid),
        key: Key {
            scope: row.key_scope.clone().unwrap_or_default(),
            key: row.key.clone().unwrap_or_default(),
            fingerprint: row.key_fingerprint.clone().unwrap_or_default(),
        },
        request_id: row.request_id.take().unwrap_or_default(),
        correlation: row.correlation_id,
        traceparent: row.traceparent.take(),
    }))
}

pub(crate) const ANY_DUE: &str = "SELECT 1 FROM orders WHERE due_at <= ? LIMIT 1";

/// Whether any saga is due, asked without a transaction: mostly none is.
pub(crate) async fn any_due<C: ConnectionTrait>(connection: &C, now: DateTime<Utc>) -> Result<bool, DbError> {
    Ok(!select(connection, ANY_DUE, [now.into()]).await?.is_empty())
}

pub(crate) const LEASE_DUE: &str = "UPDATE orders SET due_at = ?, tries = tries + 1 WHERE number IN \
                                    (SELECT number FROM orders WHERE due_at <= ? ORDER BY due_at LIMIT ? \
                                    {skip_locked}) RETURNING id";

/// Takes at most `limit` sagas that are due, and keeps them from others for `term`.
pub(crate) async fn lease_due(tx: &Tx, term: Duration, limit: usize) -> Result<Vec<OrderId>, DbError> {
    let now = tx.seams().now();
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    ids(&tx.rows(LEASE_DUE, [(now + term).into(), now.into(), limit.into()]).await?)
}

/// Takes the saga of `order` if it is due; `false` when another process has it, or it has ended.
pub(crate) async fn lease(tx: &Tx, order: OrderId, term: Duration) -> Result<bool, DbError> {
    let sql = "UPDATE orders SET due_at = ? WHERE id = ? AND due_at <= ?";
    let now = tx.seams().now();
    Ok(tx.run(sql, [(now + term).into(), order.uuid().into(), now.into()]).await? == 1)
}

/// Leaves the saga as it is until `due_at`.
pub(crate) async fn park(tx: &Tx, order: OrderId, due_at: DateTime<Utc>) -> Result<(), DbError> {
    let sql = "UPDATE orders SET due_at = ? WHERE id = ? AND saga IS NOT NULL";
    tx.run(sql, [due_at.into(), order.uuid().into()]).await?;
    Ok(())
}

/// Leaves the saga until payment publishes an event about it, or until `due_at`. Extends its deadline to `deadline_at`.
pub(crate) async fn wait_for_payment(
    tx: &Tx,
    order: OrderId,
    due_at: DateTime<Utc>,
    deadline_at: DateTime<Utc>,
) -> Result<(), DbError> {
    let sql = "UPDATE orders SET saga = 'pending', due_at = ?, deadline_at = ? \
               WHERE id = ? AND saga IN ('placing', 'pending')";
    tx.run(sql, [due_at.into(), deadline_at.into(), order.uuid().into()]).await?;
    Ok(())
}

/// Makes the saga of `order` due now if it waits for its payment.
pub(crate) async fn wake(tx: &Tx, order: OrderId) -> Result<(), DbError> {
    let sql = "UPDATE orders SET due_at = ? WHERE id = ? AND saga = 'pending'";
    tx.run(sql, [tx.seams().now().into(), order.uuid().into()]).await?;
    Ok(())
}

/// Turns back, and forgets the payment token. `false` when the saga is past its pivot, turned back already, or gone.
pub(crate) async fn turn(tx: &Tx, order: OrderId, because: &Rejection, due_at: DateTime<Utc>) -> Result<bool, DbError> {
    let sql = "UPDATE orders SET saga = 'undoing', undoing = ?, due_at = ?, token = NULL, client = NULL, buyer = NULL \
               WHERE id = ? AND saga IN ('placing', 'pending')";
    let because = to_json(Some(because), "rejection")?;
    Ok(tx.run(sql, [because.into(), due_at.into(), order.uuid().into()]).await? == 1)
}

/// Ends the saga of `order`; `false` when it has ended before.
pub(crate) async fn end(tx: &Tx, order: OrderId) -> Result<bool, DbError> {
    let sql = format!("UPDATE orders SET {ENDED} WHERE id = ? AND saga IS NOT NULL");
    Ok(tx.run(&sql, [order.uuid().into()]).await? == 1)
}

fn ids(rows: &[QueryResult]) -> Result<Vec<OrderId>, DbError> {
    rows.iter().map(|row| cell(row, 0).map(OrderId::new)).collect()
}
