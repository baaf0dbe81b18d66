//! What a page is to have, and how its rows are ordered and read.

use kernel::ProductId;
use kernel_db::DbError;
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use crate::domain::{
    Query, Status,
    listing::{Column, Key, Order, Place},
};

/// One page to be looked up.
#[derive(Debug, Clone)]
pub(crate) struct Wanted<'a> {
    pub(crate) order: Order,
    /// Only products that stand on one of these shelves; `None` for the whole shop.
    pub(crate) shelves: Option<Vec<i64>>,
    /// `None` for every status.
    pub(crate) status: Option<Status>,
    pub(crate) query: Option<&'a Query>,
    pub(crate) after: Option<&'a Place>,
    pub(crate) rows: u64,
}

impl Wanted<'_> {
    /// Puts what several statements have found in order, each product once, and no more than is wanted.
    pub(super) fn arrange(&self, found: &mut Vec<Place>) {
        found.sort();
        if self.order.descending {
            found.reverse();
        }
        found.dedup();
        found.truncate(usize::try_from(self.rows).unwrap_or(usize::MAX));
    }
}

/// The id alone where it is the order: sorted by it twice, SQLite would not go by the index.
pub(super) const fn clause(order: Order) -> &'static str {
    match (order.column, order.descending) {
        (Column::Newest | Column::Relevance, false) => " ORDER BY 2 LIMIT ?",
        (Column::Newest | Column::Relevance, true) => " ORDER BY 2 DESC LIMIT ?",
        (_, false) => " ORDER BY 1, 2 LIMIT ?",
        (_, true) => " ORDER BY 1 DESC, 2 DESC LIMIT ?",
    }
}

/// Of a row with `key` and `id`.
pub(super) fn place(order: Order, row: &QueryResult) -> Result<Place, DbError> {
    let key = match order.column {
        Column::Title | Column::LowerTitle => Key::Text(row.try_get("", "key")?),
        Column::Price => Key::Number(row.try_get("", "key")?),
        Column::Newest | Column::Relevance => Key::None,
    };
    Ok(Place { key, product: ProductId::new(row.try_get::<Uuid>("", "id")?) })
}

pub(super) fn value(key: &Key) -> Value {
    match key {
        Key::None => Value::BigInt(None),
        Key::Number(number) => (*number).into(),
        Key::Text(text) => text.as_str().into(),
    }
}
