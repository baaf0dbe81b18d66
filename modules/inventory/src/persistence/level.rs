//! The rows of `level`, but for their movements.

use kernel::Sku;
use kernel_db::{DbError, Tx, dialect};
use sea_orm::QueryResult;

use super::{read_sku, sku_rows};
use crate::domain::{Free, StockLevel};

macro_rules! columns {
    () => {
        "sku, on_hand, held, committed, available, low_stock_threshold, version"
    };
}

pub(super) const COLUMNS: &str = columns!();

/// Locks levels in the order of their SKUs' bytes, as every movement does; answers what is available. A SKU without a
/// level is left out.
///
/// What is held counts with what is available where a part of what can be sold is asked for.
pub(crate) async fn lock<'a>(tx: &Tx, skus: impl Iterator<Item = &'a Sku>) -> Result<Free, DbError> {
    let sql = "SELECT sku, available, held FROM level WHERE sku IN (SELECT value ->> 0 FROM {rows}) \
               ORDER BY sku {bytewise} {for_update}";
    let rows = tx.rows(sql, [sku_rows(skus)]).await?;
    let level = |row: &QueryResult| {
        let sku = read_sku(&row.try_get_by_index::<String>(0)?)?;
        Ok((sku, row.try_get_by_index(1)?, row.try_get_by_index(2)?))
    };
    rows.iter().map(level).collect()
}

/// Locks one level for an event of its own: its version is that event's.
pub(crate) async fn lock_to_publish(tx: &Tx, sku: &Sku) -> Result<Option<StockLevel>, DbError> {
    let sql = concat!("UPDATE level SET version = version + 1 WHERE sku = ? RETURNING ", columns!());
    tx.row(sql, [sku.as_str().into()]).await?.as_ref().map(read).transpose()
}

/// Locks one level.
pub(crate) async fn lock_one(tx: &Tx, sku: &Sku) -> Result<Option<StockLevel>, DbError> {
    let sql = concat!("SELECT ", columns!(), " FROM level WHERE sku = ? {for_update}");
    tx.row(sql, [sku.as_str().into()]).await?.as_ref().map(read).transpose()
}

/// Sets the threshold. A level that is below it already counts as known to be low.
pub(crate) async fn set_threshold(tx: &Tx, sku: &Sku, threshold: i64) -> Result<(), DbError> {
    let sql = "UPDATE level SET low_stock_threshold = ?, low = CASE WHEN available < ? THEN 1 ELSE 0 END WHERE sku = ?";
    tx.run(sql, [threshold.into(), threshold.into(), sku.as_str().into()]).await?;
    Ok(())
}

/// Makes levels for SKUs that have none; answers which these were. A level that starts below its threshold
/// never fell below it, so nobody is told.
pub(crate) async fn introduce(tx: &Tx, opening: &[(Sku, i64)], threshold: i64) -> Result<Vec<Sku>, DbError> {
    let sql = "INSERT INTO level (sku, on_hand, held, committed, available, low_stock_threshold, low, version) \
               SELECT value ->> 0, CAST(value ->> 1 AS bigint), 0, 0, CAST(value ->> 1 AS bigint), \
               CAST(value ->> 2 AS bigint), CASE WHEN CAST(value ->> 1 AS bigint) < CAST(value ->> 2 AS bigint) \
               THEN 1 ELSE 0 END, 0 FROM {rows} WHERE true ON CONFLICT (sku) DO NOTHING RETURNING sku";
    let rows: Vec<(&str, i64, i64)> = opening.iter().map(|(sku, units)| (sku.as_str(), *units, threshold)).collect();
    let made = tx.rows(sql, [dialect::rows(&rows)]).await?;
    made.iter().map(|row| read_sku(&row.try_get_by_index::<String>(0)?)).collect()
}

pub(super) fn read(row: &QueryResult) -> Result<StockLevel, DbError> {
    Ok(StockLevel {
        sku: read_sku(&row.try_get_by_index::<String>(0)?)?,
        on_hand: row.try_get_by_index(1)?,
        held: row.try_get_by_index(2)?,
        committed: row.try_get_by_index(3)?,
        available: row.try_get_by_index(4)?,
        low_stock_threshold: row.try_get_by_index(5)?,
        version: row.try_get_by_index(6)?,
    })
}
