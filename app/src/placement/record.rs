//! The operators' decisions about a module's placement, stored with the module's data as an audit trail.

use std::os::unix::fs::MetadataExt as _;

use kernel::{DateTime, Utc};
use kernel_db::{Db, DbError};
use port::Placement;
use sea_orm::ConnectionTrait;

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) placement: Placement,
    /// What the settings said then. Once they say something else, they are the later word.
    pub(crate) configured: Placement,
    pub(crate) by: String,
    pub(crate) at: DateTime<Utc>,
}

/// Appends a decision.
pub(crate) async fn append(db: &Db, change: &Change) -> Result<(), DbError> {
    let sql = "INSERT INTO placement_change (placement, configured, changed_by, changed_at) VALUES (?, ?, ?, ?)";
    db.transact(|tx| async move {
        let values = [
            change.placement.to_string().into(),
            change.configured.to_string().into(),
            change.by.as_str().into(),
            change.at.into(),
        ];
        tx.run(sql, values).await.map(drop)
    })
    .await
}

/// The latest decision, if there ever was one.
pub(crate) async fn latest(db: &Db) -> Result<Option<Change>, DbError> {
    let sql = "SELECT placement, configured, changed_by, changed_at FROM placement_change ORDER BY id DESC LIMIT 1";
    let Some(row) = db.reader().query_one_raw(db.dialect().statement(sql, [])).await? else { return Ok(None) };
    let (placement, configured): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    Ok(Some(Change {
        placement: read(&placement)?,
        configured: read(&configured)?,
        by: row.try_get_by_index(2)?,
        at: row.try_get_by_index(3)?,
    }))
}

fn read(text: &str) -> Result<Placement, DbError> {
    [Placement::Local, Placement::Remote]
        .into_iter()
        .find(|placement| placement.to_string() == text)
        .ok_or_else(|| DbError::corrupt("placement", text))
}

/// Which database `db` is, in words that are the same in every process that stands on it.
///
/// Postgres: the cluster's own identifier, the database and the schema. SQLite: the machine and the file, so that a copy
/// is another database, and the file under another name is not.
pub(crate) async fn identity(db: &Db) -> Result<String, DbError> {
    if db.dialect() == kernel_db::Dialect::Sqlite {
        return file_identity(db).await;
    }
    let sql = "SELECT 'postgres:' || system_identifier || ':' || \
               (SELECT oid FROM pg_database WHERE datname = current_database()) || ':' || current_schema() \
               FROM pg_control_system()";
    let row = db.reader().query_one_raw(db.dialect().statement(sql, [])).await?;
    let identity: Option<String> = row.map(|row| row.try_get_by_index(0)).transpose()?;
    identity.ok_or_else(|| DbError::Setup("postgres does not say which cluster it is".to_owned()))
}

async fn file_identity(db: &Db) -> Result<String, DbError> {
    let sql = "SELECT file FROM pragma_database_list WHERE name = 'main'";
    let row = db.reader().query_one_raw(db.dialect().statement(sql, [])).await?;
    let file: Option<String> = row.map(|row| row.try_get_by_index(0)).transpose()?;
    let unknown = || DbError::Setup(format!("the file of {} is not to be found", db.module()));
    let metadata = file.and_then(|file| std::fs::metadata(file).ok()).ok_or_else(unknown)?;
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    Ok(format!("sqlite:{}:{}:{}", machine.trim(), metadata.dev(), metadata.ino()))
}
