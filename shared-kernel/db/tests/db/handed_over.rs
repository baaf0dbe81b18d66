//! On Postgres the sequencer hands what it numbers to the readers of its process, and their commits wait for no disk.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::Envelope;
use kernel_db::{
    Bus, Cause, Db, DbError, LocalFeed, Reaction, ReactionError, Subscription, Tx, outbox, sequencer,
    subscription::Step,
};

use crate::harness::{count, postgres, tick, together};

const TABLES: &str = "CREATE TABLE heard (position @int PRIMARY KEY, commits @text NOT NULL) @strict;";

/// Notes what it hears, and how its transaction commits.
struct Listener;

#[async_trait]
impl Reaction for Listener {
    async fn react(&self, tx: &Tx, event: &Envelope) -> Result<(), ReactionError> {
        let commits = waits_for_the_disk(tx).await?;
        tx.run("INSERT INTO heard VALUES (?, ?)", [event.position.into(), commits.into()]).await?;
        Ok(())
    }
}

async fn waits_for_the_disk(tx: &Tx) -> Result<String, DbError> {
    Ok(tx.row("SELECT current_setting('synchronous_commit')", []).await?.unwrap().try_get_by_index(0)?)
}

fn subscription(db: &Db) -> Subscription {
    Subscription::new(db, "listener", Arc::new(LocalFeed::of(db)), Arc::new(Listener))
}

async fn publish(db: &Db, n: i64) {
    let events = &[tick("a", n)];
    db.transact(|tx| async move { outbox::publish(&tx, &Cause::default(), events).await }).await.unwrap();
    assert_eq!(sequencer::number(db).await.unwrap(), 1);
}

#[tokio::test]
async fn readers_need_no_table_for_what_their_process_has_numbered() {
    let turn = together().await;
    let Some(fresh) = postgres(&turn, TABLES, Bus::default()).await else {
        return eprintln!("SKIPPED: BANYAN_TEST_POSTGRES is not set");
    };
    let db = &fresh.db;
    publish(db, 1).await;
    assert_eq!(subscription(db).step().await.unwrap(), Step::Applied(1));
    publish(db, 2).await;
    publish(db, 3).await;
    db.transact(|tx| async move { tx.run("DELETE FROM outbox WHERE position > 1", []).await }).await.unwrap();
    assert_eq!(
        subscription(&fresh.reopened().await).step().await.unwrap(),
        Step::Idle,
        "another process reads the table"
    );
    assert_eq!(subscription(db).step().await.unwrap(), Step::Applied(2));
    assert_eq!(count(db, "SELECT COUNT(*) FROM heard").await, 3);
}

#[tokio::test]
async fn a_reaction_s_commit_waits_for_no_disk_and_every_other_does() {
    let turn = together().await;
    let Some(fresh) = postgres(&turn, TABLES, Bus::default()).await else {
        return eprintln!("SKIPPED: BANYAN_TEST_POSTGRES is not set");
    };
    let db = &fresh.db;
    for n in 1..=3 {
        publish(db, n).await;
        subscription(db).step().await.unwrap();
        let next = db.transact(|tx| async move { waits_for_the_disk(&tx).await }).await.unwrap();
        assert_eq!(next, "on", "the transaction that the reaction's commit has begun");
    }
    assert_eq!(count(db, "SELECT COUNT(*) FROM heard WHERE commits = 'off'").await, 3);
}
