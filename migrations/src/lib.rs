//! The tables of every module: one folder and one Migrator each.
//!
//! The first file of each module is what version 0.1.0 starts from. From then on a migration is only ever added. It is one SQL
//! text for both databases (see [`kernel_db::ddl`]), and expands before it contracts: the version before this one must be able
//! to run on the new tables.

pub mod catalog;
pub mod inventory;
pub mod order;
pub mod payment;
mod step;

use kernel_db::{Db, DbError};
use sea_orm_migration::MigratorTrait;

/// Brings the tables of `db`'s module up to date; answers how many migrations it ran.
pub async fn run(db: &Db) -> Result<usize, DbError> {
    match db.module() {
        "catalog" => up::<catalog::Migrator>(db).await,
        "inventory" => up::<inventory::Migrator>(db).await,
        "order" => up::<order::Migrator>(db).await,
        "payment" => up::<payment::Migrator>(db).await,
        other => Err(DbError::Setup(format!("there are no migrations for a module called {other}"))),
    }
}

async fn up<M: MigratorTrait>(db: &Db) -> Result<usize, DbError> {
    // Copies of a store start together, and each finds its tables or makes them.
    db.alone(async {
        let connection = db.migration_connection();
        let pending = M::get_pending_migrations(connection).await?.len();
        if pending > 0 {
            M::up(connection, None).await?;
        }
        Ok(pending)
    })
    .await
}
