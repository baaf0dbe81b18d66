//! What every order needs: claims and levels are loaded for many commands at once, and saved for all of them.
//!
//! Claims are locked in the order of their orders, and before any level; levels in the order of their SKUs.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use inventory_contract::{InventoryEvent, Shortage};
use kernel::{CallContext, DateTime, OrderId, Sku, Utc};
use kernel_db::{Cause, Db, DbError, Tx, Write, dialect, guard, outbox};
use sea_orm::{QueryResult, Value};
use serde::Serialize;

use super::{read_rows, read_sku, sku_rows};
use crate::domain::{Act, Claim, Delta, Entry, Holding, Line, Status, StockLevel};

/// Who moves stock, and what led to it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Note {
    pub(crate) actor: String,
    pub(crate) cause: Cause,
}

impl Note {
    pub(crate) fn of(cx: &CallContext) -> Self {
        Self { actor: cx.principal.label(), cause: Cause::from(cx) }
    }
}

/// The mark of a claim that counts among what unpaid orders hold.
const UNPAID: i64 = 1;

/// The mark of a claim that was refused because unpaid orders had no room for it.
const CROWDED_OUT: i64 = 2;

macro_rules! claim_columns {
    () => {
        "order_id, status, until, unpaid, CAST(shortage AS text) AS shortage, CAST(lines AS text) AS lines, in_ledger, \
         version, created_at, created_by, committed_at, committed_by"
    };
}
pub(super) const CLAIM_COLUMNS: &str = claim_columns!();

/// The claims of `orders` that there are, locked until the transaction ends.
pub(crate) async fn lock_claims(tx: &Tx, orders: impl Iterator<Item = OrderId> + Send) -> Result<Vec<Claim>, DbError> {
    let sql = concat!(
        "SELECT ",
        claim_columns!(),
        " FROM claim WHERE order_id IN (SELECT {id}(value ->> 0) FROM {rows}) ORDER BY order_id {for_update}"
    );
    tx.rows(sql, [order_rows(orders)]).await?.iter().map(read_claim).collect()
}

macro_rules! level_columns {
    () => {
        "sku, on_hand, available, low_stock_threshold, version"
    };
}
pub(super) const LEVEL_COLUMNS: &str = level_columns!();

/// The levels of `skus` that there are, locked until the transaction ends.
pub(crate) async fn lock_levels<'a>(
    tx: &Tx,
    skus: impl Iterator<Item = &'a Sku> + Send,
) -> Result<Vec<StockLevel>, DbError> {
    let sql = concat!(
        "SELECT ",
        level_columns!(),
        " FROM level WHERE sku IN (SELECT value ->> 0 FROM {rows}) ORDER BY sku {for_update}"
    );
    tx.rows(sql, [sku_rows(skus)]).await?.iter().map(read_level).collect()
}

/// What open holds hold. Reads every open hold: there are few, because a hold is soon committed or given back.
const HOLDINGS: &str = "SELECT line.value ->> 0 AS sku, CAST(SUM(CAST(line.value ->> 2 AS bigint)) AS bigint) AS held, \
     CAST(SUM(CASE WHEN claim.unpaid = 1 THEN CAST(line.value ->> 2 AS bigint) ELSE 0 END) AS bigint) AS unpaid \
     FROM claim, {each}(claim.lines) AS line WHERE claim.status = 'held' \
     AND line.value ->> 0 IN (SELECT value ->> 0 FROM {rows}) GROUP BY line.value ->> 0";

/// What open holds hold of `skus`. The levels are to be locked: then it stays so.
pub(crate) async fn holdings_in<'a>(
    tx: &Tx,
    skus: impl Iterator<Item = &'a Sku> + Send,
) -> Result<HashMap<Sku, Holding>, DbError> {
    tx.rows(HOLDINGS, [sku_rows(skus)]).await?.iter().map(read_holding).collect()
}

/// As [`holdings_in`], outside a transaction.
pub(crate) async fn holdings<'a>(
    db: &Db,
    skus: impl Iterator<Item = &'a Sku> + Send,
) -> Result<HashMap<Sku, Holding>, DbError> {
    read_rows(db, HOLDINGS, [sku_rows(skus)]).await?.iter().map(read_holding).collect()
}

/// What a unit of work has changed.
#[derive(Debug, Default)]
pub(crate) struct Changes<'a> {
    pub(crate) made: Vec<&'a Claim>,
    pub(crate) changed: Vec<&'a Claim>,
    /// What each level moves by, and how many events its stream has got.
    pub(crate) levels: BTreeMap<&'a Sku, (Delta, i64)>,
    /// Movements that no claim tells.
    pub(crate) entries: Vec<(Act, Entry)>,
    pub(crate) events: Vec<(&'a Cause, i64, InventoryEvent)>,
}

const MAKE_CLAIMS: &str = "INSERT INTO claim (order_id, status, until, unpaid, shortage, lines, in_ledger, version, \
     created_at, created_by, committed_at, committed_by) \
     SELECT {id}(value ->> 0), value ->> 1, {time}(value ->> 2), CAST(value ->> 3 AS bigint), NULLIF(value -> 4, 'null'), \
     value -> 5, CAST(value ->> 6 AS bigint), CAST(value ->> 7 AS bigint), {time}(value ->> 8), value ->> 9, \
     {time}(value ->> 10), value ->> 11 FROM {rows}";

const CHANGE_CLAIMS: &str = "WITH changed AS MATERIALIZED (SELECT {id}(value ->> 0) AS order_id, value ->> 1 AS status, \
     {time}(value ->> 2) AS until, CAST(value ->> 3 AS bigint) AS unpaid, NULLIF(value -> 4, 'null') AS shortage, \
     value -> 5 AS lines, CAST(value ->> 6 AS bigint) AS in_ledger, CAST(value ->> 7 AS bigint) AS version, \
     {time}(value ->> 10) AS committed_at, value ->> 11 AS committed_by FROM {rows}) \
     UPDATE claim SET status = changed.status, until = changed.until, unpaid = changed.unpaid, \
     shortage = changed.shortage, lines = changed.lines, in_ledger = changed.in_ledger, version = changed.version, \
     committed_at = changed.committed_at, committed_by = changed.committed_by \
     FROM changed WHERE claim.order_id = changed.order_id";

const FIND_BY_SKU: &str = "INSERT INTO claim_sku (sku, created_at, order_id) \
     SELECT value ->> 0, {time}(value ->> 1), {id}(value ->> 2) FROM {rows}";

/// No level is taken below nothing. The table's CHECK stands below this condition.
const CONDITION: &str = " AND level.available + moved.available >= 0";

const MOVE_LEVELS: &str = "WITH moved AS MATERIALIZED (SELECT value ->> 0 AS sku, CAST(value ->> 1 AS bigint) AS on_hand, \
     CAST(value ->> 2 AS bigint) AS available, CAST(value ->> 3 AS bigint) AS told FROM {rows}) \
     UPDATE level SET on_hand = level.on_hand + moved.on_hand, available = level.available + moved.available, \
     version = level.version + moved.told FROM moved WHERE level.sku = moved.sku \
     AND level.available + moved.available >= 0";

const ENTER: &str = "INSERT INTO ledger (sku, kind, delta_on_hand, delta_held, delta_committed, order_id, reason, actor, at) \
     SELECT value ->> 0, value ->> 1, CAST(value ->> 2 AS bigint), CAST(value ->> 3 AS bigint), \
     CAST(value ->> 4 AS bigint), {id}(value ->> 5), value ->> 6, value ->> 7, {time}(value ->> 8) FROM {rows}";

/// Writes what a unit of work has changed, in one round trip, and publishes its events.
///
/// # Errors
///
/// [`DbError::Overtaken`], at the latest with the commit, when a level has fewer units than are taken. Nothing is kept then.
pub(crate) async fn save(tx: &Tx, changes: &Changes<'_>) -> Result<(), DbError> {
    let mut writes = Vec::new();
    let moved: Vec<_> = changes.levels.iter().map(level_row).collect();
    if !moved.is_empty() {
        let unguarded = guard::sabotaged("stock.condition");
        let sql = if unguarded { MOVE_LEVELS.replace(CONDITION, "").into() } else { Cow::Borrowed(MOVE_LEVELS) };
        writes.push(Write::new(sql, [dialect::rows(&moved)]).changing(moved.len()));
    }
    writes.extend(write(MAKE_CLAIMS, &changes.made.iter().map(|claim| claim_row(claim)).collect::<Vec<_>>()));
    let found = changes.made.iter().flat_map(|claim| find_rows(claim));
    writes.extend(write(FIND_BY_SKU, &found.collect::<Vec<_>>()));
    writes.extend(write(CHANGE_CLAIMS, &changes.changed.iter().map(|claim| claim_row(claim)).collect::<Vec<_>>()));
    writes.extend(write(ENTER, &changes.entries.iter().map(entry_row).collect::<Vec<_>>()));
    let events: Vec<_> = changes.events.iter().map(|(cause, version, event)| (*cause, *version, event)).collect();
    outbox::publish_all(tx, &events)?;
    if writes.is_empty() {
        return Ok(());
    }
    tx.save(writes).await
}

/// Makes levels for SKUs that have none; answers which these were.
pub(crate) async fn introduce(tx: &Tx, opening: &[(Sku, i64)], threshold: i64) -> Result<Vec<Sku>, DbError> {
    let sql = "INSERT INTO level (sku, on_hand, available, low_stock_threshold, version) \
               SELECT value ->> 0, CAST(value ->> 1 AS bigint), CAST(value ->> 1 AS bigint), \
               CAST(value ->> 2 AS bigint), 0 FROM {rows} WHERE true ON CONFLICT (sku) DO NOTHING RETURNING sku";
    let rows: Vec<(&str, i64, i64)> = opening.iter().map(|(sku, units)| (sku.as_str(), *units, threshold)).collect();
    let made = tx.rows(sql, [dialect::rows(&rows)]).await?;
    made.iter().map(|row| read_sku(&row.try_get::<String>("", "sku")?)).collect()
}

/// A statement that has nothing to do without rows.
fn write<R: Serialize>(sql: &'static str, rows: &[R]) -> Option<Write> {
    (!rows.is_empty()).then(|| Write::new(sql, [dialect::rows(rows)]))
}

fn level_row<'a>((sku, (delta, told)): (&&'a Sku, &(Delta, i64))) -> (&'a str, i64, i64, i64) {
    (sku.as_str(), delta.on_hand, delta.available(), *told)
}

fn claim_row(claim: &Claim) -> impl Serialize + use<'_> {
    let shortage = (claim.status == Status::Refused).then_some(&claim.shortage);
    let unpaid = if claim.crowded_out { CROWDED_OUT } else { i64::from(claim.unpaid) * UNPAID };
    let lines: Vec<_> = claim.lines.iter().map(|line| (&line.sku, line.quantity, line.outstanding)).collect();
    let time = |time: DateTime<Utc>| time.to_rfc3339();
    let committed = claim.committed.as_ref();
    (
        id(claim.order),
        claim.status.as_str(),
        claim.until.map(time),
        unpaid,
        shortage,
        lines,
        i64::from(claim.in_ledger),
        claim.version,
        time(claim.made.at),
        &claim.made.actor,
        committed.map(|act| time(act.at)),
        committed.map(|act| &act.actor),
    )
}

/// Claims whose movements are entries of the ledger are found there.
fn find_rows(claim: &Claim) -> impl Iterator<Item = (&str, String, String)> {
    let lines = claim.lines.iter().filter(|_| !claim.in_ledger);
    lines.map(|line| (line.sku.as_str(), claim.made.at.to_rfc3339(), id(claim.order)))
}

fn entry_row((act, entry): &(Act, Entry)) -> impl Serialize + use<'_> {
    let Delta { on_hand, held, committed } = entry.delta;
    (
        &entry.sku,
        entry.kind.as_str(),
        on_hand,
        held,
        committed,
        entry.order.map(id),
        &entry.reason,
        &act.actor,
        act.at.to_rfc3339(),
    )
}

pub(super) fn read_claim(row: &QueryResult) -> Result<Claim, DbError> {
    let status: String = row.try_get("", "status")?;
    let status = Status::parse(&status).ok_or_else(|| DbError::corrupt("claim", status))?;
    let shortage: Option<String> = row.try_get("", "shortage")?;
    let shortage: Vec<Shortage> = shortage.map_or(Ok(Vec::new()), |json| from_json("shortage", &json))?;
    let lines: Vec<(Sku, i64, i64)> = from_json("claim's lines", &row.try_get::<String>("", "lines")?)?;
    let line = |(sku, quantity, outstanding)| Line { sku, quantity, outstanding };
    let mark: i64 = row.try_get("", "unpaid")?;
    let committed_at: Option<DateTime<Utc>> = row.try_get("", "committed_at")?;
    let committed_by: Option<String> = row.try_get("", "committed_by")?;
    Ok(Claim {
        order: OrderId::new(row.try_get("", "order_id")?),
        status,
        until: row.try_get("", "until")?,
        shortage,
        unpaid: mark == UNPAID,
        crowded_out: mark == CROWDED_OUT,
        lines: lines.into_iter().map(line).collect(),
        in_ledger: row.try_get::<i64>("", "in_ledger")? == 1,
        made: Act { at: row.try_get("", "created_at")?, actor: row.try_get("", "created_by")? },
        committed: committed_at.zip(committed_by).map(|(at, actor)| Act { at, actor }),
        version: row.try_get("", "version")?,
    })
}

pub(super) fn read_level(row: &QueryResult) -> Result<StockLevel, DbError> {
    Ok(StockLevel {
        sku: read_sku(&row.try_get::<String>("", "sku")?)?,
        on_hand: row.try_get("", "on_hand")?,
        available: row.try_get("", "available")?,
        low_stock_threshold: row.try_get("", "low_stock_threshold")?,
        version: row.try_get("", "version")?,
    })
}

fn read_holding(row: &QueryResult) -> Result<(Sku, Holding), DbError> {
    let holding = Holding { held: row.try_get("", "held")?, unpaid: row.try_get("", "unpaid")? };
    Ok((read_sku(&row.try_get::<String>("", "sku")?)?, holding))
}

fn from_json<T: serde::de::DeserializeOwned>(what: &'static str, json: &str) -> Result<T, DbError> {
    serde_json::from_str(json).map_err(|error| DbError::corrupt(what, error))
}

pub(super) fn order_rows(orders: impl Iterator<Item = OrderId>) -> Value {
    dialect::rows(&orders.map(|order| [id(order)]).collect::<Vec<_>>())
}

fn id(order: OrderId) -> String {
    order.uuid().simple().to_string()
}
