//! Numbers the committed rows of a Postgres outbox, so that a reader who goes by position skips nothing.
//!
//! Transactions commit out of order, so a number given at insert time can become visible after a higher
//! one, and a reader with `WHERE position > last` loses it. Here a row gets its number after its commit,
//! from one sequencer at a time (an advisory lock). A late commit is numbered later. Within a stream
//! numbers follow the stream's versions. The work itself is `number_outbox`, a function beside the table
//! (see [`crate::ddl`]): one round trip.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{Db, DbError, Dialect, listener};

/// Rows numbered in one transaction.
const BATCH: i64 = 1_000;

/// Looks for unnumbered rows this often, whatever the bus says.
const POLL: Duration = Duration::from_secs(1);

/// No round waits longer for more.
const LONGEST_PAUSE: Duration = Duration::from_millis(5);

/// Another process that numbers is about to be done; its rows and ours are looked for again after so long, and
/// longer each time.
const ELSEWHERE: Duration = Duration::from_millis(5);

/// Numbers rows, and hears what other processes number, until told to stop. Returns at once on SQLite, whose row ids
/// are positions already.
pub async fn run(db: Db, stop: CancellationToken) {
    if db.dialect() == Dialect::Postgres {
        tokio::join!(number_on(&db, &stop), listener::run(&db, &stop));
    }
}

async fn number_on(db: &Db, stop: &CancellationToken) {
    let mut news = db.bus().watch_unnumbered(db.module());
    let mut elsewhere = ELSEWHERE;
    while !stop.is_cancelled() {
        news.mark_unchanged();
        let began = Instant::now();
        let wait = match try_number(db).await {
            Ok(Some(numbered)) => {
                elsewhere = ELSEWHERE;
                if i64::try_from(numbered).is_ok_and(|numbered| numbered >= BATCH) {
                    continue;
                }
                if numbered > 0 {
                    // Where there is one there is soon another: the next round gathers as long as this one took.
                    tokio::time::sleep(began.elapsed().min(LONGEST_PAUSE)).await;
                }
                POLL
            }
            Ok(None) => {
                let wait = elsewhere;
                elsewhere = (elsewhere * 2).min(POLL);
                wait
            }
            Err(error) => {
                tracing::warn!(module = db.module(), ?error, "the outbox could not be numbered; trying again");
                POLL
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            _ = tokio::time::timeout(wait, news.changed()) => {}
        }
    }
}

/// Numbers one batch; answers how many rows it numbered. Zero also when another process is at it.
pub async fn number(db: &Db) -> Result<u64, DbError> {
    Ok(try_number(db).await?.unwrap_or_default())
}

/// `None` when another process is at it.
async fn try_number(db: &Db) -> Result<Option<u64>, DbError> {
    if db.dialect() == Dialect::Sqlite {
        return Ok(Some(0));
    }
    let since = db.bus().take_unnumbered_since(db.module());
    let rows = db.write_one("SELECT numbered, head FROM number_outbox(?)", [BATCH.into()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let numbered: Option<i64> = row.try_get_by_index(0)?;
    if let Some(head) = row.try_get_by_index(1)? {
        match since {
            Some(since) => db.bus().committed(db.module(), head, since),
            None => db.bus().reached(db.module(), head),
        }
        listener::tell(db, head).await;
    }
    Ok(numbered.and_then(|rows| u64::try_from(rows).ok()))
}
