//! The outbox under concurrent writers: a reader who goes by position skips nothing.

use std::{
    collections::{BTreeSet, HashMap},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use kernel_db::{Bus, Cause, Db, DbError, Feed as _, LocalFeed, Place, outbox, sequencer};
use sea_orm::ConnectionTrait as _;
use tokio_util::sync::CancellationToken;

use crate::harness::{ClockEvent, databases, postgres, tick, together};

const WRITERS: i64 = 8;
const EVENTS: i64 = 60;

/// Eight writers, each with two streams, that hold their transaction open for a while before the commit.
async fn write(db: &Db) {
    let writers = (0..WRITERS).map(|writer| async move {
        for n in 1..=EVENTS {
            let pause = Duration::from_millis(u64::try_from((writer * 7 + n * 3) % 11).unwrap());
            db.transact(|tx| async move {
                let events = [tick(&format!("{writer}a"), n), tick(&format!("{writer}b"), n)];
                outbox::publish(&tx, &Cause::default(), &events).await?;
                tokio::time::sleep(pause).await;
                Ok::<_, DbError>(())
            })
            .await
            .unwrap();
        }
    });
    futures_util::future::join_all(writers).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_skipped_and_streams_keep_their_order() {
    let turn = together().await;
    for fresh in databases(&turn, "").await {
        let db = fresh.db.clone();
        let stop = CancellationToken::new();
        let feed = LocalFeed::of(&db);
        let done = &AtomicBool::new(false);
        let read = async {
            let mut seen = Vec::new();
            loop {
                let finished = done.load(Ordering::SeqCst);
                let after = seen.last().map_or(Place::START, Place::after);
                let batch = feed.read(after, 50).await.unwrap();
                let quiet = batch.is_empty();
                seen.extend(batch);
                if finished && quiet && i64::try_from(seen.len()).unwrap() >= WRITERS * EVENTS * 2 {
                    return seen;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let write = async {
            write(&db).await;
            done.store(true, Ordering::SeqCst);
        };
        let ((), seen, ()) = tokio::join!(
            async {
                tokio::time::timeout(Duration::from_mins(1), write).await.unwrap();
            },
            async {
                let seen = tokio::time::timeout(Duration::from_mins(1), read).await.expect("nothing was skipped");
                stop.cancel();
                seen
            },
            sequencer::run(db.clone(), stop.clone()),
        );

        let positions: Vec<i64> = seen.iter().map(|event| event.position).collect();
        assert_eq!(positions, (1..=WRITERS * EVENTS * 2).collect::<Vec<_>>(), "gap-free, in order");
        let mut streams: HashMap<&str, i64> = HashMap::new();
        for event in &seen {
            let version = streams.entry(&event.stream).or_default();
            *version += 1;
            assert_eq!(event.streamversion, *version, "stream {}", event.stream);
            assert!(matches!(event.event::<ClockEvent>().unwrap(), ClockEvent::Ticked(ticked) if ticked.n == *version));
        }
        assert_eq!(feed.head().await.unwrap(), WRITERS * EVENTS * 2);
    }
}

/// Control: the same writers with a position from a database sequence, and a reader who goes by it, lose
/// events. If this ever finds nothing lost, the test above proves nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plain_cursor_loses_events_on_postgres() {
    let turn = together().await;
    let table = "CREATE TABLE naive (position BIGSERIAL PRIMARY KEY, n BIGINT NOT NULL);";
    let Some(fresh) = postgres(&turn, table, Bus::default()).await else {
        eprintln!("SKIPPED: BANYAN_TEST_POSTGRES is not set");
        return;
    };
    let db = &fresh.db;
    let done = &AtomicBool::new(false);
    let write = async {
        let writers = (0..WRITERS).map(|writer| async move {
            for n in 1..=EVENTS {
                let pause = Duration::from_millis(u64::try_from((writer * 7 + n * 3) % 11).unwrap());
                db.transact(|tx| async move {
                    tx.run("INSERT INTO naive (n) VALUES (?)", [n.into()]).await?;
                    tokio::time::sleep(pause).await;
                    Ok::<_, DbError>(())
                })
                .await
                .unwrap();
            }
        });
        futures_util::future::join_all(writers).await;
        done.store(true, Ordering::SeqCst);
    };
    let read = async {
        let mut seen = BTreeSet::new();
        loop {
            let finished = done.load(Ordering::SeqCst);
            let after = seen.last().copied().unwrap_or(0_i64);
            let sql = "SELECT position FROM naive WHERE position > ? ORDER BY position LIMIT 50";
            let rows = db.reader().query_all_raw(db.dialect().statement(sql, [after.into()])).await.unwrap();
            let quiet = rows.is_empty();
            seen.extend(rows.iter().map(|row| row.try_get_by_index::<i64>(0).unwrap()));
            if finished && quiet {
                return seen.len();
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let ((), seen) = tokio::join!(write, read);
    let written = usize::try_from(WRITERS * EVENTS).unwrap();
    eprintln!("a plain cursor saw {seen} of {written} events");
    assert!(seen < written, "the control lost nothing");
}
