//! One migration, written as SQL for both databases.

use kernel_db::{Dialect, ddl};
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// A named SQL text. Names are never reused and never renamed: the database remembers them.
pub(crate) struct Step {
    name: &'static str,
    sql: Sql,
}

enum Sql {
    /// Written for each database.
    By(fn(Dialect) -> String),
    Own(&'static str),
}

impl Step {
    pub(crate) fn kernel() -> Box<dyn MigrationTrait> {
        Box::new(Self { name: "m0001_kernel", sql: Sql::By(ddl::kernel_tables) })
    }

    /// As [`Step::own`], where the two databases need different statements.
    pub(crate) fn own_by(name: &'static str, sql: fn(Dialect) -> String) -> Box<dyn MigrationTrait> {
        Box::new(Self { name, sql: Sql::By(sql) })
    }

    pub(crate) fn own(name: &'static str, sql: &'static str) -> Box<dyn MigrationTrait> {
        Box::new(Self { name, sql: Sql::Own(sql) })
    }
}

impl MigrationName for Step {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let dialect = match connection.get_database_backend() {
            DbBackend::Postgres => Dialect::Postgres,
            _ => Dialect::Sqlite,
        };
        let sql = match self.sql {
            Sql::By(sql) => sql(dialect),
            Sql::Own(template) => ddl::translate(dialect, template),
        };
        connection.execute_unprepared(&sql).await?;
        Ok(())
    }

    /// All of it or nothing, so that a crash leaves the old tables or the new ones.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
