//! Numbers the committed rows of a Postgres outbox, so that a reader who goes by position skips nothing.
//!
//! Transactions commit out of order, so a number given at insert time can become visible after a higher
//! one, and a reader with `WHERE position > last` loses it. Here a row gets its number after its commit,
//! from one sequencer at a time (an advisory lock). A late commit is numbered later. Within a stream
//! numbers follow the stream's versions.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::{Db, DbError, Dialect};

/// Rows numbered in one transaction.
const BATCH: i64 = 1_000;

/// Looks for unnumbered rows this often, whatever the bus says.
const POLL: Duration = Duration::from_secs(1);

/// Numbers rows until told to stop. Returns at once on SQLite, whose row ids are positions already.
pub async fn run(db: Db, stop: CancellationToken) {
    if db.dialect() == Dialect::Sqlite {
        return;
    }
    let mut news = db.bus().watch_unnumbered(db.module());
    while !stop.is_cancelled() {
        news.mark_unchanged();
        match number(&db).await {
            Ok(numbered) if numbered > 0 => continue,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(module = db.module(), ?error, "the outbox could not be numbered; trying again");
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            _ = tokio::time::timeout(POLL, news.changed()) => {}
        }
    }
}

/// Numbers one batch; answers how many rows it numbered. Zero also when another process is at it.
pub async fn number(db: &Db) -> Result<u64, DbError> {
    if db.dialect() == Dialect::Sqlite {
        return Ok(0);
    }
    let numbered = db
        .transact(|tx| async move {
            let lock = tx.row("SELECT pg_try_advisory_xact_lock(hashtext(current_schema() || '.outbox'))", []).await?;
            let locked: bool = lock.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
            if !locked {
                return Ok::<_, DbError>((0, 0));
            }
            let rows = tx.run(NUMBER, [BATCH.into()]).await?;
            if rows == 0 {
                return Ok((0, 0));
            }
            let head = tx.row(MOVE_HEAD, [i64::try_from(rows).unwrap_or(i64::MAX).into()]).await?;
            let head: i64 = head.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0);
            Ok((rows, head))
        })
        .await?;
    if numbered.0 > 0 {
        db.bus().reached(db.module(), numbered.1);
    }
    Ok(numbered.0)
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

const MOVE_HEAD: &str = "UPDATE outbox_head SET position = position + ? RETURNING position";
