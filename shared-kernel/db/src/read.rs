//! Reading rows by the names of their columns.

use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, IdenStatic as _, Iterable as _, Value};

use crate::{Db, DbError, Dialect, SqlText, Tx};

/// `level.sku, level.on_hand`: the columns of an entity's table, for a statement that is written by hand and read as the
/// entity's model.
pub fn columns<E: EntityTrait>() -> String {
    let entity = E::default();
    let table = entity.table_name();
    let named = E::Column::iter().map(|column| format!("{table}.{}", column.as_str()));
    named.collect::<Vec<_>>().join(", ")
}

impl Db {
    /// The rows of a query, outside a transaction. `R` names its columns: a derived [`FromQueryResult`], an entity's model.
    pub async fn all<R: FromQueryResult>(
        &self,
        sql: impl Into<SqlText<'_>> + Send,
        values: impl IntoIterator<Item = Value> + Send,
    ) -> Result<Vec<R>, DbError> {
        all(self.reader(), self.dialect(), sql, values).await
    }

    /// As [`Db::all`], for at most one row.
    pub async fn one<R: FromQueryResult>(
        &self,
        sql: impl Into<SqlText<'_>> + Send,
        values: impl IntoIterator<Item = Value> + Send,
    ) -> Result<Option<R>, DbError> {
        one(self.reader(), self.dialect(), sql, values).await
    }
}

impl Tx {
    /// The rows of a query. `R` names its columns: a derived [`FromQueryResult`], an entity's model.
    pub async fn all<R: FromQueryResult>(
        &self,
        sql: impl Into<SqlText<'_>> + Send,
        values: impl IntoIterator<Item = Value> + Send,
    ) -> Result<Vec<R>, DbError> {
        all(self, self.dialect(), sql, values).await
    }

    /// As [`Tx::all`], for at most one row.
    pub async fn one<R: FromQueryResult>(
        &self,
        sql: impl Into<SqlText<'_>> + Send,
        values: impl IntoIterator<Item = Value> + Send,
    ) -> Result<Option<R>, DbError> {
        one(self, self.dialect(), sql, values).await
    }
}

async fn all<R: FromQueryResult>(
    connection: &impl ConnectionTrait,
    dialect: Dialect,
    sql: impl Into<SqlText<'_>> + Send,
    values: impl IntoIterator<Item = Value> + Send,
) -> Result<Vec<R>, DbError> {
    let rows = connection.query_all_raw(dialect.statement(sql, values)).await?;
    Ok(rows.iter().map(|row| R::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

async fn one<R: FromQueryResult>(
    connection: &impl ConnectionTrait,
    dialect: Dialect,
    sql: impl Into<SqlText<'_>> + Send,
    values: impl IntoIterator<Item = Value> + Send,
) -> Result<Option<R>, DbError> {
    let row = connection.query_one_raw(dialect.statement(sql, values)).await?;
    Ok(row.map(|row| R::from_query_result(&row, "")).transpose()?)
}
