//! What runs by itself finds its rows by an index, however many payments there are.
//!
//! On Postgres that is a plain index scan. It marks the entries of rows that are gone, and passes them by from then on: 100,000
//! of them cost the next poll 0.1 ms. A bitmap scan marks none and reads their rows every time, which costs 30 ms.

use super::harness::{Store, calm};
use crate::{
    Config,
    persistence::{inbox, query},
};

#[tokio::test]
async fn background_work_reads_no_table_as_a_whole() {
    let _calm = calm().await;
    for store in Store::each(Config::default()).await {
        for (sql, index) in [
            (inbox::FORGET.to_owned(), "webhook_processed"),
            (query::select_due(), "attempt_due"),
            (query::select_next_due(), "attempt_due"),
            (query::select_orphans(), "payment_pending"),
        ] {
            let plan = kernel_db::plan::of(&store.db, &sql).await.unwrap();
            assert!(plan.contains(index), "not by {index}: {sql}\n{plan}");
            for whole in ["Seq Scan", "Sort", "SCAN webhook_inbox\n", "TEMP B-TREE", "Bitmap", "hashed"] {
                assert!(!plan.contains(whole), "{whole}: {sql}\n{plan}");
            }
        }
    }
}
