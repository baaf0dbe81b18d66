//! Statements of the store go by an index whatever the planner believes of a table; those of a survey as it finds best.

use std::time::Duration;

use kernel::Seams;
use kernel_db::{Bus, Db, DbError, Durability, Target, plan};
use sea_orm::ConnectionTrait as _;

use crate::harness::{Sabotage, alone, own_schema, prepared, together};

const TABLE: &str = "CREATE TABLE thing (id @int PRIMARY KEY, amount @int NOT NULL) @strict;
INSERT INTO thing VALUES (1, 1), (2, 2), (3, 3);";

/// What every step of an order is: some rows by their ids.
const LOOKUP: &str =
    "UPDATE thing SET amount = amount + 1 WHERE id IN (SELECT CAST(value ->> 0 AS bigint) FROM {rows})";

const SUM: &str = "SELECT SUM(one.amount) FROM thing AS one JOIN thing AS other ON other.amount = one.amount";

async fn plan_of_a_lookup(db: &Db) -> String {
    // A table that the planner knows to be tiny: it would rather read the whole of it, and keep that plan while it grows.
    db.migration_connection().execute_unprepared("VACUUM ANALYZE thing").await.unwrap();
    plan::of(db, LOOKUP).await.unwrap()
}

#[tokio::test]
async fn a_lookup_goes_by_its_index_in_a_table_that_was_small() {
    let turn = alone().await;
    let Some(target) = own_schema(&turn) else { return eprintln!("SKIPPED: BANYAN_TEST_POSTGRES is not set") };
    let fresh = prepared(&target, TABLE).await;
    let plan = plan_of_a_lookup(&fresh.db).await;
    assert!(plan.contains("Index Scan using thing_pkey") && !plan.contains("Seq Scan"), "{plan}");
    let without = Sabotage::of("db.planner_switches");
    let plan = plan_of_a_lookup(&fresh.reopened().await).await;
    assert!(plan.contains("Seq Scan on thing"), "the switches are needed no more: {plan}");
    drop(without);
}

async fn survey(target: &Target, limit: Duration) -> Db {
    let Target::Postgres { url, schema, .. } = target.clone() else { panic!("a Postgres is asked for") };
    let target = Target::Survey { url, schema, limit };
    Db::open("clock", &target, Durability::Full, Bus::default(), Seams::system()).await.unwrap()
}

#[tokio::test]
async fn a_survey_reads_whole_tables_and_writes_nothing() {
    let turn = together().await;
    let Some(target) = own_schema(&turn) else { return eprintln!("SKIPPED: BANYAN_TEST_POSTGRES is not set") };
    let fresh = prepared(&target, TABLE).await;
    fresh.db.migration_connection().execute_unprepared("VACUUM ANALYZE thing").await.unwrap();
    let steps = async |db: &Db| plan::of(db, SUM).await.unwrap();
    let (lookups, db) = (steps(&fresh.db).await, survey(&target, Duration::from_mins(10)).await);
    let surveyed = steps(&db).await;
    assert!(surveyed.contains("Hash Join") && surveyed.contains("Seq Scan"), "{surveyed}");
    assert!(lookups.contains("Nested Loop") && !lookups.contains("Hash Join"), "{lookups}");
    let refused = db.transact(|tx| async move { tx.run("DELETE FROM thing", []).await }).await.unwrap_err();
    assert!(refused.to_string().contains("read-only") || format!("{refused:?}").contains("read-only"), "{refused:?}");

    let hurried = survey(&target, Duration::from_millis(50)).await;
    let slow = hurried.dialect().statement("SELECT pg_sleep(5)", []);
    let cut: DbError = hurried.reader().query_one_raw(slow).await.unwrap_err().into();
    assert!(format!("{cut:?}").contains("statement timeout"), "{cut:?}");
}
