//! What a process commits it hands to its own readers; and on Postgres their commits wait for no disk.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::Envelope;
use kernel_db::{
    Bus, Cause, Db, DbError, Feed as _, LocalFeed, Place, Reaction, ReactionError, Subscription, Tx, outbox,
    subscription::Step,
};

use sea_orm::ConnectionTrait as _;

use crate::harness::{count, databases, postgres, tick, together};

const TABLES: &str = "CREATE TABLE heard (position @int PRIMARY KEY, commits @text NOT NULL) @strict;";

/// Notes with each commit, at its very end, whether it waits for the disk.
const COMMITS: &str = "CREATE FUNCTION note_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     UPDATE heard SET commits = current_setting('synchronous_commit') WHERE position = NEW.position; RETURN NULL; END $$; \
     CREATE CONSTRAINT TRIGGER heard_commit AFTER INSERT ON heard DEFERRABLE INITIALLY DEFERRED \
     FOR EACH ROW EXECUTE FUNCTION note_commit()";

/// Notes what it hears.
struct Listener;

#[async_trait]
impl Reaction for Listener {
    async fn react(&self, tx: &Tx, event: &Envelope) -> Result<(), ReactionError> {
        tx.run("INSERT INTO heard VALUES (?, 'unknown')", [event.position.into()]).await?;
        Ok(())
    }
}

async fn waits_for_the_disk(tx: &Tx) -> Result<String, DbError> {
    Ok(tx.row("SELECT current_setting('synchronous_commit')", []).await?.unwrap().try_get_by_index(0)?)
}

/// As [`Listener`], and answers an event by another, but not that one.
struct Echo;

#[async_trait]
impl Reaction for Echo {
    async fn react(&self, tx: &Tx, event: &Envelope) -> Result<(), ReactionError> {
        if event.stream == "a" {
            outbox::publish(tx, &Cause::from(event), &[tick("echo", event.streamversion)])?;
        }
        Listener.react(tx, event).await
    }
}

fn subscription(db: &Db) -> Subscription {
    Subscription::new(db, "listener", Arc::new(LocalFeed::of(db)), Arc::new(Listener))
}

async fn publish(db: &Db, n: i64) {
    let events = &[tick("a", n)];
    db.transact(|tx| async move { outbox::publish(&tx, &Cause::default(), events) }).await.unwrap();
}

#[tokio::test]
async fn readers_need_no_table_for_what_their_process_has_committed() {
    let turn = together().await;
    for fresh in databases(&turn, TABLES).await {
        let db = &fresh.db;
        publish(db, 1).await;
        let told = LocalFeed::of(db).read(Place::START, 9).await.unwrap();
        let kept = LocalFeed::of(&fresh.reopened().await).read(Place::START, 9).await.unwrap();
        assert_eq!(format!("{told:?}"), format!("{kept:?}"), "the table has the same event");
        assert_eq!(subscription(db).step().await.unwrap(), Step::Applied(1));
        publish(db, 2).await;
        publish(db, 3).await;
        db.transact(|tx| async move { tx.run("DELETE FROM outbox WHERE position > 1", []).await }).await.unwrap();
        let elsewhere = subscription(&fresh.reopened().await).step().await.unwrap();
        assert_eq!(elsewhere, Step::Idle, "another process reads the table");
        assert_eq!(subscription(db).step().await.unwrap(), Step::Applied(2));
        assert_eq!(count(db, "SELECT COUNT(*) FROM heard").await, 3);
    }
}

#[tokio::test]
async fn a_reaction_s_commit_waits_for_no_disk_and_every_other_does() {
    let turn = together().await;
    let Some(fresh) = postgres(&turn, TABLES, Bus::default()).await else {
        return eprintln!("SKIPPED: BANYAN_TEST_POSTGRES is not set");
    };
    let db = &fresh.db;
    db.migration_connection().execute_unprepared(COMMITS).await.unwrap();
    for n in 1..=3 {
        publish(db, n).await;
        subscription(db).step().await.unwrap();
        let next = db.transact(|tx| async move { waits_for_the_disk(&tx).await }).await.unwrap();
        assert_eq!(next, "on", "the transaction that the reaction's commit has begun");
    }
    assert_eq!(count(db, "SELECT COUNT(*) FROM heard WHERE commits = 'off'").await, 3);
}

/// Its position must not come back with another event.
#[tokio::test]
async fn a_reaction_that_publishes_waits_for_the_disk() {
    let turn = together().await;
    let Some(fresh) = postgres(&turn, TABLES, Bus::default()).await else {
        return eprintln!("SKIPPED: BANYAN_TEST_POSTGRES is not set");
    };
    let db = &fresh.db;
    db.migration_connection().execute_unprepared(COMMITS).await.unwrap();
    publish(db, 1).await;
    let subscription = Subscription::new(db, "listener", Arc::new(LocalFeed::of(db)), Arc::new(Echo));
    while subscription.step().await.unwrap() != Step::Idle {}
    assert_eq!(count(db, "SELECT COUNT(*) FROM heard WHERE position = 1 AND commits = 'on'").await, 1);
    assert_eq!(count(db, "SELECT COUNT(*) FROM heard WHERE position = 2 AND commits = 'off'").await, 1);
}
