//! How a database runs a statement, for tests that hold a statement to its index.

use sea_orm::{ConnectionTrait as _, Statement};

use crate::{Db, DbError, Dialect, SqlText};

/// The steps of the plan that the database makes for `sql`, which is written as [`Dialect::statement`] says, one a line.
///
/// On Postgres it is the plan for any values, as the store's connections have it.
pub async fn of(db: &Db, sql: impl Into<SqlText<'_>>) -> Result<String, DbError> {
    let text = db.dialect().statement(sql, []).sql;
    let rows = match db.dialect() {
        Dialect::Sqlite => db.reader().query_all_raw(asking(db, format!("EXPLAIN QUERY PLAN {text}"))).await?,
        Dialect::Postgres => explain(db, &text).await?,
    };
    let column = if db.dialect() == Dialect::Sqlite { 3 } else { 0 };
    let lines: Result<Vec<String>, _> = rows.iter().map(|row| row.try_get_by_index(column)).collect();
    Ok(lines?.join("\n"))
}

async fn explain(db: &Db, text: &str) -> Result<Vec<sea_orm::QueryResult>, DbError> {
    let name = format!("plan_{}", db.seams().ids.secret().simple());
    let count = (1..100).take_while(|number| text.contains(&format!("${number}"))).count();
    let values = if count == 0 { String::new() } else { format!("({})", vec!["NULL"; count].join(", ")) };
    let (name, values) = (name.as_str(), values.as_str());
    db.transact(|tx| async move {
        tx.execute_unprepared(&format!("PREPARE {name} AS {text}")).await?;
        let rows = tx.query_all_raw(asking(db, format!("EXPLAIN (COSTS OFF) EXECUTE {name}{values}"))).await?;
        tx.execute_unprepared(&format!("DEALLOCATE {name}")).await?;
        Ok(rows)
    })
    .await
}

fn asking(db: &Db, sql: String) -> Statement {
    Statement::from_string(db.dialect().backend(), sql)
}
