//! Forgets what nobody needs any more, in small batches.

use std::time::Duration;

use crate::{Db, DbError};

/// Rows of one transaction: what buyers wait for must not wait for more.
const BATCH: i64 = 500;

/// A reader in another process that was not seen for so long is taken for gone.
pub const READERS: Duration = Duration::from_hours(30 * 24);

/// Deletes at most 500 events that are older than `keep` and before `passed`, the slowest cursor in this process, and before
/// the slowest reader of [`crate::reader`]; answers how many.
///
/// The event at a cursor stays: by it its reader sees that the log has not gone back.
pub async fn forget_events(db: &Db, passed: i64, keep: Duration) -> Result<u64, DbError> {
    let sql = "DELETE FROM outbox WHERE position IN (SELECT position FROM outbox WHERE position < ? AND time < ? \
               AND position < COALESCE((SELECT MIN(position) FROM feed_reader WHERE seen_at >= ?), position + 1) \
               ORDER BY position LIMIT ?)";
    let now = db.seams().now();
    let (old, gone) = (now - keep, now - READERS);
    db.transact(|tx| async move { tx.run(sql, [passed.into(), old.into(), gone.into(), BATCH.into()]).await }).await
}

/// Deletes at most 500 answers, and keys that were never answered, that are older than `keep`; answers how many.
pub async fn forget_answers(db: &Db, keep: Duration) -> Result<u64, DbError> {
    let sql = "DELETE FROM idempotency WHERE (scope, key) IN \
               (SELECT scope, key FROM idempotency WHERE created_at < ? ORDER BY created_at LIMIT ?)";
    let before = db.seams().now() - keep;
    db.transact(|tx| async move { tx.run(sql, [before.into(), BATCH.into()]).await }).await
}
