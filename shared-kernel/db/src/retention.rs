//! Deletes what nothing needs any more, in small batches.

use std::{sync::atomic::Ordering::Relaxed, time::Duration};

use kernel::{DateTime, Utc};
use sea_orm::FromQueryResult;

use crate::{Db, DbError};

/// Rows of one transaction: what buyers wait for must not wait for more.
const BATCH: i64 = 500;

/// A reader in another process that was not seen for so long is taken for gone.
pub const READERS: Duration = Duration::from_hours(30 * 24);

/// The oldest events, a bounded number of them: the log of a week is long, and most calls find nothing to delete.
const OLDEST: &str = "SELECT position, time FROM outbox WHERE position >= ? AND position < ? AND position < \
                      COALESCE((SELECT MIN(position) FROM feed_reader WHERE seen_at >= ?), ?) ORDER BY position LIMIT ?";

/// Looks at the readers again: one may have come since.
const DELETE_EVENTS: &str = "DELETE FROM outbox WHERE position >= ? AND position <= ? AND position < \
                             COALESCE((SELECT MIN(position) FROM feed_reader WHERE seen_at >= ?), ?)";

/// Deletes at most 500 events that are older than `keep` and before `passed`, the slowest cursor in this process, and before
/// the slowest reader of [`crate::reader`]; answers how many.
///
/// The oldest go first, up to the first event that is younger, so the log never has a hole. The event at a cursor stays: by
/// it its reader sees that the log has not gone back.
///
/// Reads at most 500 events, before the transaction, and begins where the last call ended: on Postgres the index entries of
/// deleted events stay until the table is vacuumed.
pub async fn forget_events(db: &Db, passed: i64, keep: Duration) -> Result<u64, DbError> {
    let now = db.seams().now();
    let gone = now - READERS;
    let from = db.inner.forgotten.load(Relaxed) + 1;
    let oldest = oldest(db, (from, passed), gone).await?;
    let old = oldest.iter().take_while(|event| event.time < now - keep);
    let (Some(Old { position: until, .. }), expected) = (old.clone().last(), old.count()) else { return Ok(0) };
    let values = &[from.into(), (*until).into(), gone.into(), passed.into()];
    let deleted = db.transact(|tx| async move { tx.run(DELETE_EVENTS, values.clone()).await }).await?;
    if u64::try_from(expected).is_ok_and(|expected| expected == deleted) {
        db.inner.forgotten.fetch_max(*until, Relaxed);
    }
    Ok(deleted)
}

#[derive(FromQueryResult)]
struct Old {
    position: i64,
    time: DateTime<Utc>,
}

/// The first events of a range that no reader elsewhere has yet to read.
async fn oldest(db: &Db, (from, passed): (i64, i64), gone: DateTime<Utc>) -> Result<Vec<Old>, DbError> {
    db.all(OLDEST, [from.into(), passed.into(), gone.into(), passed.into(), BATCH.into()]).await
}

/// Deletes at most 500 answers, and keys that were never answered, that are older than `keep`; answers how many.
pub async fn forget_answers(db: &Db, keep: Duration) -> Result<u64, DbError> {
    let sql = "DELETE FROM idempotency WHERE (scope, key) IN \
               (SELECT scope, key FROM idempotency WHERE created_at < ? ORDER BY created_at LIMIT ?)";
    let before = db.seams().now() - keep;
    db.transact(|tx| async move { tx.run(sql, [before.into(), BATCH.into()]).await }).await
}
