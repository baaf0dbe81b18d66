//! Two copies of the store on one Postgres, in which many people buy the same few things: no two transactions wait for each
//! other, and what an order changes is changed where it stands.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};
use tokio::time::sleep;

use crate::harness::{Api, Cluster, Endpoints, Kind, Order, Scratch, aloud, run, together};

const SKUS: [&str; 4] = ["cup", "jug", "mug", "pot"];

const ORDERS: usize = 240;

const CLIENTS: usize = 16;

/// The tables whose rows are changed on the way of an order, and the part of these changes that needs no index entry (a HOT
/// update), in percent at least. The others found no room on their page.
const UPDATED_IN_PLACE: [(&str, i64); 3] = [("level", 80), ("payment", 50), ("orders", 50)];

#[test]
fn orders_wait_for_each_other_in_one_order_and_change_rows_in_place() {
    if !Kind::Postgres.is_available() {
        return;
    }
    let _turn = together();
    run(async {
        let scratch = Scratch::made().await;
        let mut cluster = Cluster::new(Kind::Postgres, &[]);
        cluster.set("BANYAN__DATA__URL", &scratch.url);
        let first = cluster.opens_store().await;
        let second = cluster.program_at("second", &Endpoints::free()).serves().await;
        first.admin().stocks_all(&SKUS.map(|sku| (sku, 100_000, 100))).await;
        let shops: [&Api; 2] = [&first, &second];
        let counts: Vec<u16> =
            stream::iter(0..ORDERS).map(|n| buys(shops[n % 2], n)).buffer_unordered(CLIENTS).collect().await;
        let sold = counts.iter().filter(|status| matches!(status, 201 | 202)).count();
        assert_eq!(sold, ORDERS, "{counts:?}");
        // What reacts to the last of them.
        sleep(Duration::from_secs(1)).await;
        first.stops().await;
        second.stops().await;
        cluster.is_sound().await;

        assert_eq!(scratch.deadlocks().await, 0, "transactions have waited for each other");
        let database = scratch.opens().await;
        for (table, least) in UPDATED_IN_PLACE {
            let (changed, in_place) = updates(&database, table).await;
            aloud(&format!("{table}: {in_place} of {changed} updates were HOT"));
            assert!(in_place * 100 >= changed * least, "{table}: only {in_place} of {changed} updates were HOT");
        }
        // Control: the server would have counted.
        wait_for_each_other(&scratch, database).await;
        assert!(scratch.deadlocks().await > 0, "deadlocks are not counted: this test proves nothing");
        scratch.dropped().await;
    });
}

/// Buys three things in an order that differs from buyer to buyer; some then change their minds.
async fn buys(shop: &Api, n: usize) -> u16 {
    let wanted: Vec<_> = (0..3).map(|line| (SKUS[(n + line * (1 + n % 2)) % SKUS.len()], 1)).collect();
    let mut goods: Vec<(&str, i64)> = Vec::new();
    for (sku, quantity) in wanted {
        match goods.iter_mut().find(|(known, _)| *known == sku) {
            Some((_, units)) => *units += quantity,
            None => goods.push((sku, quantity)),
        }
    }
    let guest = shop.guest(&format!("buyer{n}"));
    let answer = guest.buys(&goods).await;
    if answer.status == 201 && n.is_multiple_of(4) {
        let order = Order::of(&answer);
        let changed =
            if n.is_multiple_of(8) { guest.cancels(&order).await } else { guest.calls_off(&order, &goods[..1]).await };
        assert!(matches!(changed.status, 200 | 201 | 202 | 409), "{changed}");
    }
    answer.status
}

async fn figure(database: &DatabaseConnection, sql: &str) -> i64 {
    let row = database.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// How many rows of `table` were changed, and how many of them without an index entry.
async fn updates(database: &DatabaseConnection, table: &str) -> (i64, i64) {
    let of = |column: &str| {
        format!("SELECT CAST(SUM({column}) AS bigint) FROM pg_stat_user_tables WHERE relname = '{table}'")
    };
    (figure(database, &of("n_tup_upd")).await, figure(database, &of("n_tup_hot_upd")).await)
}

async fn wait_for_each_other(scratch: &Scratch, database: DatabaseConnection) {
    database.execute_unprepared("CREATE TABLE pair (n bigint); INSERT INTO pair VALUES (1), (2)").await.unwrap();
    database.close().await.unwrap();
    let takes = async |first: i64, second: i64| {
        let database = scratch.opens().await;
        let sql = format!(
            "BEGIN; UPDATE pair SET n = n WHERE n = {first}; SELECT pg_sleep(0.3); UPDATE pair SET n = n WHERE n = {second}; COMMIT"
        );
        let done = database.execute_unprepared(&sql).await;
        database.close().await.unwrap();
        done.is_ok()
    };
    let (one, other) = tokio::join!(takes(1, 2), takes(2, 1));
    assert!(!(one && other), "one of them was ended");
}
