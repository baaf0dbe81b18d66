//! What runs by itself finds its rows by an index, however many payments there are.
//!
//! On Postgres that is a plain index scan. It marks the entries of rows that are gone, and passes them by from then on: 100,000
//! of them cost the next poll 0.1 ms. A bitmap scan marks none and reads their rows every time, which costs 30 ms.

use super::harness::{Store, calm};
use crate::{
    Config,
    persistence::{self, inbox, query},
};

#[tokio::test]
async fn background_work_reads_no_table_as_a_whole() {
    let _calm = calm().await;
    for store in Store::each(Config::default()).await {
        for (sql, index) in [
            (&inbox::FORGET, "webhook_processed"),
            (&query::DUE, "attempt_due"),
            (&query::NEXT_DUE, "attempt_due"),
            (&query::LEFT_BEHIND, "payment_watched"),
        ] {
            let plan = kernel_db::plan::of(&store.db, sql).await.unwrap();
            assert!(plan.contains(index), "not by {index}: {sql:?}\n{plan}");
            for whole in ["Seq Scan", "Sort", "SCAN webhook_inbox\n", "TEMP B-TREE", "Bitmap", "hashed"] {
                assert!(!plan.contains(whole), "{whole}: {sql:?}\n{plan}");
            }
        }
    }
}

/// The shop's list of work is read from the indexes of what is open alone.
#[tokio::test]
async fn the_list_of_work_reads_what_is_open() {
    let _calm = calm().await;
    for store in Store::each(Config::default()).await {
        let attention = Some((true, store.db.seams().now()));
        let sql = query::list_sql(&store.db, query::Wanted { order: None, attention, before: None });
        let plan = kernel_db::plan::of(&store.db, &sql).await.unwrap();
        for index in ["refund_refusal_open", "payment_watched"] {
            assert!(plan.contains(index), "not by {index}: {sql}\n{plan}");
        }
        assert!(plan.contains("attempt_due") || plan.contains("attempt_open"), "{sql}\n{plan}");
        assert!(!plan.contains("Seq Scan") && !plan.contains("SCAN payment\n"), "{sql}\n{plan}");
        // And not every payment, newest first, until there are enough of them.
        let is_found = plan.contains("Index Cond: (id = ANY") || plan.starts_with("SEARCH payment USING INDEX");
        assert!(is_found, "{sql}\n{plan}");
    }
}

/// What runs often, as each database gets it and plans it.
#[tokio::test]
async fn the_snapshots_hold() {
    let _calm = calm().await;
    for store in Store::each(Config::default()).await {
        kernel_db::snapshot::hold(&store.db, env!("CARGO_MANIFEST_DIR"), &persistence::statements()).await.unwrap();
    }
}
