//! Numbers the committed rows of a Postgres outbox, so that a reader who goes by position skips nothing.
//!
//! Transactions commit out of order, so a number given at insert time can become visible after a higher
//! one, and a reader with `WHERE position > last` loses it. Here a row gets its number after its commit,
//! from one sequencer at a time (an advisory lock). A late commit is numbered later. Within a stream
//! numbers follow the stream's versions. The work itself is `number_news`, a function beside the table
//! (see [`crate::ddl`]): one round trip, which brings the numbered rows along for those who read them next.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::{Db, DbError, Dialect, feed, listener::Others};

/// Rows numbered in one transaction.
const BATCH: usize = 1_000;

/// Looks for unnumbered rows this often, whatever the bus says.
const POLL: Duration = Duration::from_secs(1);

/// Another process that numbers is about to be done; its rows and ours are looked for again after so long, and
/// longer each time.
const ELSEWHERE: Duration = Duration::from_millis(5);

/// Numbers rows, and hears what other processes number, until told to stop. Returns at once on SQLite, whose row ids
/// are positions already.
pub async fn run(db: Db, stop: CancellationToken) {
    if db.dialect() == Dialect::Postgres {
        tokio::join!(number_on(&db, &stop), crate::listener::run(&db, &stop));
    }
}

async fn number_on(db: &Db, stop: &CancellationToken) {
    let mut news = db.bus().watch_unnumbered(db.module());
    let mut others = Others::of(db);
    let mut elsewhere = ELSEWHERE;
    while !stop.is_cancelled() {
        news.mark_unchanged();
        let wait = match try_number(db).await {
            Ok(Numbered::Nothing) => POLL,
            Ok(Numbered::Up { to, rows }) => {
                elsewhere = ELSEWHERE;
                others.tell(to).await;
                if rows >= BATCH { Duration::ZERO } else { POLL }
            }
            Ok(Numbered::Elsewhere) => {
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

/// What came of a round.
enum Numbered {
    Nothing,
    /// So many rows, up to a position.
    Up {
        to: i64,
        rows: usize,
    },
    /// Another process is at it.
    Elsewhere,
}

/// Numbers one batch and tells the other processes; answers how many rows it numbered. Zero also when another process is
/// at it.
pub async fn number(db: &Db) -> Result<usize, DbError> {
    Ok(match try_number(db).await? {
        Numbered::Up { to, rows } => {
            Others::of(db).tell(to).await;
            rows
        }
        Numbered::Nothing | Numbered::Elsewhere => 0,
    })
}

async fn try_number(db: &Db) -> Result<Numbered, DbError> {
    if db.dialect() == Dialect::Sqlite {
        return Ok(Numbered::Nothing);
    }
    let since = db.bus().take_unnumbered_since(db.module());
    let streams = i64::try_from(BATCH).unwrap_or(i64::MAX);
    let sql = format!("SELECT {} FROM number_news(?) ORDER BY position", feed::COLUMNS);
    let rows = db.write_one(&sql, [streams.into()]).await?;
    let Some(last) = rows.last() else { return Ok(Numbered::Nothing) };
    let to: Option<i64> = last.try_get_by_index(0)?;
    let Some(to) = to else { return Ok(Numbered::Elsewhere) };
    feed::keep_numbered(db, &rows).await;
    match since {
        Some(since) => db.bus().committed(db.module(), to, since),
        None => db.bus().reached(db.module(), to),
    }
    Ok(Numbered::Up { to, rows: rows.len() })
}
