//! Who claims what: the rows of `hold` and `hold_line`.
//!
//! Whoever needs several claims gets them in the order of their orders, and before any level.

use std::collections::{HashMap, HashSet};

use inventory_contract::{Demand, Shortage};
use kernel::{DateTime, OrderId, Sku, Utc};
use kernel_db::{DbError, Tx, Write, dialect};
use sea_orm::{QueryResult, Value};
use serde::Serialize;
use uuid::Uuid;

use super::{read_sku, sku_rows};
use crate::domain::{Claim, Status};

/// Writes new holds, and whether their orders are not about to be paid for; answers of which orders nothing was known yet. Of two holds for one order the first counts.
pub(crate) async fn open(
    tx: &Tx,
    holds: impl Iterator<Item = (OrderId, DateTime<Utc>, bool)>,
) -> Result<HashSet<OrderId>, DbError> {
    let rows = holds.map(|(order, until, unpaid)| (order, Status::Held, Some(until), i64::from(unpaid)));
    first(tx, rows.collect()).await
}

/// Bars those of the orders of which nothing is known from ever claiming.
pub(crate) async fn bar(tx: &Tx, orders: impl Iterator<Item = OrderId>) -> Result<(), DbError> {
    let rows: Vec<_> = orders.map(|order| (order, Status::Released, None, 0)).collect();
    if !rows.is_empty() {
        first(tx, rows).await?;
    }
    Ok(())
}

/// A claim that is new: whose, in which state, until when, and whether it is marked as unpaid.
type New = (OrderId, Status, Option<DateTime<Utc>>, i64);

async fn first(tx: &Tx, mut claims: Vec<New>) -> Result<HashSet<OrderId>, DbError> {
    let sql = "INSERT INTO hold (order_id, status, until, unpaid, version, created_at) \
               SELECT {id}(value ->> 0), value ->> 1, {time}(value ->> 2), CAST(value ->> 3 AS bigint), 0, ? \
               FROM {rows} WHERE true ON CONFLICT (order_id) DO NOTHING RETURNING order_id";
    claims.sort_by_key(|claim| claim.0);
    let row = |(order, status, until, unpaid): &New| {
        (id(*order), status.as_str(), until.map(|until| until.to_rfc3339()), *unpaid)
    };
    let rows: Vec<_> = claims.iter().map(row).collect();
    let made = tx.rows(sql, [tx.seams().now().into(), dialect::rows(&rows)]).await?;
    made.iter().map(order_of).collect()
}

/// What holds claim; nothing where they claim nothing.
pub(crate) fn lines<'a>(claimed: impl Iterator<Item = (OrderId, &'a [Demand])>) -> Option<Write> {
    let sql = "INSERT INTO hold_line (order_id, sku, quantity, outstanding) \
               SELECT {id}(value ->> 0), value ->> 1, CAST(value ->> 2 AS bigint), CAST(value ->> 2 AS bigint) FROM {rows}";
    let rows = line_rows(claimed);
    (!rows.is_empty()).then(|| Write::new(sql, [dialect::rows(&rows)]))
}

/// Forgets what an expired hold claimed.
pub(crate) async fn clear_lines(tx: &Tx, order: OrderId) -> Result<(), DbError> {
    tx.run("DELETE FROM hold_line WHERE order_id = ?", [order.uuid().into()]).await?;
    Ok(())
}

/// What is known of the orders, locked until the transaction ends.
pub(crate) async fn lock(tx: &Tx, orders: impl Iterator<Item = OrderId>) -> Result<Vec<Claim>, DbError> {
    let sql = "SELECT order_id, status, until, shortage, unpaid FROM hold \
               WHERE order_id IN (SELECT {id}(value ->> 0) FROM {rows}) ORDER BY order_id {for_update}";
    let rows = tx.rows(sql, [order_rows(orders)]).await?;
    let claim = |row: &QueryResult| {
        let mark: i64 = row.try_get_by_index(4)?;
        Ok(Claim { unpaid: mark == UNPAID, crowded_out: mark == CROWDED_OUT, ..read(row)? })
    };
    let claims: Result<Vec<Claim>, DbError> = rows.iter().map(claim).collect();
    read_lines(tx, claims?).await
}

/// Turns holds into commitments; answers what they were. An order that holds nothing now is left out.
pub(crate) async fn commit_held(tx: &Tx, orders: impl Iterator<Item = OrderId>) -> Result<Vec<Claim>, DbError> {
    // The state is no plain column here, so that the rows are found by their order and not in the index of open holds:
    // every order passes through that one, and its dead entries are many.
    let sql = "WITH locked AS MATERIALIZED (SELECT order_id FROM hold WHERE status || '' = 'held' \
               AND order_id IN (SELECT {id}(value ->> 0) FROM {rows}) ORDER BY order_id {for_update}) \
               UPDATE hold SET status = 'committed' FROM locked WHERE hold.order_id = locked.order_id \
               AND status || '' = 'held' RETURNING hold.order_id, 'held', until, shortage";
    let rows = tx.rows(sql, [order_rows(orders)]).await?;
    let claims: Result<Vec<Claim>, DbError> = rows.iter().map(read).collect();
    read_lines(tx, claims?).await
}

/// Ends a hold that lapsed before `now`; the claim as it was, and the version of the event. `None` when it has
/// not lapsed, or is no longer held.
pub(crate) async fn expire_held(tx: &Tx, order: OrderId, now: DateTime<Utc>) -> Result<Option<(Claim, i64)>, DbError> {
    let sql = "UPDATE hold SET status = 'expired', version = version + 1 \
               WHERE order_id = ? AND status = 'held' AND until < ? \
               RETURNING order_id, 'held', until, shortage, version";
    let Some(row) = tx.row(sql, [order.uuid().into(), now.into()]).await? else { return Ok(None) };
    let claim = read_lines(tx, vec![read(&row)?]).await?.pop();
    Ok(claim.zip(Some(row.try_get_by_index(4)?)))
}

/// Moves claims that are locked to another status.
pub(crate) async fn turn(tx: &Tx, orders: impl Iterator<Item = OrderId>, to: Status) -> Result<(), DbError> {
    let sql = "UPDATE hold SET status = ? WHERE order_id IN (SELECT {id}(value ->> 0) FROM {rows})";
    tx.run(sql, [to.as_str().into(), order_rows(orders)]).await?;
    Ok(())
}

/// Gives a hold a new end.
pub(crate) async fn prolong(tx: &Tx, order: OrderId, until: DateTime<Utc>) -> Result<(), DbError> {
    tx.run("UPDATE hold SET status = 'held', until = ? WHERE order_id = ?", [until.into(), order.uuid().into()])
        .await?;
    Ok(())
}

/// Says whether the order of a hold is not about to be paid for.
pub(crate) async fn mark_unpaid(tx: &Tx, order: OrderId, unpaid: bool) -> Result<(), DbError> {
    let values = [i64::from(unpaid).into(), order.uuid().into()];
    tx.run("UPDATE hold SET unpaid = ? WHERE order_id = ?", values).await?;
    Ok(())
}

/// What unpaid orders but `except` hold of the SKUs of `demands`. Their levels are to be locked: then it stays so.
pub(crate) async fn held_unpaid(
    tx: &Tx,
    demands: &[&Demand],
    except: Option<OrderId>,
) -> Result<HashMap<Sku, i64>, DbError> {
    let sql = "SELECT hold_line.sku, CAST(SUM(hold_line.outstanding) AS bigint) FROM hold \
               JOIN hold_line ON hold_line.order_id = hold.order_id \
               WHERE hold.unpaid = 1 AND hold.status = 'held' AND hold.order_id <> ? \
               AND hold_line.sku IN (SELECT value ->> 0 FROM {rows}) GROUP BY hold_line.sku";
    let except = except.map_or(Uuid::nil(), OrderId::uuid);
    let rows = tx.rows(sql, [except.into(), sku_rows(demands.iter().map(|demand| &demand.sku))]).await?;
    rows.iter().map(|row| Ok((read_sku(&row.try_get_by_index::<String>(0)?)?, row.try_get_by_index(1)?))).collect()
}

/// The mark of a claim that counts among what unpaid orders hold.
const UNPAID: i64 = 1;

/// The mark of a claim that was refused because unpaid orders had no room for it.
const CROWDED_OUT: i64 = 2;

/// A claim that is refused: what was missing, and whether it was room among the unpaid.
pub(crate) type Refused<'a> = (OrderId, &'a [Shortage], bool);

/// Keeps refusals, so that a repeated call is told the same.
pub(crate) async fn refuse<'a>(tx: &Tx, refused: impl Iterator<Item = Refused<'a>>) -> Result<(), DbError> {
    let sql = "WITH refused AS MATERIALIZED (SELECT {id}(value ->> 0) AS order_id, value ->> 1 AS shortage, \
               CAST(value ->> 2 AS bigint) AS unpaid FROM {rows}) \
               UPDATE hold SET status = 'refused', shortage = refused.shortage, unpaid = refused.unpaid FROM refused \
               WHERE hold.order_id = refused.order_id";
    let told = |shortage| serde_json::to_string(shortage).map_err(|error| DbError::corrupt("shortage", error));
    let row =
        |(order, shortage, crowded_out)| Ok((id(order), told(shortage)?, if crowded_out { CROWDED_OUT } else { 0 }));
    let rows: Result<Vec<_>, DbError> = refused.map(row).collect();
    run_for(tx, sql, &rows?).await
}

/// Of the next `limit` claims after `after` that were made before `before`: those that were refused or given back, the last
/// one, and how many they are. Ids of orders grow with time.
pub(crate) async fn old(
    tx: &Tx,
    after: Option<OrderId>,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<(Vec<OrderId>, Option<OrderId>, u64), DbError> {
    let sql = "SELECT order_id, status, created_at FROM hold WHERE order_id > ? ORDER BY order_id LIMIT ?";
    let after = after.map_or(Uuid::nil(), OrderId::uuid);
    let (mut ended, mut last, mut looked) = (Vec::new(), None, 0);
    for row in tx.rows(sql, [after.into(), limit.into()]).await? {
        let (order, status): (OrderId, String) = (order_of(&row)?, row.try_get_by_index(1)?);
        if row.try_get_by_index::<DateTime<Utc>>(2)? >= before {
            break;
        }
        if matches!(Status::parse(&status), Some(Status::Released | Status::Refused)) {
            ended.push(order);
        }
        last = Some(order);
        looked += 1;
    }
    Ok((ended, last, looked))
}

/// Deletes claims that weigh on no level.
pub(crate) async fn delete(tx: &Tx, orders: &[OrderId]) -> Result<(), DbError> {
    let lines = "DELETE FROM hold_line WHERE order_id IN (SELECT {id}(value ->> 0) FROM {rows})";
    let holds = "DELETE FROM hold WHERE status IN ('released', 'refused') \
                 AND order_id IN (SELECT {id}(value ->> 0) FROM {rows})";
    let rows = || order_rows(orders.iter().copied());
    tx.run_all(vec![Write::new(lines, [rows()]), Write::new(holds, [rows()])]).await?;
    Ok(())
}

/// Takes units off what is outstanding of claims that are locked. A CHECK keeps a line from having fewer than none.
pub(crate) async fn settle<'a>(tx: &Tx, gone: impl Iterator<Item = (OrderId, &'a [Demand])>) -> Result<(), DbError> {
    let sql = "WITH gone AS MATERIALIZED (SELECT {id}(value ->> 0) AS order_id, value ->> 1 AS sku, \
               CAST(value ->> 2 AS bigint) AS units FROM {rows}) \
               UPDATE hold_line SET outstanding = outstanding - gone.units FROM gone \
               WHERE hold_line.order_id = gone.order_id AND hold_line.sku = gone.sku";
    run_for(tx, sql, &line_rows(gone)).await
}

/// Runs a statement that has nothing to do without rows.
async fn run_for<R: Serialize + Sync>(tx: &Tx, sql: &str, rows: &[R]) -> Result<(), DbError> {
    if !rows.is_empty() {
        tx.run(sql, [dialect::rows(rows)]).await?;
    }
    Ok(())
}

/// Adds what each of the claims has outstanding. A statement of its own: one that waits for a claim's lock reads
/// everything else as it was before it waited.
async fn read_lines(tx: &Tx, mut claims: Vec<Claim>) -> Result<Vec<Claim>, DbError> {
    let sql = "SELECT order_id, sku, outstanding FROM hold_line \
               WHERE order_id IN (SELECT {id}(value ->> 0) FROM {rows}) AND outstanding > 0 ORDER BY order_id, sku";
    if claims.is_empty() {
        return Ok(claims);
    }
    let mut lines: HashMap<OrderId, Vec<Demand>> = HashMap::new();
    for row in tx.rows(sql, [order_rows(claims.iter().map(|claim| claim.order))]).await? {
        let sku: String = row.try_get_by_index(1)?;
        let line = Demand { sku: read_sku(&sku)?, quantity: row.try_get_by_index(2)? };
        lines.entry(order_of(&row)?).or_default().push(line);
    }
    for claim in &mut claims {
        claim.outstanding = lines.remove(&claim.order).unwrap_or_default();
    }
    Ok(claims)
}

fn read(row: &QueryResult) -> Result<Claim, DbError> {
    let status: String = row.try_get_by_index(1)?;
    let status = Status::parse(&status).ok_or_else(|| DbError::corrupt("hold", status))?;
    let shortage: Option<String> = row.try_get_by_index(3)?;
    let shortage = shortage.map_or(Ok(Vec::new()), |told| serde_json::from_str(&told));
    let shortage = shortage.map_err(|error| DbError::corrupt("shortage", error))?;
    let (order, until) = (order_of(row)?, row.try_get_by_index(2)?);
    Ok(Claim { order, status, until, shortage, unpaid: false, crowded_out: false, outstanding: Vec::new() })
}

fn order_of(row: &QueryResult) -> Result<OrderId, DbError> {
    Ok(OrderId::new(row.try_get_by_index(0)?))
}

fn order_rows(orders: impl Iterator<Item = OrderId>) -> Value {
    dialect::rows(&orders.map(|order| [id(order)]).collect::<Vec<_>>())
}

fn line_rows<'a>(lines: impl Iterator<Item = (OrderId, &'a [Demand])>) -> Vec<(String, &'a str, i64)> {
    let of_order = |(order, demands): (OrderId, &'a [Demand])| {
        let order = id(order);
        demands.iter().map(move |demand| (order.clone(), demand.sku.as_str(), demand.quantity))
    };
    lines.flat_map(of_order).collect()
}

fn id(order: OrderId) -> String {
    order.uuid().simple().to_string()
}
