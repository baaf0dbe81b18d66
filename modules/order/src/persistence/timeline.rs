//! What happened to each order.

use kernel::{DateTime, OrderId, Utc};
use kernel_db::{DbError, Tx, Write, dialect};
use sea_orm::ConnectionTrait;

use super::{cell, id_cell, select, time_cell};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimelineEntry {
    pub(crate) order: OrderId,
    pub(crate) at: DateTime<Utc>,
    /// Where it was told, and the place there: so it stands once, and in order.
    pub(crate) source: String,
    pub(crate) position: i64,
    pub(crate) what: String,
    pub(crate) by: String,
    pub(crate) detail: Option<String>,
}

pub(crate) async fn insert(tx: &Tx, entries: &[TimelineEntry]) -> Result<(), DbError> {
    if !entries.is_empty() {
        tx.run_all(vec![told(entries)]).await?;
    }
    Ok(())
}

/// What happened, to be written beside other things.
pub(crate) fn told(entries: &[TimelineEntry]) -> Write {
    let sql = "INSERT INTO timeline (order_id, at, source, position, what, actor, detail) \
               SELECT {id}(value ->> 0), {time}(value ->> 1), value ->> 2, CAST(value ->> 3 AS bigint), value ->> 4, \
               value ->> 5, value ->> 6 FROM {rows}";
    let rows: Vec<_> = entries
        .iter()
        .map(|TimelineEntry { order, at, source, position, what, by, detail }| {
            (id_cell(order.uuid()), time_cell(*at), source, position, what, by, detail)
        })
        .collect();
    Write::new(sql, [dialect::rows(&rows)])
}

/// Oldest first.
pub(crate) async fn of_order<C: ConnectionTrait>(
    connection: &C,
    order: OrderId,
) -> Result<Vec<TimelineEntry>, DbError> {
    let sql = "SELECT at, source, position, what, actor, detail FROM timeline WHERE order_id = ? \
               ORDER BY at, source, position";
    let rows = select(connection, sql, [order.uuid().into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(TimelineEntry {
                order,
                at: cell(row, 0)?,
                source: cell(row, 1)?,
                position: cell(row, 2)?,
                what: cell(row, 3)?,
                by: cell(row, 4)?,
                detail: cell(row, 5)?,
            })
        })
        .collect()
}
