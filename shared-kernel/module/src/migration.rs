//! A module's migrations: steps, each of which runs once in a database.

use kernel_db::{Db, DbError, Dialect, ddl};
use sea_orm_migration::{
    MigratorTraitSelf,
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

/// A named SQL text for both databases (see [`kernel_db::ddl`]). Names are never reused and never renamed: the database
/// remembers them. A step expands before a later one contracts: the version before it must be able to run on its tables.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    name: &'static str,
    sql: Sql,
}

#[derive(Debug, Clone, Copy)]
enum Sql {
    /// Written for each database.
    By(fn(Dialect) -> String),
    Own(&'static str),
}

impl Step {
    /// Everything of the kernel's in a module's database.
    pub const fn kernel() -> Self {
        Self { name: "m0001_kernel", sql: Sql::By(ddl::kernel_tables) }
    }

    /// A text that [`ddl::translate`] makes into either database's.
    pub const fn own(name: &'static str, sql: &'static str) -> Self {
        Self { name, sql: Sql::Own(sql) }
    }

    /// As [`Step::own`], where the two databases need different statements.
    pub const fn own_by(name: &'static str, sql: fn(Dialect) -> String) -> Self {
        Self { name, sql: Sql::By(sql) }
    }
}

/// Runs those of `steps` that `db` has not had yet; answers how many they were.
pub async fn migrate(db: &Db, steps: Vec<Step>) -> Result<usize, DbError> {
    let migrator = Migrator(steps);
    // Copies of a store start together, and each finds its tables or makes them.
    db.alone(async {
        let connection = db.migration_connection();
        let pending = migrator.get_pending_migrations(connection).await?.len();
        if pending > 0 {
            migrator.up(connection, None).await?;
        }
        Ok(pending)
    })
    .await
}

struct Migrator(Vec<Step>);

impl MigratorTraitSelf for Migrator {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        self.0.iter().map(|step| -> Box<dyn MigrationTrait> { Box::new(*step) }).collect()
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
