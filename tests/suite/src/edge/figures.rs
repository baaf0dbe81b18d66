//! Figures: who may read them, and labels that no client can invent.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::harness::{Api, Kind, Place, Placement, Program, Sabotage, Shop, Site, alone, free_address, run, together};

const HERE: Site = Site { kind: Kind::Sqlite, placement: Placement::Local };

/// Sends requests with unknown methods, paths and versions.
async fn invents(shop: &Shop, from: usize, count: usize) {
    for number in from..from + count {
        let method: Method = format!("INVENTED{number}").parse().unwrap();
        shop.ask(method.clone(), &format!("/nowhere/{number}")).send().await;
        shop.ask(method, "/api/v1/products").send().await;
        shop.get(&format!("/api/v1/products/invented-{number}")).await;
        shop.get(&format!("/docs/invented-{number}.js")).await;
        shop.get(&format!("/api/v1/stock/invented-{number}?x={number}")).await;
        shop.ask(Method::GET, "/health/live").header("X-Request-Id", &format!("r-{number}")).send().await;
    }
}

/// The series of the store's own figures.
async fn series(shop: &Shop) -> BTreeSet<String> {
    let figures = shop.shows("/metrics").await.expect_status(200).words();
    let names = figures.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    names.filter_map(|line| line.rsplit_once(' ').map(|(name, _)| name.to_owned())).collect()
}

/// Every label of a series.
fn labels(series: &str) -> Vec<(String, String)> {
    let Some((_, rest)) = series.split_once('{') else { return Vec::new() };
    let pairs = rest.trim_end_matches('}').split("\",");
    let pair = |pair: &str| {
        pair.split_once("=\"").map(|(name, value)| (name.to_owned(), value.trim_end_matches('"').to_owned()))
    };
    pairs.filter_map(pair).collect()
}

fn patterns() -> BTreeSet<String> {
    let document: Value = serde_json::from_str(include_str!("../../../../openapi/store.v1.json")).unwrap();
    let own = ["unknown", "/docs", "/docs/{file}", "/openapi.json"].map(str::to_owned);
    document["paths"].as_object().unwrap().keys().cloned().chain(own).collect()
}

fn is_known(name: &str, value: &str, patterns: &BTreeSet<String>) -> bool {
    const METHODS: [&str; 10] =
        ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "other"];
    const ENDS: [&str; 7] =
        ["turned_away", "of_one_address", "evicted", "refused_head", "slow_head", "slow_body", "unread_answer"];
    match name {
        "method" => METHODS.contains(&value),
        "status" => value == "other" || value.parse::<u16>().is_ok_and(|status| (100..600).contains(&status)),
        "route" => patterns.contains(value),
        "module" | "consumer" | "source" => ["catalog", "inventory", "order", "payment"].contains(&value),
        "listener" => ["public", "ports"].contains(&value),
        "reason" => ENDS.contains(&value),
        "le" => value == "+Inf" || value.parse::<f64>().is_ok(),
        _ => false,
    }
}

#[test]
fn every_label_comes_from_a_closed_set() {
    let _turn = together();
    run(async {
        let shop = Shop::open_as(HERE, &Vec::new()).await;
        shop.admin().stocks("cup", 5, 100).await;
        shop.guest("ada").has_bought(&[("cup", 1)]).await;
        shop.settle().await;
        invents(&shop, 0, 20).await;
        series(&shop).await;
        let before = series(&shop).await;
        let patterns = patterns();
        for series in &before {
            for (name, value) in labels(series) {
                assert!(is_known(&name, &value, &patterns), "{name}={value} in {series}");
            }
        }
        assert!(before.iter().any(|series| series.contains("method=\"other\"")), "{before:#?}");
        invents(&shop, 20, 200).await;
        let after = series(&shop).await;
        assert_eq!(after, before, "two hundred inventions make no series");
        shop.close().await;
    });
}

#[test]
fn control_without_closed_sets_the_series_grow() {
    let _turn = alone();
    run(async {
        let shop = Shop::open_as(HERE, &Vec::new()).await;
        let missing = Sabotage::of("metrics.labels");
        invents(&shop, 0, 10).await;
        assert!(series(&shop).await.iter().any(|series| series.contains("INVENTED")), "the test would notice");
        drop(missing);
        shop.close().await;
    });
}

async fn strangers_see_little(shop: &Shop) {
    let refused = shop.get("/metrics").await.expect_problem(401, "unauthenticated");
    assert!(!refused.words().contains("banyan_"), "{refused}");
    shop.ask(Method::GET, "/metrics").bearer("wrong").send().await.expect_problem(401, "unauthenticated");
    let ready = shop.get("/health/ready").await.expect_status(200);
    assert_eq!(ready.json(), serde_json::json!({ "status": "ready" }));
    assert!(shop.shows("/health/ready").await.expect_status(200).at("/modules").is_array());
    shop.ask(Method::GET, "/health/ready").bearer("wrong").send().await.expect_problem(401, "unauthenticated");
}

#[test]
fn figures_and_details_are_the_operators() {
    let _turn = together();
    run(async {
        let shop = Shop::open_as(HERE, &Vec::new()).await;
        strangers_see_little(&shop).await;
        shop.close().await;
    });
}

#[test]
fn control_without_the_guard_strangers_see_all() {
    let _turn = alone();
    run(async {
        let shop = Shop::open_as(HERE, &Vec::new()).await;
        let missing = Sabotage::of("health.viewer");
        shop.get("/metrics").await.expect_status(200);
        assert!(shop.get("/health/ready").await.at("/modules").is_array(), "the test would notice");
        drop(missing);
        shop.close().await;
    });
}

/// What the operator's listener shows, it shows without a key; and it shows nothing else.
#[test]
fn an_operator_may_have_a_listener() {
    let _turn = together();
    run(async {
        let place = Place::new(Kind::Sqlite);
        let mut program = Program::at(&place);
        let listener = free_address();
        program.set("BANYAN__OPERATOR__LISTEN", &listener);
        let store = program.serves().await;
        let operator = Api::at(&listener);
        assert!(operator.get("/metrics").await.expect_status(200).words().contains("banyan_outbox_position"));
        assert_eq!(operator.get("/health/ready").await.expect_status(200).at("/modules").as_array().unwrap().len(), 4);
        operator.get("/health/live").await.expect_status(200);
        operator.get("/api/v1/products").await.expect_problem(404, "not-found");
        store.get("/metrics").await.expect_problem(401, "unauthenticated");
        let said = program.says(&["health", "--url", &store.url().replace("http://127.0.0.1", "localhost")]).await;
        assert_eq!((said.code, said.out.as_str()), (Some(0), "ready\n"), "{said:?}");
        store.stops().await;
    });
}

/// A scraper must not be able to keep a listener busy: both answer on one connection, one after the other.
#[test]
fn a_raw_method_is_counted_and_answered() {
    let _turn = together();
    run(async {
        let shop = Shop::open_as(HERE, &Vec::new()).await;
        let address = shop.url().trim_start_matches("http://").to_owned();
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"BREW / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
        let series = series(&shop).await;
        assert!(series.iter().any(|series| series.contains("method=\"other\",status=\"405\"")), "{series:#?}");
        shop.close().await;
    });
}
