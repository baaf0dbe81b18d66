//! What happened to each order.

use kernel::{DateTime, OrderId, Principal, Utc};
use kernel_db::{DbError, Tx, Write, dialect};
use sea_orm::{ConnectionTrait, QueryResult};

use super::{cell, id_cell, select, time_cell};
use crate::domain::Order;

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

/// Oldest first: what happens to every order, from its row, and the rest.
pub(crate) async fn of_order<C: ConnectionTrait>(connection: &C, order: &Order) -> Result<Vec<TimelineEntry>, DbError> {
    let sql = "SELECT at, source, position, what, actor, detail FROM timeline WHERE order_id = ? \
               ORDER BY at, source, position";
    let rows = select(connection, sql, [order.id().uuid().into()]).await?;
    let entry = |row: &QueryResult| {
        Ok::<_, DbError>(TimelineEntry {
            order: order.id(),
            at: cell(row, 0)?,
            source: cell(row, 1)?,
            position: cell(row, 2)?,
            what: cell(row, 3)?,
            by: cell(row, 4)?,
            detail: cell(row, 5)?,
        })
    };
    let mut entries = usual(order);
    for row in &rows {
        entries.push(entry(row)?);
    }
    // What one source has told at one time stays in its order: the usual comes first.
    entries.sort_by(|one, other| (one.at, &one.source).cmp(&(other.at, &other.source)));
    Ok(entries)
}

/// What happens to every order.
fn usual(order: &Order) -> Vec<TimelineEntry> {
    let (terms, payment) = (&order.terms, &order.payment);
    let system = |module| Principal::system(module).label();
    let total = || Some(terms.total.to_string());
    let usual = [
        ("order", Some(terms.created_at), "placed", terms.placed_by.clone(), total()),
        ("order", order.standing().confirmed_at, "confirmed", system("order"), None),
        ("payment", payment.authorized_at, "payment.authorized", system("payment"), total()),
        ("payment", payment.captured_at, "payment.captured", system("payment"), total()),
    ];
    let entry = |(source, at, what, by, detail): (&str, Option<DateTime<Utc>>, &str, String, Option<String>)| {
        let (order, source, what) = (terms.id, source.to_owned(), what.to_owned());
        at.map(|at| TimelineEntry { order, at, source, position: 0, what, by, detail })
    };
    usual.into_iter().filter_map(entry).collect()
}
