//! Transactions that the commit before has begun, on Postgres.

use std::time::Duration;

use kernel_db::{Db, DbError, Tx};
use sea_orm::ConnectionTrait as _;

use crate::harness::{count, postgres, together};

const TABLES: &str = "CREATE TABLE note (n @int PRIMARY KEY) @strict;";

/// What nobody takes is given up after a quarter of this.
const LONG_AFTER: Duration = Duration::from_secs(1);

/// Writes a note; answers which of the server's processes did it.
async fn note(db: &Db, n: i64) -> Result<i32, DbError> {
    db.transact(|tx| async move {
        tx.run("INSERT INTO note VALUES (?)", [n.into()]).await?;
        server_process(&tx).await
    })
    .await
}

async fn server_process(tx: &Tx) -> Result<i32, DbError> {
    Ok(tx.row("SELECT pg_backend_pid()", []).await?.unwrap().try_get_by_index(0)?)
}

/// How many of the module's transactions are begun and do nothing.
async fn idle(db: &Db) -> i64 {
    let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE state = 'idle in transaction' \
               AND application_name = 'banyan-' || current_schema()";
    count(db, sql).await
}

#[tokio::test]
async fn a_commit_begins_the_next_transaction_and_nothing_stays_begun() {
    let turn = together().await;
    let Some(fresh) = postgres(&turn, TABLES, kernel_db::Bus::default()).await else {
        return eprintln!("SKIPPED: BANYAN_TEST_POSTGRES is not set");
    };
    let (db, elsewhere) = (&fresh.db, &fresh.reopened().await);
    let first = note(db, 1).await.unwrap();
    assert_eq!(idle(elsewhere).await, 1, "the next transaction is begun");
    assert_eq!(count(elsewhere, "SELECT COUNT(*) FROM note").await, 1, "and the last one is committed");
    assert_eq!(note(db, 2).await.unwrap(), first, "it is taken by the next who writes");
    assert!(note(db, 2).await.is_err(), "what fails leaves nothing");
    assert_eq!(note(db, 3).await.ok().map(|_| ()), Some(()));
    assert_eq!(count(elsewhere, "SELECT COUNT(*) FROM note").await, 3);
    tokio::time::sleep(LONG_AFTER).await;
    assert_eq!(idle(elsewhere).await, 0, "what nobody takes is given up");
    note(db, 4).await.unwrap();
    db.close().await.unwrap();
    assert_eq!((idle(elsewhere).await, count(elsewhere, "SELECT COUNT(*) FROM note").await), (0, 4));
}

/// The server may end a connection on which nothing but a `BEGIN` has happened; whoever takes it does not notice.
#[tokio::test]
async fn a_begun_transaction_whose_connection_is_lost_is_begun_again() {
    let turn = together().await;
    let Some(fresh) = postgres(&turn, TABLES, kernel_db::Bus::default()).await else {
        return eprintln!("SKIPPED: BANYAN_TEST_POSTGRES is not set");
    };
    let (db, elsewhere) = (&fresh.db, &fresh.reopened().await);
    for n in 1..=5 {
        let process = note(db, n).await.unwrap();
        let kill = elsewhere.dialect().statement("SELECT pg_terminate_backend(?)", [process.into()]);
        elsewhere.reader().query_all_raw(kill).await.unwrap();
    }
    assert_eq!(count(elsewhere, "SELECT COUNT(*) FROM note").await, 5);
}

/// Several write at once: more transactions than are kept, and all of them end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_of_writers_leaves_room_for_readers() {
    let turn = together().await;
    let Some(fresh) = postgres(&turn, TABLES, kernel_db::Bus::default()).await else {
        return eprintln!("SKIPPED: BANYAN_TEST_POSTGRES is not set");
    };
    let (db, elsewhere) = (&fresh.db, &fresh.reopened().await);
    for round in 0..5 {
        let wrote = futures_util::future::join_all((0..50).map(|n| note(db, round * 50 + n))).await;
        assert!(wrote.iter().all(Result::is_ok), "{wrote:?}");
        assert!((1..=4).contains(&idle(elsewhere).await), "a few stay begun");
        assert_eq!(count(db, "SELECT COUNT(*) FROM note").await, (round + 1) * 50);
    }
    tokio::time::sleep(LONG_AFTER).await;
    assert_eq!(idle(elsewhere).await, 0);
}

/// A store that is dropped after its runtime, as at the end of a program, drops what it keeps without one.
#[test]
fn a_store_may_outlive_its_runtime() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let kept = runtime.block_on(async {
        let turn = together().await;
        let fresh = postgres(&turn, TABLES, kernel_db::Bus::default()).await?;
        note(&fresh.db, 1).await.unwrap();
        Some(fresh.db.clone())
    });
    drop(runtime);
    drop(kept);
}
