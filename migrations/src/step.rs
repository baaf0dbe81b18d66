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
        Box::new(Self { name: "m0001_kernel", sql: Sql::By(ddl::first_kernel_tables) })
    }

    pub(crate) fn number_outbox() -> Box<dyn MigrationTrait> {
        Box::new(Self { name: "m0003_number_outbox", sql: Sql::By(ddl::number_outbox) })
    }

    pub(crate) fn number_news() -> Box<dyn MigrationTrait> {
        Box::new(Self { name: "m0004_number_news", sql: Sql::By(ddl::number_news) })
    }

    pub(crate) fn numbered_in_turn() -> Box<dyn MigrationTrait> {
        Box::new(Self { name: "m0006_numbered_in_turn", sql: Sql::By(ddl::numbered_in_turn) })
    }

    pub(crate) fn tenure() -> Box<dyn MigrationTrait> {
        Box::new(Self { name: "m0010_tenure", sql: Sql::By(ddl::tenure) })
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
