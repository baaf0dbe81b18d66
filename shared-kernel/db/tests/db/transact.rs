//! One way to write: all or nothing, alone or in a crowd.

use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::future::join_all;
use kernel_db::{DbError, Dialect, Durability, Target, Write, dialect};
use sea_orm::ConnectionTrait as _;

use crate::harness::{count, databases, sqlite, together};

const TABLES: &str = "CREATE TABLE note (n @int PRIMARY KEY, text @text NOT NULL) @strict;
                      CREATE TABLE purse (owner @text PRIMARY KEY, pence @int NOT NULL CHECK (pence >= 0)) @strict;";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_shares_commits_and_a_failure_stays_alone() {
    let turn = together().await;
    for fresh in databases(&turn, TABLES).await {
        let db = &fresh.db;
        let results = join_all((0..200_i64).map(|n| async move {
            db.transact(|tx| async move {
                tx.run("INSERT INTO note VALUES (?, 'kept')", [n.into()]).await?;
                if n % 7 == 0 { Err(DbError::Setup("refused".to_owned())) } else { Ok(n) }
            })
            .await
        }))
        .await;
        let kept = results.iter().filter(|result| result.is_ok()).count();
        assert_eq!((kept, count(db, "SELECT COUNT(*) FROM note").await), (171, 171), "{:?}", db.dialect());
        assert_eq!(count(db, "SELECT COUNT(*) FROM note WHERE n % 7 = 0").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_caller_leaves_no_half_work_and_hurts_nobody() {
    let turn = together().await;
    let fresh = sqlite(&turn, TABLES, kernel_db::Bus::default()).await;
    let db = &fresh.db;
    let others = join_all((0..100_i64).map(|n| async move {
        let work = db.transact(|tx| async move {
            tx.run("INSERT INTO note VALUES (?, 'first half')", [n.into()]).await?;
            if n % 10 == 3 {
                std::future::pending::<()>().await;
            }
            tx.run("UPDATE note SET text = 'whole' WHERE n = ?", [n.into()]).await?;
            Ok::<_, DbError>(())
        });
        if n % 10 == 3 {
            let gone = tokio::time::timeout(std::time::Duration::from_millis(20), work).await;
            assert!(gone.is_err());
        } else {
            work.await.unwrap();
        }
    }));
    tokio::time::timeout(std::time::Duration::from_secs(20), others).await.expect("nobody hangs");
    assert_eq!(count(db, "SELECT COUNT(*) FROM note WHERE text = 'whole'").await, 90);
    assert_eq!(count(db, "SELECT COUNT(*) FROM note").await, 90);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_tried_again() {
    let turn = together().await;
    for fresh in databases(&turn, TABLES).await {
        let db = &fresh.db;
        db.transact(|tx| async move { tx.run("INSERT INTO purse VALUES ('ada', 1000), ('bob', 1000)", []).await })
            .await
            .unwrap();
        let tries = &AtomicU32::new(0);
        let pay = |from: &'static str, to: &'static str| async move {
            db.transact(|tx| async move {
                tries.fetch_add(1, Ordering::Relaxed);
                tx.run("UPDATE purse SET pence = pence - 1 WHERE owner = ?", [from.into()]).await?;
                tokio::time::sleep(std::time::Duration::from_millis(3)).await;
                tx.run("UPDATE purse SET pence = pence + 1 WHERE owner = ?", [to.into()]).await
            })
            .await
        };
        for _ in 0..5 {
            let (a, b) = tokio::join!(pay("ada", "bob"), pay("bob", "ada"));
            a.unwrap();
            b.unwrap();
        }
        assert_eq!(count(db, "SELECT CAST(SUM(pence) AS bigint) FROM purse").await, 2000);
        assert_eq!(count(db, "SELECT pence FROM purse WHERE owner = 'ada'").await, 1000);
        if db.dialect() == Dialect::Postgres {
            assert!(tries.load(Ordering::Relaxed) > 10, "the opposite lock orders never met");
        }
    }
}

#[tokio::test]
async fn rows_are_bound_as_one_value_on_both_databases() {
    let turn = together().await;
    for fresh in databases(&turn, TABLES).await {
        let db = &fresh.db;
        let notes = [(1, "it's"), (2, "\"quoted\" ? $1")];
        db.transact(|tx| async move {
            let sql = "INSERT INTO note (n, text) SELECT CAST(value ->> 0 AS bigint), value ->> 1 FROM {rows}";
            tx.run(sql, [kernel_db::dialect::rows(&notes)]).await
        })
        .await
        .unwrap();
        let row =
            db.reader().query_one_raw(db.dialect().statement("SELECT text FROM note WHERE n = ?", [2_i64.into()]));
        let text: String = row.await.unwrap().unwrap().try_get_by_index(0).unwrap();
        assert_eq!(text, "\"quoted\" ? $1");
    }
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let target = Target::sqlite("/nonexistent/folder/clock.db");
    let seams = kernel::Seams::system();
    let error = kernel_db::Db::open("clock", &target, Durability::Full, kernel_db::Bus::default(), seams).await;
    let text = error.expect_err("there is no such folder").to_string();
    assert!(text.contains("/nonexistent/folder/clock.db") && text.contains("writable"), "{text}");
}

#[tokio::test]
async fn sqlite_is_opened_durable() {
    let turn = together().await;
    let fresh = sqlite(&turn, TABLES, kernel_db::Bus::default()).await;
    let connection = fresh.db.migration_connection();
    let pragma = |name: &'static str| async move {
        let row = connection.query_one_raw(Dialect::Sqlite.statement(&format!("PRAGMA {name}"), [])).await;
        row.unwrap().unwrap()
    };
    assert_eq!(pragma("journal_mode").await.try_get_by_index::<String>(0).unwrap(), "wal");
    assert_eq!(pragma("synchronous").await.try_get_by_index::<i64>(0).unwrap(), 2, "FULL");
    assert_eq!(pragma("foreign_keys").await.try_get_by_index::<i64>(0).unwrap(), 1);
}

/// What only writes goes together, is counted apart, and stands or falls together.
#[tokio::test]
async fn writes_beside_each_other_are_counted_apart() {
    let turn = together().await;
    for fresh in databases(&turn, TABLES).await {
        let db = &fresh.db;
        let note = |n: i64| Write::new("INSERT INTO note VALUES (?, 'beside')", [n.into()]);
        let opened = "INSERT INTO purse SELECT value ->> 0, CAST(value ->> 1 AS bigint) FROM {rows} WHERE true \
                      ON CONFLICT (owner) DO NOTHING";
        let open = |owners: &[&str]| {
            let rows: Vec<_> = owners.iter().map(|owner| (owner, 10)).collect();
            Write::new(opened, [dialect::rows(&rows)])
        };
        let (note, open) = (&note, &open);
        let run = |writes: Vec<Write>| {
            let writes = writes.clone();
            db.transact(move |tx| {
                let writes = writes.clone();
                async move { tx.run_all(writes).await }
            })
        };
        assert_eq!(run(vec![note(1), open(&["ada", "ben", "cid"]), note(2)]).await.unwrap(), [1, 3, 1]);
        assert_eq!(run(vec![open(&["ada", "dan"]), note(3)]).await.unwrap(), [1, 1], "{:?}", db.dialect());
        assert_eq!(run(vec![note(4)]).await.unwrap(), [1]);
        assert_eq!(run(Vec::new()).await.unwrap(), Vec::<u64>::new());
        run(vec![open(&["eve"]), note(4)]).await.unwrap_err();
        assert_eq!(count(db, "SELECT COUNT(*) FROM note").await, 4);
        assert_eq!(count(db, "SELECT COUNT(*) FROM purse").await, 4, "eve's purse fell with the note");
    }
}

/// What is saved is committed whole, or not at all, however late it is written.
#[tokio::test]
async fn a_save_keeps_all_or_nothing() {
    let turn = together().await;
    for fresh in databases(&turn, TABLES).await {
        let db = &fresh.db;
        let note = |n: i64| Write::new("INSERT INTO note VALUES (?, 'saved')", [n.into()]);
        let rename = |text: &'static str| Write::new("UPDATE note SET text = ? WHERE n = 1", [text.into()]);
        let save = |writes: Vec<Write>, then: &'static str| {
            db.transact(move |tx| {
                let writes = writes.clone();
                async move {
                    tx.save(writes).await?;
                    if then.is_empty() { Ok(0) } else { tx.run(then, []).await }
                }
            })
        };
        let later = "UPDATE note SET text = 'later' WHERE text = 'saved'";
        save(vec![note(1).changing(1), note(2)], "").await.unwrap();
        assert_eq!(save(vec![note(3).changing(1)], later).await.unwrap(), 3, "{:?}", db.dialect());
        save(vec![rename("once").changing(1)], "").await.unwrap();
        for then in ["", later] {
            let writes = vec![note(4).changing(1), rename("twice").changing(2), note(5).changing(1)];
            let overtaken = save(writes, then).await.unwrap_err();
            assert!(matches!(overtaken, DbError::Overtaken), "{overtaken:?}");
            let twice = save(vec![note(6).changing(1), note(1).changing(1)], then).await.unwrap_err();
            assert!(twice.is_duplicate(), "{twice:?}");
        }
        assert_eq!(count(db, "SELECT COUNT(*) FROM note").await, 3, "{:?}", db.dialect());
        assert_eq!(count(db, "SELECT COUNT(*) FROM note WHERE text = 'once'").await, 1);
    }
}

/// Where `BEGIN` fails, because another connection writes, no later statement of the work is committed by itself.
#[tokio::test]
async fn without_a_transaction_nothing_is_written() {
    let turn = together().await;
    let fresh = sqlite(&turn, TABLES, kernel_db::Bus::default()).await;
    let other = fresh.db.migration_connection();
    #[expect(clippy::disallowed_methods, reason = "holds the file against the writer")]
    let lock = sea_orm::TransactionTrait::begin(other).await.unwrap();
    lock.execute_unprepared("INSERT INTO note VALUES (9, 'other')").await.unwrap();
    let lock = std::sync::Mutex::new(Some(lock));
    let lock = &lock;
    let stubborn = fresh.db.transact(|tx| async move {
        let first = tx.rows("SELECT 1", []).await;
        let held = lock.lock().unwrap().take();
        if let Some(held) = held {
            assert!(first.is_err(), "the other has the file");
            held.rollback().await.unwrap();
        }
        drop(tx.run("INSERT INTO note VALUES (1, 'second')", []).await);
        Ok::<_, DbError>(())
    });
    assert!(stubborn.await.is_err(), "the transaction was lost");
    assert_eq!(count(&fresh.db, "SELECT COUNT(*) FROM note").await, 0);
}
