//! What a person sees when a level is wrong, and how it is mended.

use kernel_db::DbError;
use kernel_module::Module;

use crate::{
    house::{House, buyer},
    on_both,
};

/// Changes a table behind inventory's back.
async fn tamper(house: &House, sql: &'static str) {
    let tampered: Result<u64, DbError> = house.db.transact(|tx| async move { tx.run(sql, []).await }).await;
    assert_eq!(tampered.unwrap(), 1, "{sql}");
}

async fn broken(house: &House) -> Vec<String> {
    let checks = house.inventory.check().await.unwrap();
    let broken = checks.iter().filter(|check| !check.holds());
    broken.map(|check| format!("{}: {} / {}", check.rule.replace("inventory: ", ""), check.left, check.right)).collect()
}

on_both! {
    async fn the_check_finds_what_differs_and_the_ledger_mends_it(house: House) {
        let house = house.stocked(&[("CUP", 10), ("JUG", 10), ("POT", 10)]).await;
        let (held, committed) = (house.new_order(), house.new_order());
        house.hold(held, &[("CUP", 4), ("POT", 2)]).await.unwrap();
        house.hold(committed, &[("CUP", 3)]).await.unwrap();
        house.stock().commit(&buyer(), committed).await.unwrap();
        house.prove().await;

        tamper(&house, "UPDATE level SET on_hand = 11 WHERE sku = 'CUP'").await;
        tamper(&house, "UPDATE level SET available = 7 WHERE sku = 'POT'").await;
        assert_eq!(
            broken(&house).await,
            [
                "units on hand = the ledger's: 31 / 30",
                "units not available = lines of open claims: 11 / 9",
                "levels that differ from their ledger: 2 / 0",
                "levels that differ from their claims: 2 / 0",
            ]
        );
        assert_eq!(house.inventory.rebuild().await.unwrap(), 2);
        assert_eq!((house.level("CUP").await, house.level("POT").await), ("10/4/3/3".to_owned(), "10/2/0/8".to_owned()));
        house.prove().await;

        // Two wrongs that add up to a right are seen all the same.
        tamper(&house, "UPDATE level SET on_hand = 11 WHERE sku = 'CUP'").await;
        tamper(&house, "UPDATE level SET on_hand = 9, available = 9 WHERE sku = 'JUG'").await;
        tamper(&house, "UPDATE level SET available = 4 WHERE sku = 'CUP'").await;
        assert_eq!(broken(&house).await, ["levels that differ from their ledger: 2 / 0"]);
        assert_eq!(house.inventory.rebuild().await.unwrap(), 2);
        house.prove().await;
    }

    async fn a_hold_that_was_lost_is_seen(house: House) {
        let house = house.stocked(&[("CUP", 10)]).await;
        house.hold(house.new_order(), &[("CUP", 4)]).await.unwrap();
        tamper(&house, "DELETE FROM claim").await;
        assert_eq!(
            broken(&house).await,
            [
                "units not available = lines of open claims: 4 / 0",
                "levels that differ from their ledger: 1 / 0",
                "levels that differ from their claims: 1 / 0",
            ]
        );
    }

    async fn a_claim_that_its_skus_do_not_find_is_seen(house: House) {
        let house = house.stocked(&[("CUP", 10), ("POT", 10)]).await;
        house.hold(house.new_order(), &[("CUP", 4), ("POT", 1)]).await.unwrap();
        tamper(&house, "DELETE FROM claim_sku WHERE sku = 'CUP'").await;
        assert_eq!(broken(&house).await, ["claims that their SKUs do not find: 1 / 0"]);
    }

    async fn the_table_itself_refuses_what_cannot_be(house: House) {
        let house = house.stocked(&[("CUP", 10)]).await;
        for sql in [
            "UPDATE level SET available = -1",
            "UPDATE level SET available = 11",
            "UPDATE level SET on_hand = -1, available = -1",
            "UPDATE level SET low_stock_threshold = -1",
            "UPDATE ledger SET sku = 'NEVER-SEEN'",
            "DELETE FROM level",
        ] {
            let refused: Result<u64, DbError> = house.db.transact(|tx| async move { tx.run(sql, []).await }).await;
            assert!(matches!(refused, Err(DbError::Statement(_))), "{sql}: {refused:?}");
        }
        assert_eq!(house.level("CUP").await, "10/0/0/10");
    }
}
