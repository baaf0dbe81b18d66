//! Old events go when every reader has passed them, and not before.

use std::time::Duration;

use chrono::TimeDelta;
use kernel_db::{
    Cause, Db, feed,
    idempotency::{self, Answer, Key},
    outbox, reader, retention,
};

use crate::harness::{count, databases, tick, together};

const WEEK: Duration = Duration::from_hours(7 * 24);

async fn publish(db: &Db, events: std::ops::RangeInclusive<i64>) {
    let events: &Vec<_> = &events.map(|n| tick("a", n)).collect();
    db.transact(|tx| async move { outbox::publish(&tx, &Cause::default(), events) }).await.unwrap();
}

async fn oldest(db: &Db) -> i64 {
    count(db, "SELECT MIN(position) FROM outbox").await
}

#[tokio::test]
async fn old_events_are_forgotten_only_when_every_cursor_has_passed() {
    let turn = together().await;
    for fresh in databases(&turn, "").await {
        let db = &fresh.db;
        publish(db, 1..=6).await;
        assert_eq!(retention::forget_events(db, 6, WEEK).await.unwrap(), 0, "young");
        fresh.clock.advance(TimeDelta::days(8));
        assert_eq!(retention::forget_events(db, 4, WEEK).await.unwrap(), 3, "the event at the slowest cursor stays");
        publish(db, 7..=7).await;
        assert_eq!(feed::head(db).await.unwrap(), 7);
        assert_eq!(oldest(db).await, 4);
        assert_eq!(retention::forget_events(db, 7, WEEK).await.unwrap(), 3, "7 is young, and a cursor stands there");
    }
}

#[tokio::test]
async fn readers_in_other_processes_count_until_they_are_long_gone() {
    let turn = together().await;
    for fresh in databases(&turn, "").await {
        let db = &fresh.db;
        publish(db, 1..=20).await;
        fresh.clock.advance(TimeDelta::days(8));
        reader::note(db, "slow", 3).await.unwrap();
        reader::note(db, "quick", 9).await.unwrap();
        retention::forget_events(db, 20, WEEK).await.unwrap();
        assert_eq!(oldest(db).await, 3);
        fresh.clock.advance(TimeDelta::days(29));
        reader::note(db, "quick", 12).await.unwrap();
        retention::forget_events(db, 20, WEEK).await.unwrap();
        assert_eq!(oldest(db).await, 3, "the slow one may still come back");
        fresh.clock.advance(TimeDelta::days(2));
        retention::forget_events(db, 20, WEEK).await.unwrap();
        assert_eq!(oldest(db).await, 12);
        let readers = reader::list(db).await.unwrap();
        let seen: Vec<_> = readers.iter().map(|reader| (reader.consumer.as_str(), reader.position)).collect();
        assert_eq!(seen, [("quick", 12), ("slow", 3)]);
    }
}

/// A call looks at the oldest events alone: a week's log is not read to find that nothing is old. Here the oldest are the
/// young ones, so a call that read on would find old events behind them.
#[tokio::test]
async fn a_call_looks_at_a_bounded_range_of_the_log() {
    let turn = together().await;
    for fresh in databases(&turn, "").await {
        let db = &fresh.db;
        let make_young = async |position: i64| {
            let values = &[fresh.clock_now().into(), position.into()];
            let sql = "UPDATE outbox SET time = ? WHERE position = ?";
            db.transact(|tx| async move { tx.run(sql, values.clone()).await }).await.unwrap();
        };
        publish(db, 1..=1_300).await;
        fresh.clock.advance(TimeDelta::days(8));
        make_young(1).await;
        assert_eq!(retention::forget_events(db, 1_300, WEEK).await.unwrap(), 0, "the log gets no hole");
        fresh.clock.advance(TimeDelta::days(8));
        make_young(1_200).await;
        for (deleted, first) in [(500, 501), (500, 1_001), (199, 1_200), (0, 1_200)] {
            assert_eq!(retention::forget_events(db, 1_300, WEEK).await.unwrap(), deleted);
            assert_eq!(oldest(db).await, first, "up to the first young event");
        }
    }
}

/// A batch is small, whatever there is, and the young stay.
#[tokio::test]
async fn old_answers_go_in_small_batches() {
    const MONTH: Duration = Duration::from_hours(30 * 24);
    let turn = together().await;
    for fresh in databases(&turn, "").await {
        let db = &fresh.db;
        let key = |number: usize| Key { scope: "guest".into(), key: format!("key {number}"), fingerprint: "f".into() };
        let keys: &Vec<Key> = &(0..1_201).map(key).collect();
        let claim = async |keys: &[Key]| {
            let keys = &keys.iter().collect::<Vec<_>>();
            db.transact(|tx| async move { idempotency::claim_all(&tx, keys).await }).await.unwrap();
        };
        claim(&keys[..1_200]).await;
        fresh.clock.advance(TimeDelta::days(29));
        claim(&keys[1_200..]).await;
        let answer = Answer::new(201, None, &"done").unwrap();
        let (last, answer) = (&keys[1_200], &answer);
        db.transact(|tx| async move { idempotency::answer(&tx, last, answer.clone()).await }).await.unwrap();
        assert_eq!(retention::forget_answers(db, MONTH).await.unwrap(), 0, "young");
        fresh.clock.advance(TimeDelta::days(2));
        for batch in [500, 500, 200, 0] {
            assert_eq!(retention::forget_answers(db, MONTH).await.unwrap(), batch);
        }
        assert!(matches!(idempotency::find(db, last).await.unwrap(), Some(idempotency::Claim::Answered(_))));
    }
}

/// Prints how long writers wait for one pass, in a log of a million events and 300,000 answers, with and without
/// [`kernel_db::checkpoint`]: `cargo test --release -p kernel-db --test db -- --ignored --nocapture how_long`.
#[tokio::test]
#[ignore = "measures, on a machine that does nothing else"]
async fn how_long_writers_wait_for_a_pass() {
    let turn = together().await;
    let fresh = crate::harness::sqlite(&turn, "", kernel_db::Bus::default()).await;
    let db = &fresh.db;
    let rows = |count: i64| {
        format!(
            "(WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < {count}) SELECT n FROM up)"
        )
    };
    let events = format!(
        "INSERT INTO outbox (id, type, stream, stream_version, time, data) SELECT randomblob(16), 'order.placed.v1', \
         'order-' || hex(randomblob(16)), 1, '2020-01-01T00:00:00+00:00', printf('%0600d', n) FROM {}",
        rows(1_000_000)
    );
    let answers = format!(
        "INSERT INTO idempotency (scope, key, fingerprint, status, body, created_at) SELECT 'guest', \
         hex(randomblob(16)), hex(randomblob(32)), 201, printf('%01500d', n), \
         strftime('%Y-%m-%dT%H:%M:%S', 1577836800 + n, 'unixepoch') || '+00:00' FROM {}",
        rows(300_000)
    );
    for fill in &[events, answers] {
        db.transact(|tx| async move { tx.run(fill, []).await }).await.unwrap();
    }
    for (what, beside) in [("events", false), ("events", true), ("answers", false), ("answers", true)] {
        let stop = tokio_util::sync::CancellationToken::new();
        #[expect(clippy::disallowed_methods, reason = "ends with the test")]
        let copying = beside.then(|| tokio::spawn(kernel_db::checkpoint::run(db.clone(), stop.clone())));
        let mut took = Vec::new();
        for _ in 0..300 {
            let start = tokio::time::Instant::now();
            let deleted = match what {
                "events" => retention::forget_events(db, 1_000_000, WEEK).await,
                _ => retention::forget_answers(db, WEEK).await,
            };
            took.push(start.elapsed().as_micros());
            assert_eq!(deleted.unwrap(), 500);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stop.cancel();
        if let Some(copying) = copying {
            copying.await.unwrap();
        }
        took.sort_unstable();
        println!("{what}, copied beside: {beside}; p50 {} p99 {} longest {} us", took[150], took[297], took[299]);
    }
}
