//! Copies what SQLite's log has gathered into the database file, beside the writer.
//!
//! SQLite does so by itself in the commit that makes the log too long, and every writer waits for that commit: 40 to 80 ms
//! for 8,000 pages. Here another connection copies while commits go on. It keeps writers out only for the last few pages,
//! 2 to 6 ms, so that the log can begin anew. `FALLBACK` remains where this does not run.

use std::time::Duration;

use sea_orm::ConnectionTrait as _;
use tokio_util::sync::CancellationToken;

use crate::{Db, DbError, guard};

/// How often the length of the log is asked for.
const EVERY: Duration = Duration::from_millis(100);

/// Pages in the log from which on it is copied. Those that every order changes are copied once for many orders.
const LONG: i64 = 4_000;

/// From here on the writer does it by itself.
pub(crate) const FALLBACK: &str = "16000";

/// The rest is copied when the writer is between two commits; so often that moment is looked for.
const TRIES: usize = 50;

/// The length of the log, in pages, and how many of them are in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Log {
    busy: bool,
    pages: i64,
    copied: i64,
}

/// Runs until told to stop. Does nothing on Postgres.
pub async fn run(db: Db, stop: CancellationToken) {
    while tokio::time::timeout(EVERY, stop.cancelled()).await.is_err() {
        if guard::sabotaged("db.checkpoint") {
            continue;
        }
        if let Err(error) = shorten(&db).await {
            tracing::warn!(module = db.module(), ?error, "the log could not be copied into the database; trying again");
        }
    }
}

async fn shorten(db: &Db) -> Result<(), DbError> {
    if ask(db, "NOOP").await?.is_none_or(|log| log.pages < LONG) {
        return Ok(());
    }
    // What comes while the first is copied is little, and what comes while that is copied is less.
    for _ in 0..2 {
        ask(db, "PASSIVE").await?;
    }
    for _ in 0..TRIES {
        match ask(db, "FULL").await? {
            Some(log) if log.busy || log.copied < log.pages => tokio::time::sleep(Duration::from_millis(1)).await,
            _ => return Ok(()),
        }
    }
    Ok(())
}

/// `None` where there is no log. It never waits for the writer, or for a reader while the writer waits.
async fn ask(db: &Db, how: &str) -> Result<Option<Log>, DbError> {
    let Some(connection) = &db.inner.maintenance else { return Ok(None) };
    let sql = format!("PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint({how})");
    let rows = connection.query_all_raw(db.dialect().statement(&sql, [])).await?;
    let Some(row) = rows.last() else { return Ok(None) };
    let busy: i64 = row.try_get_by_index(0)?;
    Ok(Some(Log { busy: busy != 0, pages: row.try_get_by_index(1)?, copied: row.try_get_by_index(2)? }))
}
