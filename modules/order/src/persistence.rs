//! The module's own tables. What is read here leaves as a thing of the domain.
//!
//! Every function takes the transaction, or for reading anything that can be read from.

#[cfg(test)]
use kernel_db::Sql;
use kernel_db::{DbError, Dialect, SqlText};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, TryGetable, Value};
use serde::{Serialize, de::DeserializeOwned};

pub(crate) mod audit;
pub(crate) mod called_off;
pub(crate) mod carts;
pub(crate) mod entity;
pub(crate) mod goods;
pub(crate) mod holdings;
pub(crate) mod hot;
pub(crate) mod keys;
pub(crate) mod lines;
pub(crate) mod migrations;
pub(crate) mod old;
pub(crate) mod orders;
pub(crate) mod query;
pub(crate) mod refunds;
pub(crate) mod returns;
pub(crate) mod sagas;
pub(crate) mod timeline;
pub(crate) mod unpaid;

/// The statements that have a name, for the snapshots.
#[cfg(test)]
pub(crate) fn statements() -> Vec<&'static Sql> {
    vec![
        &hot::PLACE,
        &lines::NOTE_SKUS,
        &hot::LOCK,
        &hot::CONFIRM,
        &hot::FINISH,
        &hot::PAYMENTS_KNOWN,
        &hot::OF_KEYS,
        &orders::SAVE,
        &timeline::TELL,
        &refunds::KNOWN,
        &refunds::VOID,
    ]
}

/// Runs a query written as [`Dialect::statement`] says, inside a transaction or beside all of them.
pub(crate) async fn select<C: ConnectionTrait>(
    connection: &C,
    sql: impl Into<SqlText<'_>> + Send,
    values: impl IntoIterator<Item = Value> + Send,
) -> Result<Vec<QueryResult>, DbError> {
    let dialect = match connection.get_database_backend() {
        DbBackend::Postgres => Dialect::Postgres,
        _ => Dialect::Sqlite,
    };
    Ok(connection.query_all_raw(dialect.statement(sql, values)).await?)
}

fn cell<T: TryGetable>(row: &QueryResult, index: usize) -> Result<T, DbError> {
    Ok(row.try_get_by_index(index)?)
}

fn from_json<T: DeserializeOwned>(what: &'static str, text: Option<&str>) -> Result<Option<T>, DbError> {
    text.map(|text| serde_json::from_str(text).map_err(|error| DbError::corrupt(what, error))).transpose()
}

/// A text that means something.
fn text<T: std::str::FromStr<Err: ToString>>(what: &'static str, text: &str) -> Result<T, DbError> {
    text.parse().map_err(|error: T::Err| DbError::corrupt(what, error.to_string()))
}

fn to_json<T: Serialize>(value: Option<&T>, what: &'static str) -> Result<Option<String>, DbError> {
    value.map(|value| serde_json::to_string(value).map_err(|error| DbError::corrupt(what, error))).transpose()
}
