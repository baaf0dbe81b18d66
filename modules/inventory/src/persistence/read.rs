//! What people and other modules read, outside a transaction.

use inventory_contract::{Level, Shortage};
use kernel::{DateTime, Limit, OrderId, Page, Sku, Utc};
use kernel_db::{Db, DbError};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{below, level, read_rows, read_sku, sku_rows};
use crate::domain::StockLevel;

/// A row of the ledger, as it is shown.
#[derive(Debug, Clone)]
pub(crate) struct LedgerRow {
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) delta_on_hand: i64,
    pub(crate) delta_held: i64,
    pub(crate) delta_committed: i64,
    pub(crate) order: Option<OrderId>,
    pub(crate) reason: Option<String>,
    pub(crate) actor: String,
    pub(crate) at: DateTime<Utc>,
}

/// A claim, as it is shown.
#[derive(Debug, Clone)]
pub(crate) struct HoldRow {
    pub(crate) order: OrderId,
    pub(crate) status: String,
    pub(crate) until: Option<DateTime<Utc>>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) lines: Vec<HoldRowLine>,
    pub(crate) shortage: Vec<Shortage>,
}

#[derive(Debug, Clone)]
pub(crate) struct HoldRowLine {
    pub(crate) sku: Sku,
    pub(crate) quantity: i64,
    pub(crate) outstanding: i64,
}

/// What can be sold of each of `skus`; a SKU without a level is left out.
pub(crate) async fn available(db: &Db, skus: &[Sku]) -> Result<Vec<Level>, DbError> {
    let sql = "SELECT sku, available FROM level WHERE sku IN (SELECT value ->> 0 FROM {rows})";
    let rows = read_rows(db, sql, [sku_rows(skus.iter())]).await?;
    let level = |row: &QueryResult| {
        let sku: String = row.try_get_by_index(0)?;
        Ok(Level { sku: read_sku(&sku)?, available: row.try_get_by_index(1)? })
    };
    rows.iter().map(level).collect()
}

pub(crate) async fn level(db: &Db, sku: &Sku) -> Result<Option<StockLevel>, DbError> {
    let sql = format!("SELECT {} FROM level WHERE sku = ?", level::COLUMNS);
    read_rows(db, &sql, [sku.as_str().into()]).await?.first().map(level::read).transpose()
}

/// Levels by SKU, those with fewer than `below` units available.
pub(crate) async fn levels(
    db: &Db,
    below: Option<i64>,
    after: Option<String>,
    limit: Limit,
) -> Result<Page<StockLevel>, DbError> {
    let (after, rows) = (after.unwrap_or_default(), one_more(limit));
    let (sql, values): (String, Vec<Value>) = match below {
        None => {
            let sql = format!("SELECT {} FROM level WHERE sku > ? ORDER BY sku LIMIT ?", level::COLUMNS);
            (sql, vec![after.into(), rows.into()])
        }
        Some(..=0) => return Ok(Page { items: Vec::new(), next_cursor: None }),
        Some(below) => {
            let part = [after.into(), below.into(), rows.into()];
            let sql = below::select(below);
            let parts = sql.matches('?').count() / part.len();
            let values = std::iter::repeat_n(part, parts).flatten().chain([rows.into()]).collect();
            (sql, values)
        }
    };
    let rows: Result<Vec<_>, _> = read_rows(db, &sql, values).await?.iter().map(level::read).collect();
    Ok(Page::cut(rows?, limit, |level| level.sku.clone()))
}

/// The movements of one SKU, newest first.
pub(crate) async fn ledger(db: &Db, sku: &Sku, before: Option<i64>, limit: Limit) -> Result<Page<LedgerRow>, DbError> {
    let sql = "SELECT id, kind, delta_on_hand, delta_held, delta_committed, order_id, reason, actor, at FROM ledger \
               WHERE sku = ? AND id < ? ORDER BY id DESC LIMIT ?";
    let values = [sku.as_str().into(), before.unwrap_or(i64::MAX).into(), one_more(limit).into()];
    let rows: Result<Vec<_>, _> = read_rows(db, sql, values).await?.iter().map(ledger_row).collect();
    Ok(Page::cut(rows?, limit, |row| row.id))
}

macro_rules! select_holds {
    () => {
        "SELECT order_id, status, until, created_at, shortage, \
         (SELECT '[' || string_agg('[\"' || sku || '\",' || quantity || ',' || outstanding || ']', ',') || ']' \
         FROM hold_line WHERE hold_line.order_id = hold.order_id) FROM hold "
    };
}

/// Claims, those of the newest orders first.
pub(crate) async fn holds(db: &Db, before: Option<OrderId>, limit: Limit) -> Result<Page<HoldRow>, DbError> {
    let sql = concat!(select_holds!(), "WHERE order_id < ? ORDER BY order_id DESC LIMIT ?");
    let before = before.map_or(Uuid::max(), OrderId::uuid);
    let rows = read_rows(db, sql, [before.into(), one_more(limit).into()]).await?;
    let rows: Result<Vec<_>, _> = rows.iter().map(hold_row).collect();
    Ok(Page::cut(rows?, limit, |row| row.order))
}

/// The claim of one order.
pub(crate) async fn hold(db: &Db, order: OrderId) -> Result<Option<HoldRow>, DbError> {
    let sql = concat!(select_holds!(), "WHERE order_id = ?");
    read_rows(db, sql, [order.uuid().into()]).await?.first().map(hold_row).transpose()
}

/// Orders whose holds lapsed before `now`, the oldest first.
pub(crate) async fn lapsed(db: &Db, now: DateTime<Utc>, limit: i64) -> Result<Vec<OrderId>, DbError> {
    let sql = "SELECT order_id FROM hold WHERE status = 'held' AND until < ? ORDER BY until LIMIT ?";
    let rows = read_rows(db, sql, [now.into(), limit.into()]).await?;
    rows.iter().map(|row| Ok(OrderId::new(row.try_get_by_index(0)?))).collect()
}

fn one_more(limit: Limit) -> i64 {
    i64::try_from(limit.and_one()).unwrap_or(i64::MAX)
}

fn ledger_row(row: &QueryResult) -> Result<LedgerRow, DbError> {
    Ok(LedgerRow {
        id: row.try_get_by_index(0)?,
        kind: row.try_get_by_index(1)?,
        delta_on_hand: row.try_get_by_index(2)?,
        delta_held: row.try_get_by_index(3)?,
        delta_committed: row.try_get_by_index(4)?,
        order: row.try_get_by_index::<Option<Uuid>>(5)?.map(OrderId::new),
        reason: row.try_get_by_index(6)?,
        actor: row.try_get_by_index(7)?,
        at: row.try_get_by_index(8)?,
    })
}

fn hold_row(row: &QueryResult) -> Result<HoldRow, DbError> {
    let shortage: Option<String> = row.try_get_by_index(4)?;
    let lines: Option<String> = row.try_get_by_index(5)?;
    let lines: Vec<(Sku, i64, i64)> = from_json("hold line", lines)?;
    let line = |(sku, quantity, outstanding)| HoldRowLine { sku, quantity, outstanding };
    Ok(HoldRow {
        order: OrderId::new(row.try_get_by_index(0)?),
        status: row.try_get_by_index(1)?,
        until: row.try_get_by_index(2)?,
        created_at: row.try_get_by_index(3)?,
        lines: lines.into_iter().map(line).collect(),
        shortage: from_json("shortage", shortage)?,
    })
}

fn from_json<T: serde::de::DeserializeOwned>(what: &'static str, json: Option<String>) -> Result<Vec<T>, DbError> {
    let Some(json) = json else { return Ok(Vec::new()) };
    serde_json::from_str(&json).map_err(|error| DbError::corrupt(what, error))
}
