//! How the store itself is.

use reqwest::Method;

use crate::harness::{Answer, Kind, Shop, eventually, stories};

stories!(
    modules_are_shown,
    health_and_figures,
    pages_need_nothing_from_elsewhere,
    the_document_is_the_committed_one,
    every_answer_has_a_name,
    answers_are_compressed_for_those_who_ask,
);

async fn modules_are_shown(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 5, 100).await;
    ada.has_bought(&[("cup", 1)]).await;
    shop.settle().await;
    let view = admin.get("/admin/modules").await.expect_status(200);
    let modules = view.at("/modules");
    let mut names: Vec<_> = modules.as_array().unwrap().iter().map(|module| module["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["catalog", "inventory", "order", "payment"]);
    for module in modules.as_array().unwrap() {
        let is_away = shop.away().iter().any(|away| module["name"] == *away);
        assert_eq!(module["placement"], if is_away { "remote" } else { "local" });
        let is_reached = !is_away || shop.kind() == Kind::Postgres;
        assert_eq!(module["outbox_position"].as_i64().is_some(), is_reached, "{module}");
        for subscriber in module["subscribers"].as_array().unwrap() {
            assert_eq!(
                (&subscriber["lag"], &subscriber["parked"]),
                (&0.into(), &serde_json::json!([])),
                "{subscriber}"
            );
        }
    }
}

async fn health_and_figures(shop: &Shop) {
    shop.admin().stocks("cup", 5, 100).await;
    shop.guest("ada").has_bought(&[("cup", 1)]).await;
    shop.settle().await;
    assert_eq!(shop.get("/health/live").await.expect_status(200).text("/status"), "live");
    let ready = shop.shows("/health/ready").await.expect_status(200);
    assert_eq!(ready.text("/status"), "ready");
    // A file belongs to one process; on Postgres the store reaches what is away too.
    let unreached = if shop.kind() == Kind::Sqlite { shop.away().len() } else { 0 };
    assert_eq!(ready.at("/modules").as_array().unwrap().len(), 4 - unreached);
    eventually("requests are counted", async || {
        let figures = shop.shows("/metrics").await.expect_status(200).words();
        figures.contains("/api/v1/orders").then_some(())
    })
    .await;
}

/// Addresses that a browser would fetch by itself.
fn fetched(page: &Answer) -> Vec<String> {
    let words = page.words();
    let attribute = |name: &str| {
        let parts: Vec<_> =
            words.split(name).skip(1).filter_map(|rest| rest.split(['"', '\'']).nth(1)).map(str::to_owned).collect();
        parts
    };
    let mut found = attribute("src=");
    let links = words.split("<link").skip(1).filter_map(|link| link.split('>').next());
    found.extend(links.filter_map(|link| link.split("href=").nth(1)?.split(['"', '\'']).nth(1)).map(str::to_owned));
    found
}

async fn pages_need_nothing_from_elsewhere(shop: &Shop) {
    for path in ["/", "/docs"] {
        let page = shop.get(path).await.expect_status(200);
        assert!(page.header("content-type").unwrap().starts_with("text/html"), "{path}");
        assert!(!page.words().contains("@import") && !page.words().contains("url(http"), "{path}");
        for address in fetched(&page) {
            assert!(!address.contains("//"), "{path} fetches {address}");
            let file = address.trim_start_matches("./").trim_start_matches("/docs/");
            shop.get(&format!("/docs/{file}")).await.expect_status(200);
        }
    }
    assert!(shop.get("/docs").await.words().contains("swagger"));
    assert!(shop.get("/docs/swagger-initializer.js").await.expect_status(200).words().contains("/openapi.json"));
}

async fn the_document_is_the_committed_one(shop: &Shop) {
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi/store.v1.json");
    let committed = std::fs::read(committed).expect("openapi/store.v1.json; say `cargo run -- openapi --write`");
    let served = shop.get("/openapi.json").await.expect_status(200);
    assert!(
        served.body == committed,
        "openapi/store.v1.json is not what is served; say `cargo run -- openapi --write`"
    );
}

async fn every_answer_has_a_name(shop: &Shop) {
    for path in ["/api/v1/products", "/nowhere", "/health/live", "/docs"] {
        let answer = shop.ask(Method::GET, path).header("X-Request-Id", "my-own.name_1").send().await;
        assert_eq!(answer.header("x-request-id"), Some("my-own.name_1"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        let answer = shop.ask(Method::GET, path).header("X-Request-Id", "not {sane}").send().await;
        assert_eq!(answer.header("x-request-id").map(str::len), Some(36), "{path}: a name is made");
    }
}

async fn answers_are_compressed_for_those_who_ask(shop: &Shop) {
    let plain = shop.get("/openapi.json").await;
    let small =
        shop.ask(Method::GET, "/openapi.json").header("Accept-Encoding", "gzip").send().await.expect_status(200);
    assert_eq!((plain.header("content-encoding"), small.header("content-encoding")), (None, Some("gzip")));
    assert!(small.body.len() * 4 < plain.body.len());
}
