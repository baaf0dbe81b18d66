//! Shows that the tests of I1 can fail: takes its guards away, one after the other, and must then see red.
//!
//! Failpoints are the process's, so these stories stand in a binary of their own and play one at a time.
#![cfg(test)]

#[path = "../support/house.rs"]
#[expect(dead_code, reason = "the stories of the other binary need more of it")]
mod house;
#[path = "../support/race.rs"]
mod race;

use std::sync::Arc;

use house::House;
use kernel_db::Dialect;
use race::{FAIR, UNITS, thousand_buyers};
use tokio::sync::Mutex;

static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_guards_stock_is_oversold_on_sqlite() {
    oversell(House::on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_guards_stock_is_oversold_on_postgres() {
    if let Some(house) = House::on_postgres().await {
        oversell(house).await;
    }
}

async fn oversell(house: House) {
    let _alone = ONE_AT_A_TIME.lock().await;
    let house = Arc::new(house.stocked(&[("CUP", UNITS), ("JUG", UNITS), ("POT", UNITS)]).await);

    assert_eq!(thousand_buyers(&house, &[("CUP", 1)]).await, FAIR);
    assert_eq!(house.level("CUP").await, "50/50/0/0");
    house.prove().await;

    fail::cfg("stock.condition", "return").unwrap();

    // The CHECK below still keeps the count, but the losers are no longer told.
    let tally = thousand_buyers(&house, &[("JUG", 1)]).await;
    assert_ne!(tally, FAIR);
    assert!(tally.sold == 50 && tally.failed == 950, "{tally:?}");

    // Without the CHECK, units are sold that do not exist.
    remove_checks(&house).await;
    let tally = thousand_buyers(&house, &[("POT", 1)]).await;
    assert_ne!(tally, FAIR);
    assert!(tally.sold > 50, "{tally:?}");
    let level = house.level("POT").await;
    assert!(level.ends_with(&format!("/{}", 50 - i64::try_from(tally.sold).unwrap())), "{level}");

    fail::remove("stock.condition");
}

async fn remove_checks(house: &House) {
    let sql = match house.db.dialect() {
        Dialect::Sqlite => "PRAGMA ignore_check_constraints = ON",
        Dialect::Postgres => "ALTER TABLE level DROP CONSTRAINT level_never_oversold",
    };
    sea_orm::ConnectionTrait::execute_unprepared(house.db.migration_connection(), sql).await.unwrap();
}
