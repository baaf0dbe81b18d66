//! SQLite's log is copied into the file beside the writer, and begins anew before the writer has to see to it.

use kernel_db::{Bus, Db, checkpoint};
use tokio_util::sync::CancellationToken;

use crate::harness::{Fresh, Sabotage, alone, sqlite};

/// The log as a file after pages were written for it 90 times over, in MB. It never gets smaller.
async fn log_after_much_was_written(fresh: &Fresh) -> u64 {
    let db: &Db = &fresh.db;
    let stop = CancellationToken::new();
    #[expect(clippy::disallowed_methods, reason = "ends with the test")]
    let task = tokio::spawn(checkpoint::run(db.clone(), stop.clone()));
    for _ in 0..90 {
        let sql = "UPDATE big SET body = randomblob(3000) WHERE n <= 250";
        db.transact(|tx| async move { tx.run(sql, []).await }).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    stop.cancel();
    task.await.unwrap();
    let kernel_db::Target::Sqlite { file, .. } = fresh.target() else { panic!("a file is asked for") };
    file.with_extension("db-wal").metadata().unwrap().len() / 1_000_000
}

const TABLE: &str = "CREATE TABLE big (n INTEGER PRIMARY KEY, body BLOB);
WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 250) INSERT INTO big SELECT n, randomblob(3000) FROM up;";

#[tokio::test]
async fn the_log_begins_anew_without_the_writer() {
    let turn = alone().await;
    let fresh = sqlite(&turn, TABLE, Bus::default()).await;
    let log = log_after_much_was_written(&fresh).await;
    assert!(log < 45, "a log of {log} MB");
    let fresh = sqlite(&turn, TABLE, Bus::default()).await;
    let without = Sabotage::of("db.checkpoint");
    let log = log_after_much_was_written(&fresh).await;
    assert!(log > 60, "the writer has copied a log of {log} MB");
    drop(without);
}
