//! What customers see when the far side goes away: the table of `docs/extracting-a-module.md`, line by line.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::is_sound;
use crate::harness::{Cluster, Kind, Level, Order, Process, eventually, run, signal_to, together};

/// No answer about anything but stock may take longer, however the far side is away.
const SOON: Duration = Duration::from_millis(900);

/// How a far side goes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Going {
    /// Its machine refuses the connection.
    Killed,
    /// It takes connections, and never answers.
    Frozen,
}

#[test]
fn inventory_is_killed_and_comes_back() {
    goes_and_comes_back(Going::Killed);
}

#[test]
fn inventory_is_frozen_and_comes_back() {
    goes_and_comes_back(Going::Frozen);
}

fn goes_and_comes_back(going: Going) {
    let _turn = together();
    run(async {
        let mut cluster = Cluster::without("inventory", Kind::Sqlite, 60);
        cluster.set("BANYAN__FACADE__FIRST_BYTE_TIMEOUT_MS", "2000");
        let store = cluster.opens_parted().await;
        let inventory = cluster.opens_module("inventory").await;
        store.admin().stocks("cup", 10, 255).await;
        let ada = store.guest("ada");
        let bought = ada.has_bought(&[("cup", 2)]).await;
        store.admin().fulfils(&bought, &[("cup", 2)]).await.expect_status(201);
        let unwanted = ada.has_bought(&[("cup", 1)]).await;

        let frozen = go(inventory, going);
        sees_no_stock(&store).await;
        let waiting = orders_and_is_told_to_wait(&store).await;
        browses_as_ever(&store).await;
        fills_a_cart(&store).await;
        sees_orders_as_ever(&store, &bought, &unwanted).await;

        let back = match frozen {
            Some(process) => {
                signal_to(process.id(), "CONT");
                process
            }
            None => cluster.opens_module("inventory").await,
        };
        let ended = ada.reads_until(&waiting, |read| read.text("/status") != "placed").await;
        assert_eq!(ended.text("/status"), "confirmed", "it was back in time: {ended}");
        // Two sold and sent, one of them came back, three are committed, and one that was cancelled is free again.
        let expected = Level { on_hand: 9, held: 0, committed: 3, available: 6 };
        let settled = async || (store.admin().level("cup").await == expected).then_some(());
        eventually("nothing is held or sold twice", settled).await;
        is_sound(&cluster.parted(), &["check"]).await;
        is_sound(&cluster.program("inventory"), &["check", "--only", "inventory"]).await;
        back.stops().await;
        store.stops().await;
    });
}

/// Who comes back too late finds the order given up: rejected, with nothing held and nothing charged.
#[test]
fn inventory_comes_back_too_late() {
    let _turn = together();
    run(async {
        let cluster = Cluster::without("inventory", Kind::Sqlite, 3);
        let store = cluster.opens_parted().await;
        let inventory = cluster.opens_module("inventory").await;
        store.admin().stocks("cup", 10, 255).await;
        inventory.kill();
        let waiting = orders_and_is_told_to_wait(&store).await;
        tokio::time::sleep(Duration::from_secs(4)).await;
        let inventory = cluster.opens_module("inventory").await;
        let ended = store.guest("ada").reads_until(&waiting, |read| read.text("/status") != "placed").await;
        assert_eq!(
            (ended.text("/status"), ended.text("/rejection/code")),
            ("rejected".to_owned(), "stock-unavailable".to_owned())
        );
        assert_eq!(ended.at("/payment/captured").as_i64().unwrap_or_default(), 0, "{ended}");
        assert_eq!(store.admin().level("cup").await, Level { on_hand: 10, held: 0, committed: 0, available: 10 });
        inventory.stops().await;
        store.stops().await;
    });
}

/// Without a price there is no order: nothing is written, and the buyer is told to come back.
#[test]
fn catalog_is_away() {
    let _turn = together();
    run(async {
        let cluster = Cluster::new(Kind::Sqlite, &["catalog"]);
        let store = cluster.opens_parted().await;
        let ordered = store.guest("ada").buys(&[("cup", 1)]).await.expect_status(503);
        assert!(ordered.header("retry-after").is_some(), "{ordered}");
        let shown = store.get("/api/v1/products").await.expect_status(503);
        assert!(shown.header("retry-after").is_some(), "{shown}");
        assert_eq!(store.admin().get("/orders").await.expect_status(200).items().len(), 0);
        store.stops().await;
    });
}

/// The process, if there is still one.
fn go(inventory: Process, going: Going) -> Option<Process> {
    match going {
        Going::Killed => {
            inventory.kill();
            None
        }
        Going::Frozen => {
            inventory.signal("STOP");
            Some(inventory)
        }
    }
}

async fn sees_no_stock(store: &Process) {
    for path in ["/api/v1/stock/cup", "/api/v1/admin/stock/cup"] {
        let answer = store.admin().ask(Method::GET, path.trim_start_matches("/api/v1")).send().await;
        assert!(answer.status == 503 && answer.header("retry-after") == Some("2"), "{answer}");
        assert!(answer.text("/code").starts_with("module-"), "{answer}");
    }
}

async fn orders_and_is_told_to_wait(store: &Process) -> Order {
    let began = tokio::time::Instant::now();
    let answer = store.guest("ada").buys(&[("cup", 3)]).await.expect_status(202);
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    assert_eq!(answer.text("/status"), "placed", "{answer}");
    assert!(answer.header("location").is_some(), "{answer}");
    Order::of(&answer)
}

/// Ten times, so that the breaker is met closed, open and half open.
async fn browses_as_ever(store: &Process) {
    for _ in 0..10 {
        for path in ["/api/v1/products", "/api/v1/products/cup", "/api/v1/products/cup?include=availability"] {
            let began = tokio::time::Instant::now();
            let shown = store.get(path).await.expect_status(200);
            assert!(began.elapsed() < SOON, "{path} took {:?}", began.elapsed());
            if path.contains("availability") {
                assert_eq!(shown.at("/variants/0/available"), Value::Null, "{shown}");
            }
        }
    }
}

async fn fills_a_cart(store: &Process) {
    let cart = store.ask(Method::POST, "/api/v1/carts").send().await;
    let path = format!("/api/v1/carts/{}", cart.expect_status(201).text("/id"));
    let put = store.ask(Method::PUT, &format!("{path}/lines/cup")).json(&json!({ "quantity": 2 })).send().await;
    put.expect_status(200);
    let shown = store.get(&path).await.expect_status(200);
    assert_eq!((shown.number("/lines/0/unit_price/amount"), shown.at("/lines/0/available")), (255, Value::Null));
}

async fn sees_orders_as_ever(store: &Process, bought: &Order, wanted: &Order) {
    let ada = store.guest("ada");
    ada.reads(bought).await.expect_status(200);
    ada.timeline(bought).await.expect_status(200);
    let asked = ada.returns(bought, &[("cup", 1)], true).await.expect_status(201);
    store.admin().receives(&asked, true).await.expect_status(200);
    ada.cancels(wanted).await.expect_status(200);
}
