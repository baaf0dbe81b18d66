//! Who reads a module's events from another process, so that nothing is forgotten that they have yet to read.

use kernel::{DateTime, Utc};
use sea_orm::FromQueryResult;

use crate::{Db, DbError};

/// A consumer in another process.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Reader {
    pub consumer: String,
    /// The last event that it has read and kept, when it was last written down.
    pub position: i64,
    pub seen_at: DateTime<Utc>,
}

/// Writes down that `consumer` was here and has kept everything up to `position`.
pub async fn note(db: &Db, consumer: &str, position: i64) -> Result<(), DbError> {
    let sql = "INSERT INTO feed_reader (consumer, position, seen_at) VALUES (?, ?, ?) ON CONFLICT (consumer) \
               DO UPDATE SET position = excluded.position, seen_at = excluded.seen_at RETURNING position";
    db.write_one(sql, [consumer.into(), position.into(), db.seams().now().into()]).await?;
    Ok(())
}

/// Every consumer that was ever here, by name.
pub async fn list(db: &Db) -> Result<Vec<Reader>, DbError> {
    db.all("SELECT consumer, position, seen_at FROM feed_reader ORDER BY consumer", []).await
}
