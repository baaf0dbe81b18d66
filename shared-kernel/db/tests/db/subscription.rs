//! Delivered at least once, effect exactly once, in order; a poisoned stream waits alone.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use kernel::Envelope;
use kernel_db::{
    Bus, Cause, Db, LocalFeed, Reaction, ReactionError, Subscription, Tx, outbox, parking, pg_notify,
    subscription::Step,
};
use tokio_util::sync::CancellationToken;

use crate::harness::{
    ClockEvent, Fresh, Sabotage, alone, count, databases, fail_cfg, postgres, sqlite, tick, times, together,
};

const TABLES: &str = "CREATE TABLE heard (place @serial, stream @text NOT NULL, n @int NOT NULL) @strict;";

/// Notes what it hears; refuses the third event of a stream called `poison` until it is cured.
#[derive(Default)]
struct Listener {
    cured: AtomicBool,
}

#[async_trait]
impl Reaction for Listener {
    async fn react(&self, tx: &Tx, event: &Envelope) -> Result<(), ReactionError> {
        let ClockEvent::Ticked(ticked) = event.event()? else { return Ok(()) };
        if ticked.stream == "poison" && ticked.n == 3 && !self.cured.load(Ordering::SeqCst) {
            return Err(ReactionError::new("cannot swallow this"));
        }
        tx.run("INSERT INTO heard (stream, n) VALUES (?, ?)", [ticked.stream.into(), ticked.n.into()]).await?;
        Ok(())
    }
}

async fn publish(db: &Db, stream: &str, n: i64) {
    db.transact(|tx| async move { outbox::publish(&tx, &Cause::default(), &[tick(stream, n)]) }).await.unwrap();
}

fn listen(db: &Db, listener: &Arc<Listener>) -> Subscription {
    let reaction: Arc<dyn Reaction> = Arc::<Listener>::clone(listener);
    Subscription::new(db, "listener", Arc::new(LocalFeed::of(db)), reaction)
}

async fn until_heard(db: &Db, events: i64) -> Duration {
    let started = tokio::time::Instant::now();
    while count(db, "SELECT COUNT(*) FROM heard").await < events {
        assert!(
            started.elapsed() < Duration::from_secs(30) * u32::try_from(times()).unwrap(),
            "only {} heard",
            count(db, "SELECT COUNT(*) FROM heard").await
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    started.elapsed()
}

/// Runs the subscription beside `work`.
async fn while_running<T>(subscription: Subscription, db: &Db, work: impl Future<Output = T>) -> T {
    let stop = CancellationToken::new();
    let ending = async {
        let result = work.await;
        stop.cancel();
        result
    };
    let ((), (), result) =
        tokio::join!(subscription.run(stop.clone()), pg_notify::run(db.clone(), stop.clone()), ending);
    result
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_arrives_although_the_bus_drops_every_message() {
    let turn = together().await;
    let mut deaf: Vec<Fresh> = vec![sqlite(&turn, TABLES, Bus::deaf()).await];
    deaf.extend(postgres(&turn, TABLES, Bus::deaf()).await);
    for fresh in &deaf {
        let db = &fresh.db;
        let subscription = listen(db, &Arc::default());
        while_running(subscription, db, async {
            for n in 1..=50 {
                publish(db, "a", n).await;
            }
            until_heard(db, 50).await;
        })
        .await;
        assert_eq!(count(db, "SELECT COUNT(DISTINCT n) FROM heard").await, 50);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_between_any_two_lines_repeats_nothing_and_loses_nothing() {
    let turn = alone().await;
    for fresh in databases(&turn, TABLES).await {
        let (heard, distinct, events) = heard_after_crashes(&fresh.db).await;
        assert_eq!((heard, distinct), (events, events), "{:?}", fresh.db.dialect());
    }
    // Control: a cursor that moves in its own transaction loses what a crash interrupts.
    let _sabotage = Sabotage::of("subscription::cursor_apart");
    for fresh in databases(&turn, TABLES).await {
        let (heard, _, events) = heard_after_crashes(&fresh.db).await;
        assert!(heard < events, "the control lost nothing");
    }
}

/// Publishes while every other step is killed before its commit, so that its batch is read again; answers rows, distinct
/// rows, and how many events there were.
async fn heard_after_crashes(db: &Db) -> (i64, i64, i64) {
    let subscription = listen(db, &Arc::default());
    let (steps, batch) = (40 * times(), 25 * times());
    for step in 0..steps {
        let events = &(1..=batch).map(|n| tick("a", step * batch + n)).collect::<Vec<_>>();
        db.transact(|tx| async move { outbox::publish(&tx, &Cause::default(), events) }).await.unwrap();
        if step % 2 == 0 {
            fail_cfg("subscription::before_commit", "1*panic");
            let killed = subscription.clone();
            #[expect(clippy::disallowed_methods, reason = "the panic must end a task, not the test")]
            let died = tokio::spawn(async move { killed.step().await }).await;
            assert!(died.is_err(), "the step was killed");
            fail::remove("subscription::before_commit");
        }
        // What the dead one had locked is free as soon as its connection has been cleaned up.
        while subscription.step().await.unwrap() == Step::Elsewhere {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    let distinct = count(db, "SELECT COUNT(*) FROM (SELECT DISTINCT stream, n FROM heard) AS d").await;
    let heard = count(db, "SELECT COUNT(*) FROM heard").await;
    eprintln!("{} steps killed, {heard} of {} events heard, {distinct} of them distinct", steps / 2, steps * batch);
    (heard, distinct, steps * batch)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poisoned_stream_waits_alone_and_can_be_mended() {
    let turn = together().await;
    for fresh in databases(&turn, TABLES).await {
        let db = &fresh.db;
        let listener = Arc::new(Listener::default());
        for n in 1..=5 {
            publish(db, "poison", n).await;
            publish(db, "sound", n).await;
        }
        while_running(listen(db, &listener), db, async {
            until_heard(db, 7).await;
            for n in 6..=8 {
                publish(db, "sound", n).await;
                publish(db, "poison", n).await;
            }
            until_heard(db, 10).await;
            for _ in 0..parking::TRIES {
                fresh.clock.advance(chrono::TimeDelta::seconds(15));
                tokio::time::sleep(Duration::from_millis(1_100)).await;
                if parking::list(db).await.unwrap().first().is_some_and(|head| head.state == "parked") {
                    break;
                }
            }
        })
        .await;
        let held = parking::list(db).await.unwrap();
        let first = held.first().unwrap();
        assert_eq!((first.stream.as_str(), first.state.as_str(), first.tries), ("poison", "parked", parking::TRIES));
        assert_eq!(held.len(), 6, "3, 4, 5, 6, 7, 8 of poison wait");
        assert!(first.last_error.contains("swallow"));
        assert_eq!(count(db, "SELECT COUNT(*) FROM heard WHERE stream = 'sound'").await, 8);

        listener.cured.store(true, Ordering::SeqCst);
        assert!(parking::retry(db, "listener", "clock", first.position).await.unwrap());
        while_running(listen(db, &listener), db, until_heard(db, 16)).await;
        assert_eq!(in_order(db, "poison").await, (1..=8).collect::<Vec<_>>());
        assert!(parking::list(db).await.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_skipped_event_lets_the_others_pass() {
    let turn = together().await;
    for fresh in databases(&turn, TABLES).await {
        let db = &fresh.db;
        for n in 1..=5 {
            publish(db, "poison", n).await;
        }
        let subscription = listen(db, &Arc::default());
        subscription.step().await.unwrap();
        let head = parking::list(db).await.unwrap().remove(0);
        assert!(parking::skip(db, &head.consumer, &head.source, head.position).await.unwrap());
        assert!(!parking::skip(db, &head.consumer, &head.source, head.position).await.unwrap(), "it is gone");
        while_running(subscription, db, until_heard(db, 4)).await;
        assert_eq!(in_order(db, "poison").await, [1, 2, 4, 5]);
    }
}

/// Four replicas share one cursor: 200 streams, no inversion, nothing twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_share_a_cursor_without_inversion() {
    let turn = together().await;
    for fresh in databases(&turn, TABLES).await {
        let db = &fresh.db;
        let stop = CancellationToken::new();
        let replicas = (0..4).map(|_| listen(db, &Arc::default()).run(stop.clone()));
        let rounds = 50 * times();
        let work = async {
            for n in 1..=rounds {
                let events: Vec<_> = (0..200).map(|stream| tick(&format!("s{stream}"), n)).collect();
                let events = &events;
                db.transact(|tx| async move { outbox::publish(&tx, &Cause::default(), events) }).await.unwrap();
            }
            until_heard(db, 200 * rounds).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
            stop.cancel();
        };
        tokio::join!(futures_util::future::join_all(replicas), pg_notify::run(db.clone(), stop.clone()), work);
        assert_eq!(count(db, "SELECT COUNT(*) FROM heard").await, 200 * rounds);
        for stream in ["s0", "s99", "s199"] {
            assert_eq!(in_order(db, stream).await, (1..=rounds).collect::<Vec<_>>());
        }
    }
}

async fn in_order(db: &Db, stream: &str) -> Vec<i64> {
    use sea_orm::ConnectionTrait as _;
    let sql = "SELECT n FROM heard WHERE stream = ? ORDER BY place";
    let rows = db.reader().query_all_raw(db.dialect().statement(sql, [stream.into()])).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// A reader in its stride, whose cursor goes beside the effects, is killed before its commit, and begun again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_dies_in_its_stride_loses_and_doubles_nothing() {
    let turn = alone().await;
    for fresh in databases(&turn, TABLES).await {
        let db = &fresh.db;
        let rounds = 10;
        for round in 0..rounds {
            let reader = listen(db, &Arc::default()).run(CancellationToken::new());
            #[expect(clippy::disallowed_methods, reason = "the panic must end a task, not the test")]
            let reader = tokio::spawn(reader);
            publish(db, "a", 2 * round + 1).await;
            until_heard(db, 2 * round + 1).await;
            fail_cfg("subscription::before_commit", "1*panic");
            publish(db, "a", 2 * round + 2).await;
            assert!(reader.await.is_err(), "the reader was killed");
            fail::remove("subscription::before_commit");
            assert_eq!(count(db, "SELECT COUNT(*) FROM heard").await, 2 * round + 1, "before its commit");
        }
        let subscription = listen(db, &Arc::default());
        while subscription.step().await.unwrap() != Step::Idle {}
        assert_eq!(count(db, "SELECT COUNT(*) FROM heard").await, 2 * rounds);
        assert_eq!(count(db, "SELECT COUNT(DISTINCT n) FROM heard").await, 2 * rounds);
    }
}

/// How often two events were applied when another process has brought the cursor on behind a reader's back.
async fn heard_behind_its_back(fresh: &Fresh) -> i64 {
    let (db, elsewhere) = (&fresh.db, fresh.reopened().await);
    let stop = CancellationToken::new();
    let story = async {
        publish(&elsewhere, "a", 1).await;
        until_heard(db, 1).await;
        // The reader hears of this only by its poll: nothing tells it of another process.
        publish(&elsewhere, "a", 2).await;
        assert_eq!(listen(&elsewhere, &Arc::default()).step().await.unwrap(), Step::Applied(1));
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        stop.cancel();
    };
    tokio::join!(listen(db, &Arc::default()).run(stop.clone()), story);
    count(db, "SELECT COUNT(*) FROM heard").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_whose_cursor_another_has_moved_keeps_nothing() {
    let turn = alone().await;
    for fresh in databases(&turn, TABLES).await {
        assert_eq!(heard_behind_its_back(&fresh).await, 2, "{:?}", fresh.db.dialect());
    }
    // Control: a reader that does not look whether its cursor went with it.
    let _sabotage = Sabotage::of("subscription::cursor_unchecked");
    for fresh in databases(&turn, TABLES).await {
        assert_eq!(heard_behind_its_back(&fresh).await, 3, "the control applied nothing twice");
    }
}

/// A reader that waits for an event goes where its cursor is put, without another event.
#[tokio::test]
async fn an_idle_reader_follows_its_cursor() {
    let turn = together().await;
    for fresh in databases(&turn, TABLES).await {
        let (db, stop) = (&fresh.db, CancellationToken::new());
        for n in 1..=3 {
            publish(db, "clock", n).await;
        }
        let listener = Arc::<Listener>::default();
        let story = async {
            until_heard(db, 3).await;
            listen(db, &listener).seek(1).await.unwrap();
            until_heard(db, 5).await;
            stop.cancel();
        };
        tokio::join!(listen(db, &listener).run(stop.clone()), story);
        let again = count(db, "SELECT COUNT(*) FROM heard WHERE n = 1").await;
        assert_eq!(again, 1, "the cursor stands behind the first event");
    }
}
