//! News that does not concern a reader costs it no transaction, and nothing is lost or repeated by that.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use kernel::Envelope;
use kernel_db::{
    Bus, Cause, Db, LocalFeed, Reacted, Reaction, ReactionError, Subscription, Tx, outbox, subscription::Step,
};
use tokio_util::sync::CancellationToken;

use crate::harness::{Fresh, count, databases, postgres, sqlite, tick, together};

const TABLES: &str = "CREATE TABLE heard (stream @text NOT NULL, n @int NOT NULL) @strict;";

/// Only what is loud concerns it.
struct Deafish;

#[async_trait]
impl Reaction for Deafish {
    fn concerns(&self, event: &Envelope) -> bool {
        event.stream.starts_with("loud")
    }

    async fn react(&self, tx: &Tx, event: &Envelope) -> Result<(), ReactionError> {
        tx.run("INSERT INTO heard VALUES (?, ?)", [event.stream.clone().into(), event.streamversion.into()]).await?;
        Ok(())
    }
}

fn listener(db: &Db) -> Subscription {
    Subscription::new(db, "listener", Arc::new(LocalFeed::of(db)), Arc::new(Deafish))
}

async fn publish(db: &Db, stream: &str, versions: std::ops::RangeInclusive<i64>) {
    for n in versions {
        let event = [tick(stream, n)];
        db.transact(|tx| async { outbox::publish(&{ tx }, &Cause::default(), &event) }).await.unwrap();
    }
}

async fn heard(db: &Db) -> (i64, i64) {
    let distinct = "SELECT COUNT(*) FROM (SELECT DISTINCT stream, n FROM heard) AS d";
    (count(db, "SELECT COUNT(*) FROM heard").await, count(db, distinct).await)
}

async fn until(what: &str, done: impl AsyncFn() -> bool) {
    for _ in 0..1_000 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not in ten seconds: {what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_passes_by_what_concerns_nobody_and_stands_behind_it() {
    let turn = together().await;
    for fresh in databases(&turn, TABLES).await {
        let (db, subscription) = (&fresh.db, listener(&fresh.db));
        publish(db, "quiet", 1..=5).await;
        assert_eq!(subscription.step().await.unwrap(), Step::Applied(5));
        assert_eq!((subscription.position().await.unwrap(), heard(db).await), (5, (0, 0)));
        publish(db, "loud", 1..=2).await;
        publish(db, "quiet", 6..=7).await;
        assert_eq!(subscription.step().await.unwrap(), Step::Applied(4));
        assert_eq!((subscription.position().await.unwrap(), heard(db).await), (9, (2, 2)));
        assert_eq!(subscription.step().await.unwrap(), Step::Idle);
    }
}

/// While one reads on in memory another moves the cursor: each event has its effect once, and none is missed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_readers_of_one_cursor_neither_repeat_nor_miss() {
    let turn = together().await;
    for fresh in databases(&turn, TABLES).await {
        let (db, stop) = (&fresh.db, CancellationToken::new());
        let work = async {
            for round in 0..8 {
                publish(db, "quiet", (round * 3 + 1)..=(round * 3 + 3)).await;
                if round % 2 == 0 {
                    listener(db).step().await.unwrap();
                }
                publish(db, "loud", (round + 1)..=(round + 1)).await;
            }
            until("everything loud is heard", async || heard(db).await.0 >= 8).await;
            until("the cursors follow", async || listener(db).position().await.unwrap() == 32).await;
            stop.cancel();
        };
        tokio::join!(listener(db).run(stop.clone()), listener(db).run(stop.clone()), work);
        assert_eq!(heard(db).await, (8, 8), "{:?}", db.dialect());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bus_tells_how_long_a_reaction_took() {
    let turn = together().await;
    let told: Arc<Mutex<Vec<Reacted>>> = Arc::default();
    let bus = || {
        let (bus, told) = (Bus::default(), Arc::clone(&told));
        bus.observe(move |reacted| told.lock().unwrap().push(reacted));
        bus
    };
    let mut all: Vec<Fresh> = vec![sqlite(&turn, TABLES, bus()).await];
    all.extend(postgres(&turn, TABLES, bus()).await);
    for fresh in &all {
        publish(&fresh.db, "loud", 1..=1).await;
        tokio::time::sleep(Duration::from_millis(60)).await;
        listener(&fresh.db).step().await.unwrap();
        publish(&fresh.db, "quiet", 1..=1).await;
        listener(&fresh.db).step().await.unwrap();
        let told = std::mem::take(&mut *told.lock().unwrap());
        let [Reacted { consumer: "listener", source: "clock", after }] = told[..] else { panic!("{told:?}") };
        assert!((Duration::from_millis(60)..Duration::from_secs(20)).contains(&after), "{after:?}");
    }
}
