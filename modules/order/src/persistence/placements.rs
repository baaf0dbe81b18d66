//! Keeps the sagas that are under way.

use std::{collections::HashMap, time::Duration};

use kernel::{CartId, DateTime, OrderId, Utc};
use kernel_db::{Cause, DbError, Tx, Write, dialect, idempotency::Key};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use serde::Serialize;
use uuid::Uuid;

use super::{cell, id_cell, json, select, time_cell, to_json};
use crate::domain::{Rejection, Who, placement::Stage};

/// A saga's row: what it was asked for, and how far it has come.
#[derive(Debug, Clone)]
pub(crate) struct Placement {
    pub(crate) order: OrderId,
    pub(crate) stage: Stage,
    /// The payment provider's name, and what its form gave the buyer.
    pub(crate) method: String,
    pub(crate) token: String,
    /// Until then it may still become an order.
    pub(crate) deadline_at: DateTime<Utc>,
    pub(crate) tries: i64,
    /// The cart that is being checked out.
    pub(crate) cart: Option<CartId>,
    /// Who places it, where orders of theirs are counted that are not paid for; `units` is how many it asks for.
    pub(crate) who: Option<Who>,
    pub(crate) units: i64,
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
    const fn rank(self) -> i64 {
        match self {
            Self::InTime => 0,
            Self::Capped => 1,
            Self::Counted => 2,
        }
    }

    const fn of_rank(rank: i64) -> Self {
        match rank {
            0 => Self::InTime,
            1 => Self::Capped,
            _ => Self::Counted,
        }
    }
}

impl Placement {
    pub(crate) fn cause(&self) -> Cause {
        let (correlation, traceparent) = (self.correlation, self.traceparent.clone());
        Cause { correlation, causation: correlation, traceparent }
    }
}

/// Sagas that begin now. Nobody else takes them up before `due_at`.
pub(crate) fn begin_all(placements: &[&Placement], due_at: DateTime<Utc>) -> Write {
    let sql = "INSERT INTO placement (order_id, state, method, token, deadline_at, due_at, cart_id, key_scope, key, \
               key_fingerprint, request_id, correlation_id, traceparent, client, buyer, units, unpaid) \
               SELECT {id}(value ->> 0), value ->> 1, value ->> 2, value ->> 3, {time}(value ->> 4), ?, \
               {id}(value ->> 5), value ->> 6, value ->> 7, value ->> 8, value ->> 9, {id}(value ->> 10), value ->> 11, \
               value ->> 12, value ->> 13, CAST(value ->> 14 AS bigint), CAST(value ->> 15 AS bigint) FROM {rows}";
    let rows: Vec<_> = placements.iter().map(|placement| row_of(placement)).collect();
    Write::new(sql, [due_at.into(), dialect::rows(&rows)])
}

fn row_of(placement: &Placement) -> impl Serialize {
    let Placement { order, stage, method, token, cart, key, correlation, who, .. } = placement;
    (
        id_cell(order.uuid()),
        stage.name(),
        method,
        token,
        time_cell(placement.deadline_at),
        cart.map(|cart| id_cell(cart.uuid())),
        &key.scope,
        &key.key,
        &key.fingerprint,
        &placement.request_id,
        correlation.map(id_cell),
        &placement.traceparent,
        who.as_ref().map(|who| &who.client),
        who.as_ref().map(|who| &who.buyer),
        placement.units,
        placement.unpaid.rank(),
    )
}

pub(crate) async fn find<C: ConnectionTrait>(connection: &C, order: OrderId) -> Result<Option<Placement>, DbError> {
    let sql = "SELECT order_id, state, method, token, rejection, deadline_at, tries, cart_id, key_scope, key, \
               key_fingerprint, request_id, correlation_id, traceparent, client, buyer, units, unpaid FROM placement \
               WHERE order_id = ?";
    select(connection, sql, [order.uuid().into()]).await?.first().map(placement).transpose()
}

fn placement(row: &QueryResult) -> Result<Placement, DbError> {
    let name: String = cell(row, 1)?;
    let stage = Stage::restore(&name, json::<Rejection>(row, 4, "rejection")?);
    Ok(Placement {
        order: OrderId::new(cell(row, 0)?),
        stage: stage.ok_or_else(|| DbError::corrupt("placement", name))?,
        method: cell(row, 2)?,
        token: cell(row, 3)?,
        deadline_at: cell(row, 5)?,
        tries: cell(row, 6)?,
        cart: cell::<Option<Uuid>>(row, 7)?.map(CartId::new),
        key: Key { scope: cell(row, 8)?, key: cell(row, 9)?, fingerprint: cell(row, 10)? },
        request_id: cell(row, 11)?,
        correlation: cell(row, 12)?,
        traceparent: cell(row, 13)?,
        who: cell::<Option<String>>(row, 14)?.zip(cell(row, 15)?).map(|(client, buyer)| Who { client, buyer }),
        units: cell(row, 16)?,
        unpaid: Unpaid::of_rank(cell(row, 17)?),
    })
}

pub(crate) const ANY_DUE: &str = "SELECT 1 FROM placement WHERE due_at <= ? LIMIT 1";

/// Whether any saga is due, asked without a transaction: mostly none is.
pub(crate) async fn any_due<C: ConnectionTrait>(connection: &C, now: DateTime<Utc>) -> Result<bool, DbError> {
    Ok(!select(connection, ANY_DUE, [now.into()]).await?.is_empty())
}

pub(crate) const LEASE_DUE: &str = "UPDATE placement SET due_at = ?, tries = tries + 1 WHERE order_id IN \
                                    (SELECT order_id FROM placement WHERE due_at <= ? ORDER BY due_at LIMIT ? \
                                    {skip_locked}) RETURNING order_id";

/// Takes at most `limit` sagas that are due, and keeps them from others for `term`.
pub(crate) async fn lease_due(tx: &Tx, term: Duration, limit: usize) -> Result<Vec<OrderId>, DbError> {
    let now = tx.seams().now();
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    ids(&tx.rows(LEASE_DUE, [(now + term).into(), now.into(), limit.into()]).await?)
}

/// Takes the saga of `order` if it is due; `false` when someone else has it, or it has ended.
pub(crate) async fn lease(tx: &Tx, order: OrderId, term: Duration) -> Result<bool, DbError> {
    let sql = "UPDATE placement SET due_at = ? WHERE order_id = ? AND due_at <= ?";
    let now = tx.seams().now();
    Ok(tx.run(sql, [(now + term).into(), order.uuid().into(), now.into()]).await? == 1)
}

/// Keeps the saga of `order`, if it has one, as it is until the transaction ends.
pub(crate) async fn lock(tx: &Tx, order: OrderId) -> Result<(), DbError> {
    tx.row("SELECT 1 FROM placement WHERE order_id = ? {for_update}", [order.uuid().into()]).await?;
    Ok(())
}

/// A saga and its order, locked until the transaction ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Locked {
    /// The saga may still turn back.
    pub(crate) is_before_pivot: bool,
    /// The order's.
    pub(crate) version: i64,
}

/// Locks the sagas of `orders` that there are, each with its order.
pub(crate) async fn lock_all(tx: &Tx, orders: &[OrderId]) -> Result<HashMap<OrderId, Locked>, DbError> {
    let sql = "SELECT placement.order_id AS order_id, placement.state AS state, orders.version AS version \
               FROM placement JOIN orders ON orders.id = placement.order_id \
               WHERE placement.order_id IN (SELECT {id}(value ->> 0) FROM {rows}) ORDER BY placement.order_id {for_update}";
    let locked = |row: &QueryResult| {
        let state: String = row.try_get("", "state")?;
        let is_before_pivot = matches!(state.as_str(), "placing" | "pending");
        Ok((
            OrderId::new(row.try_get("", "order_id")?),
            Locked { is_before_pivot, version: row.try_get("", "version")? },
        ))
    };
    tx.rows(sql, [id_rows(orders)]).await?.iter().map(locked).collect()
}

/// Leaves the saga as it is until `due_at`.
pub(crate) async fn park(tx: &Tx, order: OrderId, due_at: DateTime<Utc>) -> Result<(), DbError> {
    let sql = "UPDATE placement SET due_at = ? WHERE order_id = ?";
    tx.run(sql, [due_at.into(), order.uuid().into()]).await?;
    Ok(())
}

/// Leaves the saga until there is news of the payment, or `due_at`. It has longer now, until `deadline_at`.
pub(crate) async fn wait_for_payment(
    tx: &Tx,
    order: OrderId,
    due_at: DateTime<Utc>,
    deadline_at: DateTime<Utc>,
) -> Result<(), DbError> {
    let sql = "UPDATE placement SET state = 'pending', due_at = ?, deadline_at = ? \
               WHERE order_id = ? AND state IN ('placing', 'pending')";
    tx.run(sql, [due_at.into(), deadline_at.into(), order.uuid().into()]).await?;
    Ok(())
}

/// There is news of these orders' payments: makes those that wait for it due `now`.
pub(crate) fn wake(orders: &[OrderId], now: DateTime<Utc>) -> Write {
    let sql = "UPDATE placement SET due_at = ? WHERE state = 'pending' \
               AND order_id IN (SELECT {id}(value ->> 0) FROM {rows})";
    Write::new(sql, [now.into(), id_rows(orders)])
}

/// Those of `orders` that [`wake`] has made due.
pub(crate) async fn awake(tx: &Tx, orders: &[OrderId]) -> Result<Vec<OrderId>, DbError> {
    let sql = "SELECT order_id FROM placement WHERE state = 'pending' \
               AND order_id IN (SELECT {id}(value ->> 0) FROM {rows})";
    ids(&tx.rows(sql, [id_rows(orders)]).await?)
}

/// Turns back, and forgets the payment token. `false` when the saga is past its pivot, turned back already, or gone.
pub(crate) async fn turn(tx: &Tx, order: OrderId, because: &Rejection, due_at: DateTime<Utc>) -> Result<bool, DbError> {
    let sql = "UPDATE placement SET state = 'undoing', rejection = ?, due_at = ?, token = '', client = NULL, \
               buyer = NULL WHERE order_id = ? AND state IN ('placing', 'pending')";
    let because = to_json(Some(because), "rejection")?;
    Ok(tx.run(sql, [because.into(), due_at.into(), order.uuid().into()]).await? == 1)
}

/// Passes the pivot with all of `orders`. They are paid for, so their payment tokens and the hashes of their clients
/// and emails are removed. The caller must keep nothing when a row is missing: then one of the sagas has turned back,
/// has passed the pivot before, or is gone.
pub(crate) fn pass_pivot(orders: &[OrderId], due_at: DateTime<Utc>) -> Write {
    let sql = "UPDATE placement SET state = 'settling', due_at = ?, token = '', client = NULL, buyer = NULL \
               WHERE state IN ('placing', 'pending') \
               AND order_id IN (SELECT {id}(value ->> 0) FROM {rows})";
    Write::new(sql, [due_at.into(), id_rows(orders)])
}

/// Ends the sagas of `orders`, and forgets the payment tokens with them. Nothing is to be kept when a row is missing: then
/// one has ended before.
pub(crate) fn end(orders: &[OrderId]) -> Write {
    let sql = "DELETE FROM placement WHERE order_id IN (SELECT {id}(value ->> 0) FROM {rows})";
    Write::new(sql, [id_rows(orders)])
}

/// The value of `{rows}` that holds one order's id a row.
pub(super) fn id_rows(orders: &[OrderId]) -> Value {
    let mut rows: Vec<_> = orders.iter().map(|order| (id_cell(order.uuid()),)).collect();
    rows.sort_unstable();
    dialect::rows(&rows)
}

fn ids(rows: &[QueryResult]) -> Result<Vec<OrderId>, DbError> {
    rows.iter().map(|row| cell(row, 0).map(OrderId::new)).collect()
}
