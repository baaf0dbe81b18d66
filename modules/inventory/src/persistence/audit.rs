//! Compares the levels with the ledger and with the claims. Each comparison is one statement, so that its two
//! sides are of one moment.

use kernel::{OrderId, Sku};
use kernel_db::{Db, DbError, Tx, dialect};
use kernel_module::Check;
use sea_orm::QueryResult;
use uuid::Uuid;

use super::{read_rows, read_sku};
use crate::ClaimSummary;

/// The most levels or claims that are named.
const NAMED: usize = 10;

/// Every movement: the entries of the ledger, and what is read from claims, see [`crate::domain::Claim::in_ledger`].
macro_rules! movements {
    () => {
        "SELECT sku, delta_on_hand AS on_hand, delta_held AS held, delta_committed AS committed FROM ledger \
         UNION ALL SELECT line.value ->> 0, 0, \
         CASE WHEN committed_at IS NULL THEN CAST(line.value ->> 1 AS bigint) ELSE 0 END, \
         CASE WHEN committed_at IS NULL THEN 0 ELSE CAST(line.value ->> 1 AS bigint) END \
         FROM claim, {each}(claim.lines) AS line WHERE in_ledger = 0"
    };
}

/// The three counts as the movements add them up.
macro_rules! by_ledger {
    () => {
        concat!(
            "SELECT sku, CAST(SUM(on_hand) AS bigint) AS on_hand, CAST(SUM(held) AS bigint) AS held, \
             CAST(SUM(committed) AS bigint) AS committed FROM (",
            movements!(),
            ") AS movement GROUP BY sku"
        )
    };
}

/// What open claims have outstanding.
macro_rules! claimed {
    ($status:literal) => {
        concat!(
            "SELECT line.value ->> 0 AS sku, CAST(line.value ->> 2 AS bigint) AS units \
             FROM claim, {each}(claim.lines) AS line WHERE status IN (",
            $status,
            ")"
        )
    };
}

macro_rules! total {
    ($column:literal, $from:expr) => {
        concat!("(SELECT CAST(COALESCE(SUM(", $column, "), 0) AS bigint) FROM (", $from, ") AS summed)")
    };
}

const TOTALS: &str = concat!(
    "SELECT ",
    total!("on_hand", "SELECT on_hand FROM level"),
    " AS on_hand, ",
    total!("on_hand", movements!()),
    " AS ledger_on_hand, ",
    total!("held", movements!()),
    " AS ledger_held, ",
    total!("units", claimed!("'held'")),
    " AS held, ",
    total!("committed", movements!()),
    " AS ledger_committed, ",
    total!("units", claimed!("'committed'")),
    " AS committed, ",
    total!("claimed", "SELECT on_hand - available AS claimed FROM level"),
    " AS claimed, ",
    total!("units", claimed!("'held', 'committed'")),
    " AS outstanding"
);

/// A SKU that moved and has no level differs too.
const OFF_LEDGER: &str = concat!(
    "SELECT summed.sku FROM (",
    by_ledger!(),
    ") AS summed LEFT JOIN level ON level.sku = summed.sku WHERE level.sku IS NULL OR level.on_hand <> summed.on_hand \
     OR level.on_hand - level.available <> summed.held + summed.committed \
     UNION ALL SELECT level.sku FROM level WHERE (level.on_hand <> 0 OR level.available <> 0) \
     AND level.sku NOT IN (SELECT sku FROM (",
    movements!(),
    ") AS moved) ORDER BY 1"
);

const OFF_CLAIMS: &str = concat!(
    "SELECT level.sku FROM level LEFT JOIN (SELECT sku, CAST(SUM(units) AS bigint) AS units FROM (",
    claimed!("'held', 'committed'"),
    ") AS line GROUP BY sku) AS summed ON summed.sku = level.sku \
     WHERE level.on_hand - level.available <> COALESCE(summed.units, 0) ORDER BY level.sku"
);

/// Claims whose movements are read from them must be found by their SKUs.
const NOT_FOUND: &str = "SELECT line.value ->> 0 AS sku FROM claim, {each}(claim.lines) AS line \
     WHERE in_ledger = 0 AND NOT EXISTS (SELECT 1 FROM claim_sku WHERE claim_sku.sku = line.value ->> 0 \
     AND claim_sku.created_at = claim.created_at AND claim_sku.order_id = claim.order_id) ORDER BY 1";

const REBUILD: &str = concat!(
    "UPDATE level SET on_hand = summed.on_hand, available = summed.on_hand - summed.held - summed.committed FROM (",
    by_ledger!(),
    ") AS summed WHERE level.sku = summed.sku AND (level.on_hand <> summed.on_hand \
     OR level.on_hand - level.available <> summed.held + summed.committed)"
);

/// A level of which no movement is known has nothing.
const CLEAR: &str = concat!(
    "UPDATE level SET on_hand = 0, available = 0 WHERE (on_hand <> 0 OR available <> 0) \
     AND sku NOT IN (SELECT sku FROM (",
    movements!(),
    ") AS moved)"
);

/// Everything that must be equal, with both sides.
pub(crate) async fn compare(db: &Db) -> Result<Vec<Check>, DbError> {
    let mut checks = Vec::new();
    if let Some(row) = read_rows(db, TOTALS, []).await?.first() {
        checks = compare_totals(row)?;
    }
    for (rule, differing) in [
        ("inventory: levels that differ from their ledger", OFF_LEDGER),
        ("inventory: levels that differ from their claims", OFF_CLAIMS),
        ("inventory: claims that their SKUs do not find", NOT_FOUND),
    ] {
        checks.push(nothing_differs(rule, &read_rows(db, differing, []).await?)?);
    }
    Ok(checks)
}

/// Makes every level what its ledger says; answers how many were not.
pub(crate) async fn rebuild(tx: &Tx) -> Result<u64, DbError> {
    tx.rows("SELECT sku FROM level ORDER BY sku {for_update}", []).await?;
    Ok(tx.run(REBUILD, []).await? + tx.run(CLEAR, []).await?)
}

fn compare_totals(row: &QueryResult) -> Result<Vec<Check>, DbError> {
    let rules = [
        ("inventory: units on hand = the ledger's", "on_hand", "ledger_on_hand"),
        ("inventory: units held by the ledger = lines of open holds", "ledger_held", "held"),
        (
            "inventory: units committed by the ledger = lines of commitments not yet sent",
            "ledger_committed",
            "committed",
        ),
        ("inventory: units not available = lines of open claims", "claimed", "outstanding"),
    ];
    let total = |column: &str| row.try_get::<i64>("", column);
    rules.iter().map(|&(rule, left, right)| Ok(Check::new(rule, total(left)?, total(right)?))).collect()
}

fn nothing_differs(rule: &str, rows: &[QueryResult]) -> Result<Check, DbError> {
    let check = Check::new(rule, rows.len(), 0);
    if rows.is_empty() {
        return Ok(check);
    }
    let named: Result<Vec<String>, _> = rows.iter().take(NAMED).map(|row| row.try_get("", "sku")).collect();
    Ok(check.with_detail(format!("look at {}", named?.join(", "))))
}

macro_rules! select_claims {
    () => {
        "SELECT order_id, status, CAST((SELECT COALESCE(SUM(CAST(line.value ->> 2 AS bigint)), 0) \
         FROM {each}(claim.lines) AS line) AS bigint) AS outstanding FROM claim "
    };
}

pub(crate) async fn claims_before(db: &Db, before: Option<OrderId>, limit: u64) -> Result<Vec<ClaimSummary>, DbError> {
    let sql = concat!(select_claims!(), "WHERE order_id < ? ORDER BY order_id DESC LIMIT ?");
    let before = before.map_or(Uuid::max(), OrderId::uuid);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    read_rows(db, sql, [before.into(), limit.into()]).await?.iter().map(claim).collect()
}

pub(crate) async fn claims_of(db: &Db, orders: &[OrderId]) -> Result<Vec<ClaimSummary>, DbError> {
    let sql = concat!(select_claims!(), "WHERE order_id IN (SELECT {id}(value ->> 0) FROM {rows})");
    let ids: Vec<_> = orders.iter().map(|order| (order.uuid().simple().to_string(),)).collect();
    read_rows(db, sql, [dialect::rows(&ids)]).await?.iter().map(claim).collect()
}

/// In the order of the primary key, whatever that is: pages, not ranges, are what is asked for.
pub(crate) async fn skus_after(db: &Db, after: Option<&Sku>, limit: u64) -> Result<Vec<Sku>, DbError> {
    let sql = "SELECT sku FROM level WHERE sku > ? ORDER BY sku LIMIT ?";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = read_rows(db, sql, [after.map_or("", Sku::as_str).into(), limit.into()]).await?;
    rows.iter().map(|row| read_sku(&row.try_get::<String>("", "sku")?)).collect()
}

fn claim(row: &QueryResult) -> Result<ClaimSummary, DbError> {
    let order = OrderId::new(row.try_get("", "order_id")?);
    Ok(ClaimSummary { order, status: row.try_get("", "status")?, outstanding: row.try_get("", "outstanding")? })
}
