//! A log that is not the one that was read, or has lost what comes next, is noticed and never skipped.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use kernel::Envelope;
use kernel_db::{
    Cause, Db, DbError, Dialect, Feed as _, LocalFeed, Place, Reaction, ReactionError, Subscription,
    SubscriptionFailure, Tx, outbox,
};
use sea_orm::ConnectionTrait as _;
use tokio_util::sync::CancellationToken;

use crate::harness::{count, databases, tick, together};

const TABLES: &str = "CREATE TABLE heard (position @int PRIMARY KEY) @strict;";

/// Notes the positions that it hears of; the same one twice is an error.
struct Listener;

#[async_trait]
impl Reaction for Listener {
    async fn react(&self, tx: &Tx, event: &Envelope) -> Result<(), ReactionError> {
        tx.run("INSERT INTO heard VALUES (?)", [event.position.into()]).await?;
        Ok(())
    }
}

fn subscription(db: &Db) -> Subscription {
    Subscription::new(db, "listener", Arc::new(LocalFeed::of(db)), Arc::new(Listener))
}

async fn publish(db: &Db, events: i64) {
    let events: &Vec<_> = &(1..=events).map(|n| tick("a", n)).collect();
    db.transact(|tx| async move { outbox::publish(&tx, &Cause::default(), events) }).await.unwrap();
}

/// As if the log had been restored from a backup made when it reached `position`.
async fn restore(db: &Db, position: i64) {
    let head = match db.dialect() {
        Dialect::Sqlite => "UPDATE sqlite_sequence SET seq = ? WHERE name = 'outbox'",
        Dialect::Postgres => "UPDATE outbox_head SET position = ?",
    };
    db.transact(|tx| async move {
        tx.run("DELETE FROM outbox WHERE position > ?", [position.into()]).await?;
        tx.run(head, [position.into()]).await
    })
    .await
    .unwrap();
}

async fn heard(db: &Db) -> i64 {
    count(db, "SELECT COUNT(*) FROM heard").await
}

fn went_back(error: &DbError) -> (i64, i64) {
    match error {
        DbError::FeedWentBack { feed, position, head } if feed == "clock" => (*position, *head),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_log_that_went_back_is_noticed_however_far_it_has_grown_again() {
    let turn = together().await;
    for fresh in databases(&turn, TABLES).await {
        let db = &fresh.db;
        let reader = subscription(db);
        publish(db, 100).await;
        reader.step().await.unwrap();
        restore(db, 50).await;
        assert_eq!(went_back(&reader.step().await.unwrap_err()), (100, 50));
        publish(db, 49).await;
        assert_eq!(went_back(&reader.step().await.unwrap_err()), (100, 99));
        publish(db, 1).await;
        assert_eq!(went_back(&reader.step().await.unwrap_err()), (100, 100), "the same length, another event");
        publish(db, 30).await;
        let error = reader.step().await.unwrap_err();
        assert_eq!(went_back(&error), (100, 130), "{:?}", db.dialect());
        assert!(error.to_string().contains("banyan events seek"), "{error}");
        assert_eq!((heard(db).await, reader.position().await.unwrap()), (100, 100), "nothing was applied");
    }
}

/// Control: without the id of the last event a log that has grown past the cursor again is read on.
#[tokio::test]
async fn a_cursor_without_the_event_s_id_would_notice_nothing() {
    let turn = together().await;
    for fresh in databases(&turn, TABLES).await {
        let db = &fresh.db;
        publish(db, 100).await;
        subscription(db).step().await.unwrap();
        restore(db, 50).await;
        publish(db, 80).await;
        db.transact(|tx| async move { tx.run("UPDATE subscription SET event_id = NULL", []).await }).await.unwrap();
        subscription(db).step().await.unwrap();
        assert_eq!(heard(db).await, 130, "events 51 to 100 of the new log were skipped");
    }
}

#[tokio::test]
async fn what_was_retired_before_it_was_read_is_noticed() {
    let turn = together().await;
    for fresh in databases(&turn, TABLES).await {
        publish(&fresh.db, 100).await;
        let delete = "DELETE FROM outbox WHERE position <= 60";
        fresh.db.transact(|tx| async move { tx.run(delete, []).await }).await.unwrap();
        // Whoever has numbered them may still know them; a process that starts does not.
        let db = &fresh.reopened().await;
        let feed = LocalFeed::of(db);
        for position in [0, 1, 20, 59] {
            let read = feed.read(Place { position, event_id: None }, 10).await;
            assert!(
                matches!(&read, Err(DbError::FeedRetired { position: at, first: 61, .. }) if *at == position),
                "{position}: {read:?}"
            );
        }
        for position in [60, 61, 90] {
            let feed = LocalFeed::of(&fresh.reopened().await);
            let read = feed.read(Place { position, event_id: None }, 10).await.unwrap();
            let read: Vec<_> = read.iter().map(|event| event.position).collect();
            assert_eq!(read, (position + 1..=position + 10).collect::<Vec<_>>());
        }
        assert!(feed.read(Place { position: 100, event_id: None }, 10).await.unwrap().is_empty());
        assert!(subscription(db).step().await.unwrap_err().strands_reader());
        assert_eq!(heard(db).await, 0);
    }
}

async fn until(db: &Db, what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let started = tokio::time::Instant::now();
    while !holds().await {
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "{what}, {:?}: {:?}",
            db.dialect(),
            db.subscription_failures()
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A running subscription stops, says why to whoever asks, and goes on when a person has moved its cursor.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranded_subscription_shows_it_and_goes_on_when_told_where() {
    let turn = together().await;
    for fresh in databases(&turn, TABLES).await {
        let db = &fresh.db;
        publish(db, 100).await;
        let (reader, stop) = (subscription(db), CancellationToken::new());
        let story = async {
            until(db, "all heard", async || heard(db).await == 100).await;
            assert_eq!(reader.failure(), None);
            restore(db, 50).await;
            publish(db, 70).await;
            until(db, "failure", async || reader.failure().is_some_and(|failure| failure.stranded)).await;
            let SubscriptionFailure { consumer, source, detail, .. } = db.subscription_failures().remove(0);
            assert_eq!((consumer, source), ("listener", "clock"));
            assert!(detail.contains("the feed of clock went back: event 100"), "{detail}");
            tokio::time::sleep(Duration::from_millis(500)).await;
            assert_eq!(heard(db).await, 100, "it applies nothing");
            for nowhere in [-1, 121] {
                assert!(reader.seek(nowhere).await.unwrap_err().to_string().contains("reaches event 120"));
            }
            reader.seek(100).await.unwrap();
            until(db, "the rest", async || heard(db).await == 120).await;
            until(db, "no failure", async || reader.failure().is_none()).await;
            stop.cancel();
        };
        tokio::join!(reader.clone().run(stop.clone()), story);
    }
}

#[tokio::test]
async fn an_empty_log_is_no_trouble() {
    let turn = together().await;
    for fresh in databases(&turn, TABLES).await {
        assert_eq!(subscription(&fresh.db).step().await.unwrap(), kernel_db::subscription::Step::Idle);
        let rows =
            fresh.db.reader().query_all_raw(fresh.db.dialect().statement("SELECT consumer FROM subscription", []));
        assert!(rows.await.unwrap().is_empty());
    }
}
