//! Forgets what nobody needs any more, in small batches.

use std::time::Duration;

use crate::{Db, DbError};

/// Published events are kept this long, and longer while a known cursor has not passed them.
pub const EVENTS: Duration = Duration::from_hours(7 * 24);

/// Answers are kept this long under their keys.
pub const ANSWERS: Duration = Duration::from_hours(30 * 24);

const BATCH: i64 = 1_000;

/// Deletes events that are older than [`EVENTS`] and at or before `passed`, the slowest cursor.
pub async fn forget_events(db: &Db, passed: i64) -> Result<u64, DbError> {
    let sql = "DELETE FROM outbox WHERE position IN \
               (SELECT position FROM outbox WHERE position <= ? AND time < ? ORDER BY position LIMIT ?)";
    let before = db.seams().now() - EVENTS;
    db.transact(|tx| async move { tx.run(sql, [passed.into(), before.into(), BATCH.into()]).await }).await
}

/// Deletes answers that are older than [`ANSWERS`].
pub async fn forget_answers(db: &Db) -> Result<u64, DbError> {
    let sql = "DELETE FROM idempotency WHERE created_at < ? AND status IS NOT NULL \
               AND key IN (SELECT key FROM idempotency WHERE created_at < ? ORDER BY created_at LIMIT ?)";
    let before = db.seams().now() - ANSWERS;
    db.transact(|tx| async move { tx.run(sql, [before.into(), before.into(), BATCH.into()]).await }).await
}
