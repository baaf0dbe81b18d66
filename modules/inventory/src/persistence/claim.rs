//! Who claims what: the rows of `hold` and `hold_line`.

use inventory_contract::{Demand, Shortage};
use kernel::{DateTime, OrderId, Utc};
use kernel_db::{DbError, Tx, dialect};
use sea_orm::{QueryResult, Value};

use super::read_sku;
use crate::{
    domain::{Claim, Status},
    error::InventoryError,
};

/// The outstanding lines of a hold as JSON, so that they come with its row. A SKU needs no escaping.
macro_rules! outstanding {
    () => {
        "(SELECT '[' || string_agg('[\"' || sku || '\",' || outstanding || ']', ',') || ']' FROM hold_line \
         WHERE hold_line.order_id = hold.order_id AND outstanding > 0)"
    };
}

/// Writes a new hold; `false` when something is known of the order already.
pub(crate) async fn open(tx: &Tx, order: OrderId, until: DateTime<Utc>) -> Result<bool, DbError> {
    first(tx, order, Status::Held, Some(until)).await
}

/// Bars the order from ever claiming; `false` when something is known of it already.
pub(crate) async fn bar(tx: &Tx, order: OrderId) -> Result<bool, DbError> {
    first(tx, order, Status::Released, None).await
}

async fn first(tx: &Tx, order: OrderId, status: Status, until: Option<DateTime<Utc>>) -> Result<bool, DbError> {
    let sql = "INSERT INTO hold (order_id, status, until, version, created_at) VALUES (?, ?, ?, 0, ?) \
               ON CONFLICT (order_id) DO NOTHING";
    let values = [order.uuid().into(), status.as_str().into(), until.into(), tx.seams().now().into()];
    Ok(tx.run(sql, values).await? == 1)
}

/// Writes what the hold claims.
pub(crate) async fn write_lines(tx: &Tx, order: OrderId, demands: &[Demand]) -> Result<(), DbError> {
    let sql = "INSERT INTO hold_line (order_id, sku, quantity, outstanding) \
               SELECT ?, value ->> 0, CAST(value ->> 1 AS bigint), CAST(value ->> 1 AS bigint) FROM {rows}";
    tx.run(sql, [order.uuid().into(), demand_rows(demands)]).await?;
    Ok(())
}

/// Forgets what an expired hold claimed.
pub(crate) async fn clear_lines(tx: &Tx, order: OrderId) -> Result<(), DbError> {
    tx.run("DELETE FROM hold_line WHERE order_id = ?", [order.uuid().into()]).await?;
    Ok(())
}

/// What is known of the order, locked until the transaction ends.
pub(crate) async fn lock(tx: &Tx, order: OrderId) -> Result<Option<Claim>, DbError> {
    let sql = concat!("SELECT status, until, shortage, ", outstanding!(), " FROM hold WHERE order_id = ? {for_update}");
    tx.row(sql, [order.uuid().into()]).await?.map(|row| read(order, &row)).transpose()
}

/// Turns a hold into a commitment, in one statement; `None` when it was not held.
pub(crate) async fn commit_held(tx: &Tx, order: OrderId) -> Result<Option<Claim>, DbError> {
    let sql = concat!(
        "UPDATE hold SET status = 'committed' WHERE order_id = ? AND status = 'held' \
         RETURNING 'held', until, shortage, ",
        outstanding!()
    );
    tx.row(sql, [order.uuid().into()]).await?.map(|row| read(order, &row)).transpose()
}

/// Ends a hold that lapsed before `now`; the claim as it was, and the version of the event. `None` when it has
/// not lapsed, or is no longer held.
pub(crate) async fn expire_held(tx: &Tx, order: OrderId, now: DateTime<Utc>) -> Result<Option<(Claim, i64)>, DbError> {
    let sql = concat!(
        "UPDATE hold SET status = 'expired', version = version + 1 \
         WHERE order_id = ? AND status = 'held' AND until < ? RETURNING 'held', until, shortage, ",
        outstanding!(),
        ", version"
    );
    let Some(row) = tx.row(sql, [order.uuid().into(), now.into()]).await? else { return Ok(None) };
    Ok(Some((read(order, &row)?, row.try_get_by_index(4)?)))
}

/// Moves a claim that [`lock`] has read to another status.
pub(crate) async fn turn(tx: &Tx, claim: &Claim, to: Status) -> Result<(), InventoryError> {
    if !claim.status.may_become(to) {
        return Err(InventoryError::Contradicted { order: claim.order, detail: "its claim cannot move that way" });
    }
    let sql = "UPDATE hold SET status = ? WHERE order_id = ? AND status = ?";
    let values = [to.as_str().into(), claim.order.uuid().into(), claim.status.as_str().into()];
    tx.run(sql, values).await?;
    Ok(())
}

/// Gives a hold a new end.
pub(crate) async fn prolong(tx: &Tx, order: OrderId, until: DateTime<Utc>) -> Result<(), DbError> {
    tx.run("UPDATE hold SET status = 'held', until = ? WHERE order_id = ?", [until.into(), order.uuid().into()])
        .await?;
    Ok(())
}

/// Keeps the refusal, so that a repeated call is told the same.
pub(crate) async fn refuse(tx: &Tx, order: OrderId, shortage: &[Shortage]) -> Result<(), DbError> {
    let sql = "UPDATE hold SET status = 'refused', shortage = ? WHERE order_id = ?";
    let told = serde_json::to_string(shortage).map_err(|error| DbError::corrupt("shortage", error))?;
    tx.run(sql, [told.into(), order.uuid().into()]).await?;
    Ok(())
}

/// Takes units off what is outstanding. A line that has fewer is an error: roll back.
pub(crate) async fn settle(tx: &Tx, order: OrderId, units: &[Demand]) -> Result<(), InventoryError> {
    let sql = "WITH gone AS MATERIALIZED (SELECT value ->> 0 AS sku, CAST(value ->> 1 AS bigint) AS units FROM {rows}) \
               UPDATE hold_line SET outstanding = outstanding - gone.units FROM gone \
               WHERE hold_line.order_id = ? AND hold_line.sku = gone.sku AND outstanding >= gone.units";
    if units.is_empty() {
        return Ok(());
    }
    let settled = tx.run(sql, [demand_rows(units), order.uuid().into()]).await?;
    if usize::try_from(settled).is_ok_and(|settled| settled == units.len()) {
        return Ok(());
    }
    Err(InventoryError::Contradicted { order, detail: "more of its goods move than it had left" })
}

fn demand_rows(demands: &[Demand]) -> Value {
    let rows: Vec<(&str, i64)> = demands.iter().map(|demand| (demand.sku.as_str(), demand.quantity)).collect();
    dialect::rows(&rows)
}

fn read(order: OrderId, row: &QueryResult) -> Result<Claim, DbError> {
    let status: String = row.try_get_by_index(0)?;
    let status = Status::parse(&status).ok_or_else(|| DbError::corrupt("hold", status))?;
    let shortage: Option<String> = row.try_get_by_index(2)?;
    let shortage = shortage.map_or(Ok(Vec::new()), |told| serde_json::from_str(&told));
    Ok(Claim {
        order,
        status,
        until: row.try_get_by_index(1)?,
        shortage: shortage.map_err(|error| DbError::corrupt("shortage", error))?,
        outstanding: read_lines(row.try_get_by_index(3)?)?,
    })
}

fn read_lines(lines: Option<String>) -> Result<Vec<Demand>, DbError> {
    let Some(lines) = lines else { return Ok(Vec::new()) };
    let lines: Vec<(String, i64)> =
        serde_json::from_str(&lines).map_err(|error| DbError::corrupt("hold line", error))?;
    lines.into_iter().map(|(sku, quantity)| Ok(Demand { sku: read_sku(&sku)?, quantity })).collect()
}
