//! Statements whose time must not grow with the number of orders find their rows by an index.

use kernel_db::{Dialect, plan};
use sea_orm::ConnectionTrait as _;

use crate::{
    domain::Status,
    persistence::{carts, query::Filter, sagas, unpaid},
    tests::{
        buyer::buy,
        shop::{Shop, everywhere, span},
    },
};

/// Orders that are all sent, but for a few, with statistics as a server in use has them.
async fn many_orders(shop: &Shop) {
    let (numbers, id) = match shop.db.dialect() {
        Dialect::Sqlite => {
            let numbers =
                "(WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 20000) SELECT n FROM up)";
            (numbers, "randomblob(16)")
        }
        Dialect::Postgres => ("generate_series(1, 20000) AS up(n)", "gen_random_uuid()"),
    };
    let fill = format!(
        "INSERT INTO orders (id, status, email, currency, total, version, created_at, updated_at, email_folded, placed_by, lines) \
         SELECT {id}, CASE n % 5000 WHEN 0 THEN 'rejected' WHEN 1 THEN 'cancelled' WHEN 2 THEN 'confirmed' \
         ELSE 'fulfilled' END, 'a@example.com', 'GBP', 1, 1, ?, ?, 'a@example.com', 'guest', '[]' FROM {numbers}"
    );
    let now = shop.db.seams().now();
    let fill = fill.as_str();
    shop.db.transact(|tx| async move { tx.run(fill, [now.into(), now.into()]).await }).await.unwrap();
    if shop.db.dialect() == Dialect::Postgres {
        shop.db.migration_connection().execute_unprepared("VACUUM ANALYZE orders").await.unwrap();
    }
}

#[actix_web::test]
async fn a_page_of_a_rare_status_is_found_by_an_index() {
    everywhere(async |shop| {
        many_orders(&shop).await;
        for status in Status::ALL {
            let (sql, _) = Filter { status: Some(status), ..Filter::default() }.select();
            let plan = plan::of(&shop.db, &sql).await.unwrap();
            let index = if status == Status::Placed { "orders_due" } else { "orders_listed_as" };
            assert!(plan.contains(index), "{status} not by {index}:\n{plan}");
            let sorts = plan.contains("Sort") || plan.contains("TEMP B-TREE");
            assert!(status == Status::Placed || !sorts, "{status} reads more than a page:\n{plan}");
        }
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn a_page_of_a_sku_is_found_by_its_blocks() {
    everywhere(async |shop| {
        many_orders(&shop).await;
        let (sql, _) = Filter { sku: Some("CUP".parse().unwrap()), ..Filter::default() }.select();
        let plan = plan::of(&shop.db, &sql).await.unwrap();
        let is_by_blocks = match shop.db.dialect() {
            Dialect::Sqlite => {
                plan.contains("SEARCH order_sku") && plan.contains("SEARCH orders USING INTEGER PRIMARY KEY")
            }
            Dialect::Postgres => plan.contains("order_sku_pkey") && plan.contains("orders_pkey"),
        };
        assert!(is_by_blocks, "{plan}");
        shop.close().await;
    })
    .await;
}

/// On Postgres the confirmation of an order is an update that no index sees.
#[actix_web::test]
async fn confirming_writes_no_index_entry() {
    everywhere(async |shop| {
        if shop.db.dialect() == Dialect::Sqlite {
            return shop.close().await;
        }
        for order in 0..40 {
            buy(&shop, &format!("k{order}"), &[("CUP", 1)], "tok_approve").await.expect(201);
        }
        let updates =
            "SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'orders' AND schemaname = current_schema()";
        for _ in 0..500 {
            if shop.count(updates).await >= 80 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(shop.count(updates).await, 80, "each is confirmed and finished");
        let without = shop.count(&updates.replace("n_tup_upd", "n_tup_hot_upd")).await;
        assert!((36..=40).contains(&without), "{without} of 40 confirmations wrote no index entry");
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn background_work_reads_no_table_as_a_whole() {
    everywhere(async |shop| {
        for (sql, index) in [
            (sagas::LEASE_DUE, "orders_due"),
            (sagas::ANY_DUE, "orders_due"),
            (carts::SWEEP, "cart_expires"),
            (unpaid::FORGET, "unpaid_order_ended"),
        ] {
            let plan = plan::of(&shop.db, sql).await.unwrap();
            assert!(plan.contains(index), "not by {index}: {sql}\n{plan}");
            for whole in ["Seq Scan", "Sort", "TEMP B-TREE", "Bitmap"] {
                assert!(!plan.contains(whole), "{whole}: {sql}\n{plan}");
            }
        }
        shop.close().await;
    })
    .await;
}

/// A pass deletes few orders at a time: an order that is being placed waits for one pass.
#[actix_web::test]
async fn rejected_orders_are_forgotten_in_short_transactions() {
    everywhere(async |shop| {
        let id = if shop.db.dialect() == Dialect::Sqlite { "randomblob(16)" } else { "gen_random_uuid()" };
        let insert = &format!(
            "INSERT INTO orders (id, status, email, email_folded, currency, total, version, created_at, updated_at, placed_by, lines) \
             VALUES ({id}, 'rejected', 'a@example.com', 'a@example.com', 'GBP', 1, 1, ?, ?, 'guest', '[]')"
        );
        let now = shop.db.seams().now();
        for _ in 0..60 {
            shop.db.transact(|tx| async move { tx.run(insert, [now.into(), now.into()]).await }).await.unwrap();
        }
        shop.clock.advance(span(std::time::Duration::from_hours(40 * 24)));
        let month = std::time::Duration::from_hours(30 * 24);
        let left = async || {
            let count = crate::persistence::select(shop.db.reader(), "SELECT COUNT(*) FROM orders", []).await.unwrap();
            count[0].try_get_by_index::<i64>(0).unwrap()
        };
        for (looked, remain) in [(25, 35), (25, 10), (10, 0), (0, 0)] {
            assert_eq!(shop.module.orders().forget_rejected(month).await.unwrap(), looked);
            assert_eq!(left().await, remain);
        }
        shop.close().await;
    })
    .await;
}
