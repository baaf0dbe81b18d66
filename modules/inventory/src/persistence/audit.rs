//! Compares the levels with the ledger and with the claims. Each comparison is one statement, so that its two
//! sides are of one moment.

use kernel::{OrderId, Sku};
use kernel_db::{Db, DbError, Tx, dialect};
use kernel_module::Check;
use sea_orm::QueryResult;
use uuid::Uuid;

use super::{read_rows, read_sku};
use crate::ClaimSummary;

/// So many of the levels that differ are named.
const NAMED: usize = 10;

/// The three counts as the ledger adds them up.
macro_rules! by_ledger {
    () => {
        "SELECT sku, CAST(SUM(delta_on_hand) AS bigint) AS on_hand, CAST(SUM(delta_held) AS bigint) AS held, \
         CAST(SUM(delta_committed) AS bigint) AS committed FROM ledger GROUP BY sku"
    };
}

/// The two claimed counts as the holds add them up.
macro_rules! by_claims {
    () => {
        "SELECT sku, CAST(SUM(CASE WHEN status = 'held' THEN outstanding ELSE 0 END) AS bigint) AS held, \
         CAST(SUM(CASE WHEN status = 'committed' THEN outstanding ELSE 0 END) AS bigint) AS committed \
         FROM hold_line JOIN hold ON hold.order_id = hold_line.order_id \
         WHERE status IN ('held', 'committed') GROUP BY sku"
    };
}

macro_rules! total {
    ($column:literal, $from:literal) => {
        concat!("(SELECT CAST(COALESCE(SUM(", $column, "), 0) AS bigint) FROM ", $from, ")")
    };
}

const TOTALS: &str = concat!(
    "SELECT ",
    total!("on_hand", "level"),
    ", ",
    total!("delta_on_hand", "ledger"),
    ", ",
    total!("held", "level"),
    ", ",
    total!("delta_held", "ledger"),
    ", ",
    total!("committed", "level"),
    ", ",
    total!("delta_committed", "ledger"),
    ", ",
    total!("outstanding", "hold_line JOIN hold ON hold.order_id = hold_line.order_id WHERE status = 'held'"),
    ", ",
    total!("outstanding", "hold_line JOIN hold ON hold.order_id = hold_line.order_id WHERE status = 'committed'")
);

/// A SKU that moved and has no level differs too: its `level` side is missing.
const OFF_LEDGER: &str = concat!(
    "SELECT summed.sku FROM (",
    by_ledger!(),
    ") AS summed LEFT JOIN level ON level.sku = summed.sku WHERE level.sku IS NULL OR level.on_hand <> summed.on_hand \
     OR level.held <> summed.held OR level.committed <> summed.committed \
     UNION ALL SELECT level.sku FROM level WHERE NOT EXISTS (SELECT 1 FROM ledger WHERE ledger.sku = level.sku) \
     AND (level.on_hand <> 0 OR level.held <> 0 OR level.committed <> 0) ORDER BY 1"
);

const OFF_CLAIMS: &str = concat!(
    "SELECT level.sku FROM level LEFT JOIN (",
    by_claims!(),
    ") AS summed ON summed.sku = level.sku WHERE level.held <> COALESCE(summed.held, 0) \
     OR level.committed <> COALESCE(summed.committed, 0) ORDER BY level.sku"
);

const REBUILD: &str = concat!(
    "UPDATE level SET on_hand = summed.on_hand, held = summed.held, committed = summed.committed, \
     available = summed.on_hand - summed.held - summed.committed, \
     low = CASE WHEN summed.on_hand - summed.held - summed.committed < low_stock_threshold THEN 1 ELSE 0 END FROM (",
    by_ledger!(),
    ") AS summed WHERE level.sku = summed.sku AND (level.on_hand <> summed.on_hand OR level.held <> summed.held \
     OR level.committed <> summed.committed)"
);

/// A level of which the ledger knows nothing has nothing.
const CLEAR: &str = "UPDATE level SET on_hand = 0, held = 0, committed = 0, available = 0, \
                     low = CASE WHEN low_stock_threshold > 0 THEN 1 ELSE 0 END \
                     WHERE (on_hand <> 0 OR held <> 0 OR committed <> 0) \
                     AND NOT EXISTS (SELECT 1 FROM ledger WHERE ledger.sku = level.sku)";

/// Everything that must be equal, with both sides.
pub(crate) async fn compare(db: &Db) -> Result<Vec<Check>, DbError> {
    let mut checks = Vec::new();
    if let Some(row) = read_rows(db, TOTALS, []).await?.first() {
        checks = compare_totals(row)?;
    }
    for (rule, differing) in [
        ("inventory: levels that differ from their ledger", OFF_LEDGER),
        ("inventory: levels that differ from their claims", OFF_CLAIMS),
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
        ("inventory: units on hand = the ledger's", 0, 1),
        ("inventory: units held = the ledger's", 2, 3),
        ("inventory: units committed = the ledger's", 4, 5),
        ("inventory: units held = lines of open holds", 2, 6),
        ("inventory: units committed = lines of commitments not yet sent", 4, 7),
    ];
    let total = |index: usize| row.try_get_by_index::<i64>(index);
    rules.iter().map(|&(rule, left, right)| Ok(Check::new(rule, total(left)?, total(right)?))).collect()
}

fn nothing_differs(rule: &str, rows: &[QueryResult]) -> Result<Check, DbError> {
    let check = Check::new(rule, rows.len(), 0);
    if rows.is_empty() {
        return Ok(check);
    }
    let named: Result<Vec<String>, _> = rows.iter().take(NAMED).map(|row| row.try_get_by_index(0)).collect();
    Ok(check.with_detail(format!("look at {}", named?.join(", "))))
}

macro_rules! select_claims {
    () => {
        "SELECT order_id, status, CAST((SELECT COALESCE(SUM(outstanding), 0) FROM hold_line \
         WHERE hold_line.order_id = hold.order_id) AS bigint) FROM hold "
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
    rows.iter().map(|row| read_sku(&row.try_get_by_index::<String>(0)?)).collect()
}

fn claim(row: &QueryResult) -> Result<ClaimSummary, DbError> {
    let order = OrderId::new(row.try_get_by_index(0)?);
    Ok(ClaimSummary { order, status: row.try_get_by_index(1)?, outstanding: row.try_get_by_index(2)? })
}
