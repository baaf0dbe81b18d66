//! The keys of one page of products, by an index whatever the order and the category.

use std::fmt::Write as _;

use kernel::ProductId;
use kernel_db::{Db, DbError};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{
    read,
    search::{Search, range},
};
use crate::domain::listing::{Column, Key, Order, Place};

/// One page to be looked up.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) order: Order,
    /// Only products that stand on one of these shelves; `None` for the whole shop.
    pub(crate) shelves: Option<Vec<i64>>,
    pub(crate) search: Option<Search>,
    pub(crate) after: Option<&'a Place>,
    pub(crate) rows: u64,
}

/// Shelves that one statement looks at; SQLite joins at most 500 selects.
const SHELVES: usize = 200;

/// The first of what is wanted, in order.
pub(crate) async fn places(db: &Db, wanted: &Wanted<'_>) -> Result<Vec<Place>, DbError> {
    let mut found: Vec<Place> = Vec::new();
    let statements = match &wanted.shelves {
        None => vec![wanted.statement(&[])],
        Some(shelves) => shelves.chunks(SHELVES).map(|shelves| wanted.statement(shelves)).collect(),
    };
    let several = statements.len() > 1;
    for (sql, values) in statements {
        for row in read(db, &sql, values).await? {
            found.push(place(wanted.order, &row)?);
        }
    }
    if several {
        found.sort();
        if wanted.order.descending {
            found.reverse();
        }
        found.dedup();
        found.truncate(usize::try_from(wanted.rows).unwrap_or(usize::MAX));
    }
    Ok(found)
}

impl Wanted<'_> {
    fn statement(&self, shelves: &[i64]) -> (String, Vec<Value>) {
        match self.search.as_ref().and_then(|search| search.rare.as_deref()) {
            Some(rare) => self.sort_few(rare, shelves),
            None if shelves.is_empty() => self.walk("product p", "p.id", "p.status = 'active'", None),
            None => self.walk_shelves(shelves),
        }
    }

    /// Reads everything that has the rare word, and sorts it.
    fn sort_few(&self, rare: &str, shelves: &[i64]) -> (String, Vec<Value>) {
        let mut values: Vec<Value> = range(rare).into();
        let on_shelf = if shelves.is_empty() {
            String::new()
        } else {
            values.extend(shelves.iter().map(|&shelf| Value::from(shelf)));
            let marks = vec!["?"; shelves.len()].join(", ");
            let on_one = format!("s.category IN ({marks}) AND s.listed = 1 AND s.product_id = p.id");
            format!(" AND EXISTS (SELECT 1 FROM shelf s WHERE {on_one})")
        };
        // In this order, whatever the planner knows of the tables: the word is rare.
        let source = "word w CROSS JOIN product p";
        let which = format!("w.word >= ? AND w.word < ? AND p.id = w.product_id AND p.status = 'active'{on_shelf}");
        let (sql, more) = self.walk(source, "p.id", &which, None);
        values.extend(more);
        (sql.replacen("SELECT", "SELECT DISTINCT", 1), values)
    }

    /// Each shelf is walked by itself, in its own index, and gives no more than a page.
    fn walk_shelves(&self, shelves: &[i64]) -> (String, Vec<Value>) {
        let source = match &self.search {
            Some(_) => "shelf s JOIN product p ON p.id = s.product_id",
            None => "shelf s",
        };
        let mut values = Vec::new();
        let mut sql = String::new();
        for (index, &shelf) in shelves.iter().enumerate() {
            let which = "s.category = ? AND s.listed = 1";
            let (walk, more) = self.walk(source, "s.product_id", which, Some(shelf));
            if let [_] = shelves {
                return (walk, more);
            }
            let union = if index == 0 { "" } else { " UNION " };
            let _ = write!(sql, "{union}SELECT * FROM ({walk}) AS s{index}");
            values.extend(more);
        }
        sql.push_str(clause(self.order));
        values.push(self.limit());
        (sql, values)
    }

    /// Goes along an index from where the page begins.
    fn walk(&self, source: &str, id: &str, which: &str, on: Option<i64>) -> (String, Vec<Value>) {
        let mut values: Vec<Value> = on.map(Value::from).into_iter().collect();
        let beyond = if self.order.descending { "<" } else { ">" };
        let alias = id.split('.').next().unwrap_or_default();
        let key = match self.order.column {
            Column::Title => format!("{alias}.title_key"),
            Column::Price => format!("{alias}.price"),
            Column::Newest => id.to_owned(),
        };
        let mut sql = format!("SELECT {key} AS key, {id} AS id FROM {source} WHERE {which}");
        if let Some(after) = self.after {
            match self.order.column {
                Column::Newest => {
                    let _ = write!(sql, " AND {id} {beyond} ?");
                }
                Column::Title | Column::Price => {
                    let _ = write!(sql, " AND ({key}, {id}) {beyond} (?, ?)");
                    values.push(value(&after.key));
                }
            }
            values.push(after.product.uuid().into());
        }
        for pattern in self.search.iter().flat_map(Search::conditions) {
            sql.push_str(" AND p.words LIKE ?");
            values.push(pattern);
        }
        sql.push_str(clause(self.order));
        values.push(self.limit());
        (sql, values)
    }

    fn limit(&self) -> Value {
        i64::try_from(self.rows).unwrap_or(i64::MAX).into()
    }
}

/// The id alone where it is the order: sorted by it twice, SQLite would not go by the index.
const fn clause(order: Order) -> &'static str {
    match (order.column, order.descending) {
        (Column::Newest, false) => " ORDER BY 2 LIMIT ?",
        (Column::Newest, true) => " ORDER BY 2 DESC LIMIT ?",
        (_, false) => " ORDER BY 1, 2 LIMIT ?",
        (_, true) => " ORDER BY 1 DESC, 2 DESC LIMIT ?",
    }
}

fn place(order: Order, row: &QueryResult) -> Result<Place, DbError> {
    let key = match order.column {
        Column::Title => Key::Text(row.try_get_by_index(0)?),
        Column::Price => Key::Number(row.try_get_by_index(0)?),
        Column::Newest => Key::None,
    };
    Ok(Place { key, product: ProductId::new(row.try_get_by_index::<Uuid>(1)?) })
}

fn value(key: &Key) -> Value {
    match key {
        Key::None => Value::BigInt(None),
        Key::Number(number) => (*number).into(),
        Key::Text(text) => text.as_str().into(),
    }
}
