//! Numbers the committed rows of a Postgres outbox, so that a reader who goes by position skips nothing.
//!
//! Transactions commit out of order, so a number given at insert time can become visible after a higher
//! one, and a reader with `WHERE position > last` loses it. Here a row gets its number after its commit,
//! from one sequencer at a time (an advisory lock). A late commit is numbered later. Within a stream
//! numbers follow the stream's versions.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    Db, DbError, Dialect, Tx,
    listener::{self, CHANNEL},
};

/// Rows numbered in one transaction.
const BATCH: i64 = 1_000;

/// Looks for unnumbered rows this often, whatever the bus says.
const POLL: Duration = Duration::from_secs(1);

/// No round waits longer for more.
const LONGEST_PAUSE: Duration = Duration::from_millis(3);

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
    let numbered = db.transact(|tx| async move { number_in(&tx).await }).await?;
    if let Some((1.., head)) = numbered {
        db.bus().reached(db.module(), head);
    }
    Ok(numbered.map(|(rows, _)| rows))
}

/// How many rows it numbered, and the newest position. The other processes are told at the commit.
async fn number_in(tx: &Tx) -> Result<Option<(u64, i64)>, DbError> {
    let lock = tx.row("SELECT pg_try_advisory_xact_lock(hashtext(current_schema() || '.outbox'))", []).await?;
    let locked: bool = lock.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
    if !locked {
        return Ok(None);
    }
    let rows = tx.run(NUMBER, [BATCH.into()]).await?;
    if rows == 0 {
        return Ok(Some((0, 0)));
    }
    let move_head = format!(
        "UPDATE outbox_head SET position = position + ? RETURNING position, pg_notify({CHANNEL}, position::text)"
    );
    let head = tx.row(&move_head, [i64::try_from(rows).unwrap_or(i64::MAX).into()]).await?;
    Ok(Some((rows, head.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0))))
}

/// Streams in the order of their oldest waiting event, each by version. A chosen stream is numbered
/// whole, so two processes whose clocks differ cannot turn its events around.
const NUMBER: &str = "
    UPDATE outbox SET position = (SELECT position FROM outbox_head) + numbered.place
    FROM (
        SELECT id, row_number() OVER (ORDER BY first_id, stream, stream_version) AS place
        FROM (
            SELECT id, stream, stream_version,
                   first_value(id) OVER (PARTITION BY stream ORDER BY stream_version) AS first_id
            FROM outbox
            WHERE position IS NULL
              AND stream IN (SELECT stream FROM outbox WHERE position IS NULL ORDER BY id LIMIT ?)
        ) AS grouped
    ) AS numbered
    WHERE outbox.id = numbered.id";
