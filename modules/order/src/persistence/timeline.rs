//! What happened to each order.

use kernel::{DateTime, OrderId, Principal, Utc};
use kernel_db::{DbError, Rows, Sql, Tx, Write};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::entity::timeline;
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

#[derive(Rows)]
struct EntryRow<'a> {
    order_id: OrderId,
    at: DateTime<Utc>,
    source: &'a str,
    position: i64,
    what: &'a str,
    actor: &'a str,
    detail: Option<&'a str>,
}

pub(super) static TELL: Sql = Sql::new("order.tell", || EntryRow::insert("timeline"));

/// What happened, to be written beside other things.
pub(crate) fn told(entries: &[TimelineEntry]) -> Write {
    Write::new(&TELL, [EntryRow::bind(entries.iter().map(EntryRow::from).collect::<Vec<_>>())])
}

impl<'a> From<&'a TimelineEntry> for EntryRow<'a> {
    fn from(entry: &'a TimelineEntry) -> Self {
        Self {
            order_id: entry.order,
            at: entry.at,
            source: &entry.source,
            position: entry.position,
            what: &entry.what,
            actor: &entry.by,
            detail: entry.detail.as_deref(),
        }
    }
}

/// Oldest first: what happens to every order, from its row, and the rest.
pub(crate) async fn of_order<C: ConnectionTrait>(connection: &C, order: &Order) -> Result<Vec<TimelineEntry>, DbError> {
    let found = timeline::Entity::find().filter(timeline::Column::OrderId.eq(order.id().uuid()));
    let found = found.order_by_asc(timeline::Column::At).order_by_asc(timeline::Column::Source);
    let entry = |row: timeline::Model| TimelineEntry {
        order: order.id(),
        at: row.at,
        source: row.source,
        position: row.position,
        what: row.what,
        by: row.actor,
        detail: row.detail,
    };
    let rare = found.order_by_asc(timeline::Column::Position).all(connection).await?;
    let mut entries = usual(order);
    entries.extend(rare.into_iter().map(entry));
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
