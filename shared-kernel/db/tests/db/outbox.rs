//! The outbox under concurrent writers: a reader who goes by position skips nothing.

use std::{
    collections::{BTreeSet, HashMap},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use kernel::Envelope;
use kernel_db::{Bus, Cause, Db, DbError, Feed as _, LocalFeed, Place, Write, outbox};
use sea_orm::ConnectionTrait as _;
use tokio::time::Instant;

use crate::harness::{ClockEvent, alone, databases, fail_cfg, postgres, tick, together};

const WRITERS: i64 = 8;
const EVENTS: i64 = 60;

/// Eight writers, each with two streams, that hold their transaction open for a while before the commit.
async fn write(db: &Db) {
    let writers = (0..WRITERS).map(|writer| async move {
        for n in 1..=EVENTS {
            let pause = Duration::from_millis(u64::try_from((writer * 7 + n * 3) % 11).unwrap());
            db.transact(|tx| async move {
                let events = [tick(&format!("{writer}a"), n), tick(&format!("{writer}b"), n)];
                outbox::publish(&tx, &Cause::default(), &events)?;
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
        let ((), seen) = tokio::join!(
            async {
                tokio::time::timeout(Duration::from_mins(1), write).await.unwrap();
            },
            async { tokio::time::timeout(Duration::from_mins(1), read).await.expect("nothing was skipped") },
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

fn positions(events: &[Envelope]) -> Vec<(i64, &str, i64)> {
    events.iter().map(|event| (event.position, event.stream.as_str(), event.streamversion)).collect()
}

/// What is published early is written last, beside the last writes or alone; what is rolled back leaves no gap.
#[tokio::test]
async fn what_is_published_is_written_at_the_end() {
    let turn = together().await;
    for fresh in databases(&turn, "CREATE TABLE note (n @int PRIMARY KEY) @strict;").await {
        let db = &fresh.db;
        let publish = |stream: &'static str, n: i64, beside: i64, fails: bool| async move {
            db.transact(|tx| async move {
                outbox::publish(&tx, &Cause::default(), &[tick(stream, n)])?;
                let written = tx.rows("SELECT 1 FROM outbox WHERE stream = ?", [stream.into()]).await?;
                assert_eq!(written.len(), usize::try_from(n).unwrap() - 1, "not yet");
                outbox::publish(&tx, &Cause::default(), &[tick(stream, n + 1)])?;
                let notes = (0..beside).map(|note| Write::new("INSERT INTO note VALUES (?)", [(n * 10 + note).into()]));
                tx.save(notes.map(|note| note.changing(1)).collect()).await?;
                outbox::publish(&tx, &Cause::default(), &[tick(stream, n + 2)])?;
                if fails { Err(DbError::Setup("no".to_owned())) } else { Ok(()) }
            })
            .await
        };
        publish("a", 1, 0, false).await.unwrap();
        publish("b", 1, 2, true).await.unwrap_err();
        publish("a", 4, 1, false).await.unwrap();
        publish("b", 1, 2, false).await.unwrap();
        let expected = [(1, "a", 1), (2, "a", 2), (3, "a", 3), (4, "a", 4), (5, "a", 5), (6, "a", 6)];
        let expected = [&expected[..], &[(7, "b", 1), (8, "b", 2), (9, "b", 3)]].concat();
        for db in [db, &fresh.reopened().await] {
            assert_eq!(positions(&LocalFeed::of(db).read(Place::START, 99).await.unwrap()), expected);
        }
    }
}

/// A process that publishes and stands still before the commit holds the others up for two seconds, and does it again.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_turn_ends() {
    let turn = alone().await;
    let Some(fresh) = postgres(&turn, "", Bus::default()).await else {
        return eprintln!("SKIPPED: BANYAN_TEST_POSTGRES is not set");
    };
    fail_cfg("db.before_commit", "1*sleep(4000)");
    // It blocks its thread, which no other may need.
    let db = fresh.reopened().await;
    let slow = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let publish = db.transact(|tx| async move { outbox::publish(&tx, &Cause::default(), &[tick("slow", 1)]) });
        runtime.block_on(publish)
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let began = Instant::now();
    let db = &fresh.db;
    db.transact(|tx| async move { outbox::publish(&tx, &Cause::default(), &[tick("other", 1)]) }).await.unwrap();
    let waited = began.elapsed();
    tokio::task::spawn_blocking(move || slow.join().unwrap()).await.unwrap().unwrap();
    fail::remove("db.before_commit");
    assert!(waited > Duration::from_secs(1), "it was not its turn: {waited:?}");
    assert!(waited < Duration::from_millis(3_500), "{waited:?}");
    let events = LocalFeed::of(db).read(Place::START, 9).await.unwrap();
    assert_eq!(positions(&events), [(1, "other", 1), (2, "slow", 1)]);
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
