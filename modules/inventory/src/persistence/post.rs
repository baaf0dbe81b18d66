//! Moves levels, and writes each movement into the ledger in the same breath.
//!
//! A movement that would make more units held, committed or gone than there are is not made: one conditional
//! update per SKU decides, and the table's CHECK stands below it.

use std::collections::BTreeMap;

use inventory_contract::{InventoryEvent, StockLow};
use kernel::{CallContext, Sku};
use kernel_db::{
    Cause, DbError, Tx, Write, dialect, guard,
    outbox::{self, NewEvent},
};
use sea_orm::{QueryResult, Value};

use super::read_sku;
use crate::{
    domain::{Delta, Entry},
    error::InventoryError,
};

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

/// Movements of one origin.
pub(crate) struct Posting<'a> {
    pub(crate) note: &'a Note,
    pub(crate) entries: Vec<Entry>,
}

/// `low` and `version` notice a crossing here, so that the ordinary movement pays nothing for it.
const MOVE: &str = "WITH change AS MATERIALIZED (SELECT value ->> 0 AS sku, CAST(value ->> 1 AS bigint) AS on_hand, \
     CAST(value ->> 2 AS bigint) AS held, CAST(value ->> 3 AS bigint) AS committed, \
     CAST(value ->> 4 AS bigint) AS available FROM {rows}) \
     UPDATE level SET on_hand = level.on_hand + change.on_hand, held = level.held + change.held, \
     committed = level.committed + change.committed, available = level.available + change.available, \
     low = CASE WHEN level.available + change.available >= level.low_stock_threshold THEN 0 \
     WHEN level.low = 0 THEN 2 ELSE 1 END, \
     version = level.version + CASE WHEN level.low = 0 \
     AND level.available + change.available < level.low_stock_threshold THEN 1 ELSE 0 END \
     FROM change WHERE level.sku = change.sku AND level.available + change.available >= 0";

/// What [`crossing`] reads of a level that was moved.
const AS_IT_IS_NOW: &str = "RETURNING level.low, level.sku, level.available, level.low_stock_threshold, level.version";

/// No level is taken below nothing.
const CONDITION: &str = " AND level.available + change.available >= 0";

/// What `level.low` says of a level that the last movement took below its threshold.
const JUST_FELL: i64 = 2;

/// Makes every posting true, or none: [`InventoryError::Short`], after which the transaction must be rolled back.
/// Says `stock.low.v1` for every level that they take below its threshold, and does what is to be done `beside` it.
///
/// Costs two round trips, whatever the number of postings, or one where as much stays available as was.
pub(crate) async fn post(tx: &Tx, postings: &[Posting<'_>], beside: Vec<Write>) -> Result<(), InventoryError> {
    let changes = add_up(postings);
    let mut writes = beside;
    writes.extend(ledger(tx, postings));
    // Where as much stays available as was, no level falls below its threshold: nobody asks what it is now.
    if !changes.is_empty() && changes.values().all(|delta| delta.available() == 0) {
        writes.insert(0, Write::new(MOVE, [change_rows(&changes)]));
        let moved = tx.run_all(writes).await?.first().copied().unwrap_or_default();
        return if usize::try_from(moved) == Ok(changes.len()) { Ok(()) } else { Err(InventoryError::Short) };
    }
    if !changes.is_empty() {
        let unguarded = guard::sabotaged("stock.condition").then(|| MOVE.replace(CONDITION, ""));
        let sql = format!("{} {AS_IT_IS_NOW}", unguarded.as_deref().unwrap_or(MOVE));
        let moved = tx.rows(&sql, [change_rows(&changes)]).await?;
        if moved.len() != changes.len() {
            return Err(InventoryError::Short);
        }
        say_low(tx, postings, &moved)?;
    }
    tx.run_all(writes).await?;
    Ok(())
}

/// The value of `{rows}` in [`MOVE`].
fn change_rows(changes: &BTreeMap<&Sku, Delta>) -> Value {
    let row = |(sku, delta): (&&Sku, &Delta)| {
        (sku.as_str().to_owned(), delta.on_hand, delta.held, delta.committed, delta.available())
    };
    dialect::rows(&changes.iter().map(row).collect::<Vec<_>>())
}

/// Writes postings into the ledger alone, for levels that were made with them.
pub(crate) async fn write_ledger(tx: &Tx, postings: &[Posting<'_>]) -> Result<(), DbError> {
    tx.run_all(ledger(tx, postings).into_iter().collect()).await?;
    Ok(())
}

fn ledger(tx: &Tx, postings: &[Posting<'_>]) -> Option<Write> {
    let sql = "INSERT INTO ledger (sku, kind, delta_on_hand, delta_held, delta_committed, order_id, reason, actor, at) \
               SELECT value ->> 0, value ->> 1, CAST(value ->> 2 AS bigint), CAST(value ->> 3 AS bigint), \
               CAST(value ->> 4 AS bigint), {id}(value ->> 5), value ->> 6, value ->> 7, ? FROM {rows}";
    let rows: Vec<_> = postings.iter().flat_map(ledger_rows).collect();
    (!rows.is_empty()).then(|| Write::new(sql, [tx.seams().now().into(), dialect::rows(&rows)]))
}

/// What all of them do to each level, in the order in which levels are locked.
fn add_up<'a>(postings: &'a [Posting<'_>]) -> BTreeMap<&'a Sku, Delta> {
    let mut sums: BTreeMap<&Sku, Delta> = BTreeMap::new();
    for entry in postings.iter().flat_map(|posting| &posting.entries) {
        let sum = sums.entry(&entry.sku).or_default();
        *sum = sum.and(entry.delta);
    }
    sums
}

type LedgerRow<'a> = (&'a str, &'static str, i64, i64, i64, Option<String>, Option<&'a str>, &'a str);

fn ledger_rows<'a>(posting: &'a Posting<'_>) -> impl Iterator<Item = LedgerRow<'a>> {
    posting.entries.iter().map(|Entry { kind, order, sku, delta, reason }| {
        let order = order.map(|order| order.uuid().simple().to_string());
        let Delta { on_hand, held, committed } = *delta;
        (sku.as_str(), kind.as_str(), on_hand, held, committed, order, reason.as_deref(), posting.note.actor.as_str())
    })
}

fn say_low(tx: &Tx, postings: &[Posting<'_>], moved: &[QueryResult]) -> Result<(), DbError> {
    let crossings: Result<Vec<_>, DbError> = moved.iter().map(crossing).collect();
    let crossings: Vec<_> = crossings?.into_iter().flatten().collect();
    let (nobody, mut news) = (Cause::default(), Vec::<NewEvent<'_, InventoryEvent>>::new());
    for (sku, version, low) in &crossings {
        let last = postings.iter().rfind(|posting| posting.entries.iter().any(|entry| entry.sku == *sku));
        news.push((last.map_or(&nobody, |posting| &posting.note.cause), *version, low));
    }
    outbox::publish_all(tx, &news)
}

/// The event, with its version, of a level that has just fallen below its threshold.
fn crossing(row: &QueryResult) -> Result<Option<(Sku, i64, InventoryEvent)>, DbError> {
    if row.try_get_by_index::<i64>(0)? != JUST_FELL {
        return Ok(None);
    }
    let sku = read_sku(&row.try_get_by_index::<String>(1)?)?;
    let low = StockLow { sku: sku.clone(), available: row.try_get_by_index(2)?, threshold: row.try_get_by_index(3)? };
    Ok(Some((sku, row.try_get_by_index(4)?, low.into())))
}
