//! The keys of one page of products, by an index whatever the order and the category.

use std::fmt::Write as _;

use kernel_db::{Db, DbError};
use sea_orm::Value;

use super::{
    read, search,
    wanted::{Wanted, clause, place, value},
};
use crate::domain::listing::{Column, Key, Order, Place};

/// Shelves that one statement looks at; SQLite joins at most 500 selects.
const SHELVES: usize = 200;

/// The first of what is wanted, in order. While the index is being built, lists are walked instead.
pub(crate) async fn places(db: &Db, wanted: &Wanted<'_>, is_indexed: bool) -> Result<Vec<Place>, DbError> {
    match wanted.query {
        Some(query) if is_indexed => search::places(db, wanted, query).await,
        Some(_) if wanted.order.column == Column::Relevance => {
            let order = Order { column: Column::Newest, ..wanted.order };
            let places = walk(db, &Wanted { order, ..wanted.clone() }).await?;
            Ok(places.into_iter().map(|place| Place { key: Key::Number(Key::BEST), ..place }).collect())
        }
        _ => walk(db, wanted).await,
    }
}

async fn walk(db: &Db, wanted: &Wanted<'_>) -> Result<Vec<Place>, DbError> {
    let mut found: Vec<Place> = Vec::new();
    let statements = match &wanted.shelves {
        None => vec![wanted.walk("product p", "p.id", &wanted.which(), None)],
        Some(shelves) => shelves.chunks(SHELVES).map(|shelves| wanted.walk_shelves(shelves)).collect(),
    };
    let several = statements.len() > 1;
    for (sql, values) in statements {
        for row in read(db, &sql, values).await? {
            found.push(place(wanted.order, &row)?);
        }
    }
    if several {
        wanted.arrange(&mut found);
    }
    Ok(found)
}

impl Wanted<'_> {
    fn which(&self) -> String {
        self.status.map_or_else(|| "true".to_owned(), |status| format!("p.status = '{}'", status.as_str()))
    }

    /// Each shelf is walked by itself, in its own index, and gives no more than a page.
    fn walk_shelves(&self, shelves: &[i64]) -> (String, Vec<Value>) {
        let source = match self.query {
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
            Column::Title | Column::LowerTitle => format!("{alias}.title_key"),
            Column::Price => format!("{alias}.price"),
            Column::Newest | Column::Relevance => id.to_owned(),
        };
        let mut sql = format!("SELECT {key} AS key, {id} AS id FROM {source} WHERE {which}");
        if let Some(after) = self.after {
            match self.order.column {
                Column::Newest | Column::Relevance => {
                    let _ = write!(sql, " AND {id} {beyond} ?");
                }
                Column::Title | Column::LowerTitle | Column::Price => {
                    let _ = write!(sql, " AND ({key}, {id}) {beyond} (?, ?)");
                    values.push(value(&after.key));
                }
            }
            values.push(after.product.uuid().into());
        }
        if let Some(query) = self.query {
            let (words, more) = search::words_or_as_typed(query);
            sql.push_str(&words);
            values.extend(more);
        }
        sql.push_str(clause(self.order));
        values.push(self.limit());
        (sql, values)
    }

    fn limit(&self) -> Value {
        i64::try_from(self.rows).unwrap_or(i64::MAX).into()
    }
}
