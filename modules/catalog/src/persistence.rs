//! The catalog's tables. Nothing of them is seen outside.

pub(crate) mod audit;
mod bulk;
pub(crate) mod category;
mod gather;
pub(crate) mod holdings;
pub(crate) mod index;
pub(crate) mod migrations;
pub(crate) mod page;
pub(crate) mod product;
pub(crate) mod quote;
pub(crate) mod ranges;
mod search;
pub(crate) mod slug;
pub(crate) mod store;
pub(crate) mod wanted;

use kernel_db::{Db, DbError};
use sea_orm::{ConnectionTrait, QueryResult, Value};

/// Reads outside a transaction; `sql` is written as [`kernel_db::Dialect::statement`] says.
async fn read(db: &Db, sql: &str, values: impl IntoIterator<Item = Value> + Send) -> Result<Vec<QueryResult>, DbError> {
    Ok(db.reader().query_all_raw(db.dialect().statement(sql, values)).await?)
}

/// `?, ?, ?` for `count` values, rounded up so that few statements have to be prepared; with it, how many.
fn placeholders(count: usize) -> (String, usize) {
    let rounded = count.next_power_of_two();
    let mut text = "?, ".repeat(rounded);
    text.truncate(text.len().saturating_sub(2));
    (text, rounded)
}

/// `values`, the last one repeated until there are `count`.
fn padded(values: impl Iterator<Item = Value>, count: usize) -> Vec<Value> {
    let mut values: Vec<Value> = values.collect();
    if let Some(last) = values.last().cloned() {
        values.resize(count, last);
    }
    values
}
