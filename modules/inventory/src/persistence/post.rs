//! Moves levels, and writes each movement into the ledger in the same breath.
//!
//! A movement that would make more units held, committed or gone than there are is not made: one conditional
//! update per SKU decides, and the table's CHECK stands below it.

mod sql;

use std::{borrow::Cow, collections::HashSet};

use inventory_contract::{Demand, Hold, InventoryEvent, StockLow};
use kernel::{CallContext, OrderId};
use kernel_db::{Cause, DbError, Dialect, Tx, dialect, guard, outbox};
use sea_orm::{QueryResult, Value};

use super::{claim, read_sku};
use crate::{domain::Entry, error::InventoryError};

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

/// Makes `entries` true: all of them, or [`InventoryError::Short`], after which the transaction must be rolled
/// back. Says `stock.low.v1` for every level that this takes below its threshold.
///
/// Costs one statement on Postgres and two on SQLite, whatever the number of entries. Levels are locked in the
/// order of SKUs.
pub(crate) async fn post(tx: &Tx, note: &Note, entries: &[Entry]) -> Result<(), InventoryError> {
    if entries.is_empty() {
        return Ok(());
    }
    match tx.dialect() {
        Dialect::Postgres => {
            let values = [ledger_rows(entries)].into_iter().chain(signature(tx, note));
            let moved = tx.rows(&guarded(sql::POSTGRES), values).await?;
            require_all(entries, &moved)?;
            say_low(tx, note, &moved).await
        }
        Dialect::Sqlite => {
            let moved = tx.rows(&guarded(sql::SQLITE_LEVELS), [ledger_rows(entries)]).await?;
            require_all(entries, &moved)?;
            write_ledger(tx, note, entries).await?;
            say_low(tx, note, &moved).await
        }
    }
}

/// Writes a new hold, its lines and its `entries`, if nothing is known of the order and there is enough of
/// everything. Otherwise [`InventoryError::Short`]: roll back, and find out why with more care.
///
/// Costs one statement on Postgres and four on SQLite, whatever the number of lines.
pub(crate) async fn take(
    tx: &Tx,
    note: &Note,
    hold: &Hold,
    demands: &[Demand],
    entries: &[Entry],
) -> Result<(), InventoryError> {
    if tx.dialect() == Dialect::Sqlite {
        if !claim::open(tx, hold.order, hold.until).await? {
            return Err(InventoryError::Short);
        }
        post(tx, note, entries).await?;
        return Ok(claim::write_lines(tx, hold.order, demands).await?);
    }
    let opened: [Value; 4] =
        [hold.order.uuid().into(), hold.until.into(), tx.seams().now().into(), ledger_rows(entries)];
    let moved = tx.rows(&guarded(sql::POSTGRES_TAKE), opened.into_iter().chain(signature(tx, note))).await?;
    require_all(entries, &moved)?;
    say_low(tx, note, &moved).await
}

/// Writes `entries` into the ledger alone, for levels that were made with them.
pub(crate) async fn write_ledger(tx: &Tx, note: &Note, entries: &[Entry]) -> Result<(), DbError> {
    tx.run(sql::LEDGER, [ledger_rows(entries)].into_iter().chain(signature(tx, note))).await?;
    Ok(())
}

/// The statement, unless a test has taken its guard away.
fn guarded(sql: &str) -> Cow<'_, str> {
    if guard::sabotaged("stock.condition") { sql.replace(sql::CONDITION, "").into() } else { sql.into() }
}

fn ledger_rows(entries: &[Entry]) -> Value {
    dialect::rows(&entries.iter().map(ledger_row).collect::<Vec<_>>())
}

type LedgerRow<'a> = (&'a str, &'static str, i64, i64, i64, Option<String>, Option<&'a str>, Option<&'a str>);

fn ledger_row(entry: &Entry) -> LedgerRow<'_> {
    let Entry { kind, order, sku, delta, reason, actor } = entry;
    let order = order.map(|order: OrderId| order.uuid().simple().to_string());
    let (reason, actor) = (reason.as_deref(), actor.as_deref());
    (sku.as_str(), kind.as_str(), delta.on_hand, delta.held, delta.committed, order, reason, actor)
}

fn signature(tx: &Tx, note: &Note) -> [Value; 2] {
    [note.actor.clone().into(), tx.seams().now().into()]
}

fn require_all(entries: &[Entry], moved: &[QueryResult]) -> Result<(), InventoryError> {
    let levels = entries.iter().map(|entry| &entry.sku).collect::<HashSet<_>>().len();
    if moved.len() == levels { Ok(()) } else { Err(InventoryError::Short) }
}

async fn say_low(tx: &Tx, note: &Note, moved: &[QueryResult]) -> Result<(), InventoryError> {
    let crossings: Result<Vec<_>, DbError> = moved.iter().map(crossing).collect();
    let events: Vec<_> = crossings?.into_iter().flatten().collect();
    if !events.is_empty() {
        outbox::publish(tx, &note.cause, &events).await?;
    }
    Ok(())
}

/// The event, with its version, of a level that has just fallen below its threshold.
fn crossing(row: &QueryResult) -> Result<Option<(i64, InventoryEvent)>, DbError> {
    if row.try_get_by_index::<i64>(0)? != sql::JUST_FELL {
        return Ok(None);
    }
    let sku: String = row.try_get_by_index(1)?;
    let low =
        StockLow { sku: read_sku(&sku)?, available: row.try_get_by_index(2)?, threshold: row.try_get_by_index(3)? };
    Ok(Some((row.try_get_by_index(4)?, low.into())))
}
