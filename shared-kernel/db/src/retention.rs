//! Forgets what nobody needs any more, in small batches.

use std::time::Duration;

use crate::{Db, DbError};

/// Published events are kept this long, and longer while a known cursor has not passed them.
pub const EVENTS: Duration = Duration::from_hours(7 * 24);

/// Answers are kept this long under their keys.
pub const ANSWERS: Duration = Duration::from_hours(30 * 24);

const BATCH: i64 = 1_000;

/// A reader in another process that was not seen for so long is taken for gone.
pub const READERS: Duration = Duration::from_hours(30 * 24);

/// Deletes events that are older than [`EVENTS`] and before `passed`, the slowest cursor in this process, and before
/// the slowest reader of [`crate::reader`].
///
/// The event at a cursor stays: by it its reader sees that the log has not gone back.
pub async fn forget_events(db: &Db, passed: i64) -> Result<u64, DbError> {
    let sql = "DELETE FROM outbox WHERE position IN (SELECT position FROM outbox WHERE position < ? AND time < ? \
               AND position < COALESCE((SELECT MIN(position) FROM feed_reader WHERE seen_at >= ?), position + 1) \
               ORDER BY position LIMIT ?)";
    let now = db.seams().now();
    let (old, gone) = (now - EVENTS, now - READERS);
    db.transact(|tx| async move { tx.run(sql, [passed.into(), old.into(), gone.into(), BATCH.into()]).await }).await
}

/// Deletes answers that are older than [`ANSWERS`].
pub async fn forget_answers(db: &Db) -> Result<u64, DbError> {
    let sql = "DELETE FROM idempotency WHERE created_at < ? AND status IS NOT NULL \
               AND key IN (SELECT key FROM idempotency WHERE created_at < ? ORDER BY created_at LIMIT ?)";
    let before = db.seams().now() - ANSWERS;
    db.transact(|tx| async move { tx.run(sql, [before.into(), before.into(), BATCH.into()]).await }).await
}
