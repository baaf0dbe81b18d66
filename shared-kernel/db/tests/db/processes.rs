//! Several processes on one Postgres: each has a runtime and connections of its own, and dies with them.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use kernel::{Envelope, Seams};
use kernel_db::{
    Bus, Cause, Db, DbError, Durability, Feed as _, LocalFeed, Reaction, ReactionError, Subscription, Target, Tx,
    Write, outbox, pg_notify,
};
use tokio::{
    runtime::{Builder, Runtime},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use crate::harness::{ClockEvent, count, own_schema, prepared, tick, together};

const TABLES: &str = "CREATE TABLE heard (id @serial, process @int NOT NULL, consumer @text NOT NULL, \
                      stream @text NOT NULL, n @int NOT NULL);";

const CONSUMERS: [&str; 2] = ["left", "right"];

/// The longest that the death or the standstill of a process may delay the others.
const TAKEOVER: Duration = Duration::from_secs(10);

/// Takes its time with each event, in the middle of its transaction; at event `freezes_at` for ever.
struct Listener {
    process: i64,
    consumer: &'static str,
    freezes_at: Option<i64>,
}

#[async_trait]
impl Reaction for Listener {
    async fn react(&self, tx: &Tx, event: &Envelope) -> Result<(), ReactionError> {
        let ClockEvent::Ticked(ticked) = event.event()? else { return Ok(()) };
        let values = [self.process.into(), self.consumer.into(), ticked.stream.into(), ticked.n.into()];
        // With the first of these goes the cursor, if it has not been moved before.
        let heard = "INSERT INTO heard (process, consumer, stream, n) VALUES (?, ?, ?, ?)";
        tx.run_all(vec![Write::new(heard, values)]).await?;
        tokio::time::sleep(Duration::from_micros(300)).await;
        if self.freezes_at.is_some_and(|position| event.position >= position) {
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

async fn open(target: &Target) -> Db {
    Db::open("clock", target, Durability::Full, Bus::default(), Seams::system()).await.unwrap()
}

/// A process that reads with both consumers, and hears what others publish.
fn start(target: &Target, process: i64, freezes_at: Option<i64>) -> Runtime {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let target = target.clone();
    runtime.spawn(async move {
        let (db, stop) = (open(&target).await, CancellationToken::new());
        let readers = CONSUMERS.map(|consumer| {
            let listener = Arc::new(Listener { process, consumer, freezes_at });
            Subscription::new(&db, consumer, Arc::new(LocalFeed::of(&db)), listener).run(stop.clone())
        });
        tokio::join!(pg_notify::run(db, stop.clone()), futures_util::future::join_all(readers));
    });
    runtime
}

async fn publish(db: &Db, streams: i64, n: i64) {
    let events: &Vec<_> = &(0..streams).map(|stream| tick(&format!("s{stream}"), n)).collect();
    db.transact(|tx| async move { outbox::publish(&tx, &Cause::default(), events) }).await.unwrap();
}

async fn heard(db: &Db) -> i64 {
    count(db, "SELECT COUNT(*) FROM heard").await
}

async fn until_heard(db: &Db, rows: i64) -> Duration {
    let began = Instant::now();
    while heard(db).await < rows {
        assert!(began.elapsed() < Duration::from_mins(1), "only {} of {rows} heard", heard(db).await);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    began.elapsed()
}

/// Nothing lost, nothing doubled, every stream in order, for each consumer.
async fn assert_whole(db: &Db, events: i64) {
    for consumer in CONSUMERS {
        let rows = format!("SELECT COUNT(*) FROM heard WHERE consumer = '{consumer}'");
        let distinct = format!(
            "SELECT COUNT(*) FROM (SELECT DISTINCT stream, n FROM heard WHERE consumer = '{consumer}') AS distinct_rows"
        );
        assert_eq!((count(db, &rows).await, count(db, &distinct).await), (events, events), "{consumer}");
    }
    let inversions = "SELECT COUNT(*) FROM (SELECT n - LAG(n, 1, CAST(0 AS bigint)) \
                      OVER (PARTITION BY consumer, stream ORDER BY id) AS step FROM heard) AS steps WHERE step <> 1";
    assert_eq!(count(db, inversions).await, 0, "streams keep their order");
}

/// Four processes, two consumers; whichever applied last is killed, twice, while events keep coming.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killing_a_process_loses_nothing_and_doubles_nothing() {
    let turn = together().await;
    let Some(target) = own_schema(&turn) else { return eprintln!("SKIPPED: BANYAN_TEST_POSTGRES is not set") };
    let fresh = prepared(&target, TABLES).await;
    let db = &fresh.db;
    let (streams, rounds) = (20, 150);
    let mut processes: Vec<Option<Runtime>> = (0..4).map(|process| Some(start(&target, process, None))).collect();
    let write = async {
        for n in 1..=rounds {
            publish(db, streams, n).await;
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    };
    let kill = async {
        for at in [1_000, 2_500] {
            until_heard(db, at).await;
            let last = count(db, "SELECT process FROM heard ORDER BY id DESC LIMIT 1").await;
            let killed = processes[usize::try_from(last).unwrap()].take().expect("a dead process applies nothing");
            killed.shutdown_background();
            let reached = heard(db).await;
            let takeover = until_heard(db, reached + 100).await;
            eprintln!("process {last} was killed at {reached} rows; the next hundred took {takeover:?}");
            assert!(takeover < TAKEOVER, "{takeover:?}");
        }
    };
    tokio::join!(write, kill);
    let events = streams * rounds;
    until_heard(db, 2 * events).await;
    assert_whole(db, events).await;
    processes.into_iter().flatten().for_each(Runtime::shutdown_background);
}

/// A process that stands still in the middle of a transaction, its connections open, holds the others up no longer
/// than a dead one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_stands_still_is_passed_by() {
    let turn = together().await;
    let Some(target) = own_schema(&turn) else { return eprintln!("SKIPPED: BANYAN_TEST_POSTGRES is not set") };
    let fresh = prepared(&target, TABLES).await;
    let db = &fresh.db;
    let frozen = start(&target, 0, Some(51));
    publish(db, 50, 1).await;
    until_heard(db, 100).await;
    publish(db, 50, 2).await;
    // Longer than a poll: by then it has the second batch in its hands.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let sound = start(&target, 1, None);
    let takeover = until_heard(db, 200).await;
    eprintln!("the frozen process was passed by after {takeover:?}");
    assert!(takeover > Duration::from_secs(5), "it was not frozen");
    assert!(takeover < TAKEOVER, "{takeover:?}");
    assert_whole(db, 100).await;
    frozen.shutdown_background();
    sound.shutdown_background();
}

/// What one process commits, the others hear of without polling.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn news_crosses_processes_in_milliseconds() {
    let turn = together().await;
    let Some(target) = own_schema(&turn) else { return eprintln!("SKIPPED: BANYAN_TEST_POSTGRES is not set") };
    let fresh = prepared(&target, TABLES).await;
    let (writer, hearer) = (&fresh.db, open(&target).await);
    let stop = CancellationToken::new();
    let mut news = LocalFeed::of(&hearer).news();
    let story = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let mut waits = Vec::new();
        for n in 1..=20 {
            news.mark_unchanged();
            let began = Instant::now();
            publish(writer, 1, n).await;
            tokio::time::timeout(Duration::from_secs(2), news.changed()).await.expect("news").unwrap();
            assert_eq!(*news.borrow(), n);
            waits.push(began.elapsed());
        }
        stop.cancel();
        waits.sort();
        eprintln!("commit and news in another process: median {:?}, longest {:?}", waits[10], waits[19]);
        assert!(waits[10] < Duration::from_millis(300), "{waits:?}");
        Ok::<_, DbError>(())
    };
    let ((), (), done) =
        tokio::join!(pg_notify::run(writer.clone(), stop.clone()), pg_notify::run(hearer.clone(), stop.clone()), story);
    done.unwrap();
}
