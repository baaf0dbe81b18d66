//! Compares the levels with the ledger and with the claims. Each comparison is one statement, so that its two
//! sides are of one moment.

use std::sync::LazyLock;

use kernel_db::{Db, DbError, Tx};
use kernel_module::Check;
use sea_orm::FromQueryResult;

use super::entity::claim::{LINE_OUTSTANDING, LINE_QUANTITY, LINE_SKU};

/// The most levels or claims that are named.
const NAMED: usize = 10;

/// Every movement: the entries of the ledger, and what is read from claims, see [`crate::domain::Claim::in_ledger`].
static MOVEMENTS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT sku, delta_on_hand AS on_hand, delta_held AS held, delta_committed AS committed FROM ledger \
         UNION ALL SELECT {LINE_SKU}, 0, CASE WHEN committed_at IS NULL THEN {LINE_QUANTITY} ELSE 0 END, \
         CASE WHEN committed_at IS NULL THEN 0 ELSE {LINE_QUANTITY} END \
         FROM claim, {{each}}(claim.lines) AS line WHERE in_ledger = 0"
    )
});

/// The three counts as the movements add them up.
fn by_ledger() -> String {
    format!(
        "SELECT sku, CAST(SUM(on_hand) AS bigint) AS on_hand, CAST(SUM(held) AS bigint) AS held, \
         CAST(SUM(committed) AS bigint) AS committed FROM ({}) AS movement GROUP BY sku",
        *MOVEMENTS
    )
}

/// What claims in one of the states have outstanding.
fn claimed(states: &str) -> String {
    format!(
        "SELECT {LINE_SKU} AS sku, {LINE_OUTSTANDING} AS units FROM claim, {{each}}(claim.lines) AS line \
         WHERE status IN ({states})"
    )
}

/// Both sides of every total, in one row.
fn totals() -> String {
    let total = |name: &str, column: &str, from: &str| {
        format!("(SELECT CAST(COALESCE(SUM({column}), 0) AS bigint) FROM ({from}) AS summed) AS {name}")
    };
    let totals = [
        total("on_hand", "on_hand", "SELECT on_hand FROM level"),
        total("ledger_on_hand", "on_hand", &MOVEMENTS),
        total("ledger_held", "held", &MOVEMENTS),
        total("held", "units", &claimed("'held'")),
        total("ledger_committed", "committed", &MOVEMENTS),
        total("committed", "units", &claimed("'committed'")),
        total("claimed", "claimed", "SELECT on_hand - available AS claimed FROM level"),
        total("outstanding", "units", &claimed("'held', 'committed'")),
    ];
    format!("SELECT {}", totals.join(", "))
}

#[derive(FromQueryResult)]
struct Totals {
    on_hand: i64,
    ledger_on_hand: i64,
    ledger_held: i64,
    held: i64,
    ledger_committed: i64,
    committed: i64,
    claimed: i64,
    outstanding: i64,
}

/// A SKU that moved and has no level differs too.
fn off_ledger() -> String {
    format!(
        "SELECT summed.sku FROM ({}) AS summed LEFT JOIN level ON level.sku = summed.sku WHERE level.sku IS NULL \
         OR level.on_hand <> summed.on_hand OR level.on_hand - level.available <> summed.held + summed.committed \
         UNION ALL SELECT level.sku FROM level WHERE (level.on_hand <> 0 OR level.available <> 0) \
         AND level.sku NOT IN (SELECT sku FROM ({}) AS moved) ORDER BY 1",
        by_ledger(),
        *MOVEMENTS
    )
}

fn off_claims() -> String {
    format!(
        "SELECT level.sku FROM level LEFT JOIN (SELECT sku, CAST(SUM(units) AS bigint) AS units FROM ({}) AS line \
         GROUP BY sku) AS summed ON summed.sku = level.sku \
         WHERE level.on_hand - level.available <> COALESCE(summed.units, 0) ORDER BY level.sku",
        claimed("'held', 'committed'")
    )
}

/// Claims whose movements are read from them must be found by their SKUs.
fn not_found() -> String {
    format!(
        "SELECT {LINE_SKU} AS sku FROM claim, {{each}}(claim.lines) AS line WHERE in_ledger = 0 \
         AND NOT EXISTS (SELECT 1 FROM claim_sku WHERE claim_sku.sku = {LINE_SKU} \
         AND claim_sku.created_at = claim.created_at AND claim_sku.order_id = claim.order_id) ORDER BY 1"
    )
}

/// Everything that must be equal, with both sides.
pub(crate) async fn compare(db: &Db) -> Result<Vec<Check>, DbError> {
    let mut checks = db.one::<Totals>(&totals(), []).await?.as_ref().map(compare_totals).unwrap_or_default();
    for (rule, differing) in [
        ("inventory: levels that differ from their ledger", off_ledger()),
        ("inventory: levels that differ from their claims", off_claims()),
        ("inventory: claims that their SKUs do not find", not_found()),
    ] {
        checks.push(nothing_differs(rule, &db.all::<Differing>(&differing, []).await?));
    }
    Ok(checks)
}

/// Makes every level what its ledger says; answers how many were not.
pub(crate) async fn rebuild(tx: &Tx) -> Result<u64, DbError> {
    tx.rows("SELECT sku FROM level ORDER BY sku {for_update}", []).await?;
    let rebuild = format!(
        "UPDATE level SET on_hand = summed.on_hand, available = summed.on_hand - summed.held - summed.committed \
         FROM ({}) AS summed WHERE level.sku = summed.sku AND (level.on_hand <> summed.on_hand \
         OR level.on_hand - level.available <> summed.held + summed.committed)",
        by_ledger()
    );
    // A level of which no movement is known has nothing.
    let clear = format!(
        "UPDATE level SET on_hand = 0, available = 0 WHERE (on_hand <> 0 OR available <> 0) \
         AND sku NOT IN (SELECT sku FROM ({}) AS moved)",
        *MOVEMENTS
    );
    Ok(tx.run(&rebuild, []).await? + tx.run(&clear, []).await?)
}

fn compare_totals(total: &Totals) -> Vec<Check> {
    vec![
        Check::new("inventory: units on hand = the ledger's", total.on_hand, total.ledger_on_hand),
        Check::new("inventory: units held by the ledger = lines of open holds", total.ledger_held, total.held),
        Check::new(
            "inventory: units committed by the ledger = lines of commitments not yet sent",
            total.ledger_committed,
            total.committed,
        ),
        Check::new("inventory: units not available = lines of open claims", total.claimed, total.outstanding),
    ]
}

#[derive(FromQueryResult)]
struct Differing {
    sku: String,
}

fn nothing_differs(rule: &str, rows: &[Differing]) -> Check {
    let check = Check::new(rule, rows.len(), 0);
    if rows.is_empty() {
        return check;
    }
    let named: Vec<&str> = rows.iter().take(NAMED).map(|row| row.sku.as_str()).collect();
    check.with_detail(format!("look at {}", named.join(", ")))
}
