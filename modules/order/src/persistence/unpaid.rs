//! Counts the orders that hold stock and are not paid for, and those that came to nothing that way.

use kernel::{DateTime, OrderId, Utc};
use kernel_db::{DbError, Dialect, Tx, dialect, guard, rows};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryResult,
    QuerySelect as _,
};

use super::{
    cell,
    entity::{order, unpaid_order},
    select,
};
use crate::domain::Who;

/// What one client and one email have now, and had lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) client_orders: i64,
    pub(crate) client_units: i64,
    pub(crate) buyer_orders: i64,
    pub(crate) buyer_units: i64,
    /// Orders that came to nothing: the client's, the email's, and everyone's as far as is counted.
    pub(crate) client_failed: i64,
    pub(crate) buyer_failed: i64,
    pub(crate) failed: i64,
    /// There is nothing to count, of anyone.
    pub(crate) quiet: bool,
}

/// How much each of them may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) client_orders: i64,
    pub(crate) client_units: i64,
    pub(crate) buyer_orders: i64,
    pub(crate) buyer_units: i64,
}

/// What came of asking for a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Given,
    /// The client or the email has as many as it may.
    Full,
    /// The placing has turned back, or passed its pivot.
    Gone,
}

/// Everyone's failures are counted so far.
const ENOUGH: i64 = 10_000;

/// No client's failures are kept beyond this number: it bounds what one client can write here.
const KEPT_PER_CLIENT: i64 = 100;

impl Limits {
    /// Whether there is a place for one more order with this many `units`.
    pub(crate) const fn have_room(&self, figures: &Figures, units: i64) -> bool {
        figures.client_orders < self.client_orders
            && figures.buyer_orders < self.buyer_orders
            && figures.client_units.saturating_add(units) <= self.client_units
            && figures.buyer_units.saturating_add(units) <= self.buyer_units
    }
}

/// What `who` has now, and what failed since `since`.
pub(crate) async fn figures<C: ConnectionTrait>(
    connection: &C,
    who: &Who,
    since: DateTime<Utc>,
) -> Result<Figures, DbError> {
    let sql = "SELECT client_has.orders, client_has.units, buyer_has.orders, buyer_has.units, \
               (SELECT COUNT(*) FROM unpaid_order WHERE client = ? AND ended_at > ?), \
               (SELECT COUNT(*) FROM unpaid_order WHERE buyer = ? AND ended_at > ?), \
               (SELECT COUNT(*) FROM (SELECT 1 FROM unpaid_order WHERE ended_at > ? LIMIT ?) AS recent), \
               (SELECT COUNT(*) FROM (SELECT 1 FROM unpaid_order WHERE ended_at IS NULL LIMIT 1) AS open) \
               FROM (SELECT COUNT(*) AS orders, CAST(COALESCE(SUM(units), 0) AS bigint) AS units FROM unpaid_order \
               WHERE client = ? AND ended_at IS NULL) AS client_has, \
               (SELECT COUNT(*) AS orders, CAST(COALESCE(SUM(units), 0) AS bigint) AS units FROM unpaid_order \
               WHERE buyer = ? AND ended_at IS NULL) AS buyer_has";
    let (client, buyer) = (who.client.as_str(), who.buyer.as_str());
    let values = [
        client.into(),
        since.into(),
        buyer.into(),
        since.into(),
        since.into(),
        ENOUGH.into(),
        client.into(),
        buyer.into(),
    ];
    let rows = select(connection, sql, values).await?;
    rows.first().map_or_else(|| Err(DbError::corrupt("count", "there is none")), read)
}

fn read(row: &QueryResult) -> Result<Figures, DbError> {
    let failed: i64 = cell(row, 6)?;
    Ok(Figures {
        client_orders: cell(row, 0)?,
        client_units: cell(row, 1)?,
        buyer_orders: cell(row, 2)?,
        buyer_units: cell(row, 3)?,
        client_failed: cell(row, 4)?,
        buyer_failed: cell(row, 5)?,
        failed,
        quiet: failed == 0 && cell::<i64>(row, 7)? == 0,
    })
}

/// Gives the checkout of `order` a place among the unpaid, if there is one for its client and its email. An order
/// without a client needs none: the admin's orders are not counted.
///
/// On Postgres two that ask for the same client wait for each other; on SQLite everyone does.
pub(crate) async fn enlist(tx: &Tx, order: OrderId, limits: &Limits) -> Result<Place, DbError> {
    let found = order::Entity::find().filter(order::Column::Id.eq(order.uuid())).lock_exclusive();
    let Some(row) = found.one(tx).await? else { return Ok(Place::Gone) };
    if !matches!(row.saga.as_deref(), Some("placing" | "pending")) {
        return Ok(Place::Gone);
    }
    if let (Some(client), Some(buyer)) = (row.client, row.buyer)
        && row.unpaid < 2
    {
        take_turns(tx, &client, &buyer).await?;
        let (who, units) = (Who { client, buyer }, row.lines.units());
        let has = figures(tx, &who, tx.seams().now()).await?;
        if !limits.have_room(&has, units) && !guard::sabotaged("order.unpaid_cap") {
            return Ok(Place::Full);
        }
        let Who { client, buyer } = who;
        let open = unpaid_order::Model { order_id: order.uuid(), client, buyer, units, ended_at: None };
        unpaid_order::Entity::insert(open.into_active_model()).exec_without_returning(tx).await?;
    }
    tx.run("UPDATE orders SET unpaid = 2 WHERE id = ?", [order.uuid().into()]).await?;
    Ok(Place::Given)
}

async fn take_turns(tx: &Tx, client: &str, buyer: &str) -> Result<(), DbError> {
    if tx.dialect() == Dialect::Postgres {
        // The locks are taken in sorted order, so that no two transactions deadlock.
        let mut names = [(client,), (buyer,)];
        names.sort_unstable();
        let sql = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || (value ->> 0), 0)) FROM {rows}";
        tx.rows(sql, [dialect::rows(&names)]).await?;
    }
    Ok(())
}

/// The orders do not wait for their payment any more; answers how many of them did.
pub(crate) async fn no_longer(tx: &Tx, orders: &[OrderId]) -> Result<u64, DbError> {
    let sql = "DELETE FROM unpaid_order WHERE ended_at IS NULL AND order_id IN {ids}";
    tx.run(sql, [rows::ids(orders.iter().copied())]).await
}

/// Remembers that the order, which is not yet turned back, came to nothing after it had held stock for longer than a normal
/// payment takes.
pub(crate) async fn remember(tx: &Tx, order: OrderId) -> Result<(), DbError> {
    let sql = "INSERT INTO unpaid_order (order_id, client, buyer, units, ended_at) \
               SELECT id, client, buyer, 0, ? FROM orders WHERE id = ? AND client IS NOT NULL AND buyer IS NOT NULL \
               AND (SELECT COUNT(*) FROM unpaid_order AS before WHERE before.client = orders.client) < ? \
               ON CONFLICT (order_id) DO NOTHING";
    tx.run(sql, [tx.seams().now().into(), order.uuid().into(), KEPT_PER_CLIENT.into()]).await?;
    Ok(())
}

pub(crate) const FORGET: &str = "DELETE FROM unpaid_order WHERE order_id IN (SELECT order_id FROM unpaid_order \
                                 WHERE ended_at <= ? ORDER BY ended_at LIMIT ? {skip_locked})";

/// Deletes at most `limit` of what failed before `before`; answers how many.
pub(crate) async fn forget(tx: &Tx, before: DateTime<Utc>, limit: i64) -> Result<u64, DbError> {
    tx.run(FORGET, [before.into(), limit.into()]).await
}
