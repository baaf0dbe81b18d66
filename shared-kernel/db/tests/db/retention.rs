//! Old events go when every reader has passed them, and not before.

use chrono::TimeDelta;
use kernel_db::{Cause, Db, feed, outbox, reader, retention};

use crate::harness::{count, databases, tick, together};

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
        assert_eq!(retention::forget_events(db, 6).await.unwrap(), 0, "young");
        fresh.clock.advance(TimeDelta::days(8));
        assert_eq!(retention::forget_events(db, 4).await.unwrap(), 3, "the event at the slowest cursor stays");
        publish(db, 7..=7).await;
        assert_eq!(feed::head(db).await.unwrap(), 7);
        assert_eq!(oldest(db).await, 4);
        assert_eq!(retention::forget_events(db, 7).await.unwrap(), 3, "7 is young, and a cursor stands there");
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
        retention::forget_events(db, 20).await.unwrap();
        assert_eq!(oldest(db).await, 3);
        fresh.clock.advance(TimeDelta::days(29));
        reader::note(db, "quick", 12).await.unwrap();
        retention::forget_events(db, 20).await.unwrap();
        assert_eq!(oldest(db).await, 3, "the slow one may still come back");
        fresh.clock.advance(TimeDelta::days(2));
        retention::forget_events(db, 20).await.unwrap();
        assert_eq!(oldest(db).await, 12);
        let readers = reader::list(db).await.unwrap();
        let seen: Vec<_> = readers.iter().map(|reader| (reader.consumer.as_str(), reader.position)).collect();
        assert_eq!(seen, [("quick", 12), ("slow", 3)]);
    }
}
