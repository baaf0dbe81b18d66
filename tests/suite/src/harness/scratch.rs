//! A Postgres database of one test's own: for what the server counts by database, and for guides that name one.

use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement};

use super::{Kind, fresh_name};

/// A database that only this test uses.
pub(crate) struct Scratch {
    name: String,
    pub(crate) url: String,
}

impl Scratch {
    pub(crate) async fn made() -> Self {
        let name = format!("scratch_{}", fresh_name());
        execute(&format!("CREATE DATABASE {name}")).await;
        let ours = Kind::Postgres.url();
        let (server, _) = ours.rsplit_once('/').expect("the address names a database");
        Self { url: format!("{server}/{name}"), name }
    }

    pub(crate) async fn opens(&self) -> DatabaseConnection {
        Database::connect(&self.url).await.unwrap()
    }

    /// How often the server has ended a transaction of this database because it and another waited for each other. A
    /// connection tells the server what it has counted within a second, or when it ends.
    pub(crate) async fn deadlocks(&self) -> i64 {
        let server = Database::connect(Kind::Postgres.url()).await.unwrap();
        let sql = "SELECT deadlocks FROM pg_stat_database WHERE datname = $1";
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [self.name.as_str().into()]);
        let deadlocks = server.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap();
        server.close().await.unwrap();
        deadlocks
    }

    pub(crate) async fn dropped(self) {
        execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
    }
}

async fn execute(sql: &str) {
    let server = Database::connect(Kind::Postgres.url()).await.unwrap();
    server.execute_unprepared(sql).await.unwrap();
    server.close().await.unwrap();
}
