use std::{net::TcpListener, path::Path, time::Duration};

use kernel::Seams;
use kernel_db::Bus;
use reqwest::StatusCode;
use serde_json::Value;

use super::{Serving, Store};
use crate::{
    config::{Environment, Settings, load},
    demo, wiring,
};

const ADMIN_KEY: &str = "the admin key of these tests, of 32 letters";

fn settings(folder: &Path) -> Settings {
    let folder = folder.join("data").display().to_string();
    let variables = [
        ("BANYAN__DATA__FOLDER", folder.as_str()),
        ("BANYAN__ADMIN__KEY", ADMIN_KEY),
        ("BANYAN__HTTP__WORKERS", "1"),
        ("BANYAN__HTTP__STOP_LIMIT_SECONDS", "10"),
    ];
    load(None, &Environment::of(&variables)).unwrap().settings
}

async fn serving(folder: &Path) -> Serving {
    let store = Store::open(settings(folder), Seams::system(), Bus::default()).await.unwrap();
    store.serve(TcpListener::bind("127.0.0.1:0").unwrap()).unwrap()
}

async fn get(serving: &Serving, path: &str) -> (StatusCode, String) {
    let request = reqwest::Client::new().get(format!("{}{path}", serving.url())).bearer_auth(ADMIN_KEY);
    let response = request.send().await.unwrap();
    (response.status(), response.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_applications_own_routes_answer() {
    let folder = tempfile::tempdir().unwrap();
    let serving = serving(folder.path()).await;
    for (path, status, words) in [
        ("/", 200, "Where to go"),
        ("/docs", 200, "<base href=\"/docs/\">"),
        ("/docs/swagger-ui.css", 200, "swagger-ui"),
        ("/docs/nothing", 404, "not-found"),
        ("/openapi.json", 200, "\"/api/v1/products\""),
        ("/health/live", 200, "\"live\""),
        ("/health/ready", 200, "\"relay_lag\""),
        ("/metrics", 200, "banyan_subscription_lag_events{consumer=\"inventory\",source=\"catalog\"} 0"),
        ("/metrics", 200, "banyan_http_requests_total{route=\"/docs\",method=\"GET\",status=\"200\"} 1"),
        ("/nowhere", 404, "urn:banyan:problem:not-found"),
    ] {
        let (found, body) = get(&serving, path).await;
        assert!(found.as_u16() == status && body.contains(words), "{path}: {found} {body}");
    }
    let (_, modules) = get(&serving, "/api/v1/admin/modules").await;
    let modules: Value = serde_json::from_str(&modules).unwrap();
    let names: Vec<&str> =
        modules["modules"].as_array().unwrap().iter().map(|module| module["name"].as_str().unwrap()).collect();
    assert_eq!(names, wiring::names().collect::<Vec<_>>());
    assert_eq!(modules["modules"][0]["ports"][0]["contract_hash"].as_str().unwrap().len(), 64);
    assert!(serving.stop().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_admin_sees_the_modules() {
    let folder = tempfile::tempdir().unwrap();
    let serving = serving(folder.path()).await;
    let status = reqwest::get(format!("{}/api/v1/admin/modules", serving.url())).await.unwrap().status();
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(serving.stop().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_store_finishes_what_is_under_way_and_lets_nobody_else_in() {
    let folder = tempfile::tempdir().unwrap();
    let serving = serving(folder.path()).await;
    let url = serving.url();
    let (rows, body) = tokio::sync::mpsc::unbounded_channel::<Result<&'static str, std::io::Error>>();
    let body = futures_util::stream::unfold(body, |mut body| async move { body.recv().await.map(|row| (row, body)) });
    let import = reqwest::Client::new()
        .post(format!("{url}/api/v1/admin/products/import"))
        .bearer_auth(ADMIN_KEY)
        .header("content-type", "text/csv")
        .body(reqwest::Body::wrap_stream(body));
    let import = aside(import.send());
    rows.send(Ok("sku,title,price\n")).unwrap();
    while serving.store.running.metrics.in_flight() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    let stop = aside(serving.stop());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!stop.is_finished(), "it waits for the import");
    rows.send(Ok("A,Late,1.00\n")).unwrap();
    drop(rows);
    let report: Value = import.await.unwrap().unwrap().json().await.unwrap();
    assert_eq!(report["created"], 1, "{report}");
    assert!(stop.await.unwrap());
    assert!(reqwest::get(format!("{url}/health/live")).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_one_stores() {
    let folder = tempfile::tempdir().unwrap();
    let first = Store::open(settings(folder.path()), Seams::system(), Bus::default()).await.unwrap();
    let second = Store::open(settings(folder.path()), Seams::system(), Bus::default()).await;
    assert!(second.is_err_and(|error| error.to_string().contains("another banyan")));
    Store::attach(settings(folder.path()), Seams::system()).await.unwrap().close().await;
    first.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_nothing_to_look_at_before_the_first_start() {
    let folder = tempfile::tempdir().unwrap();
    let attached = Store::attach(settings(folder.path()), Seams::system()).await;
    assert!(attached.is_err_and(|error| error.to_string().contains("there is no store")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_is_loaded_once_and_can_be_bought() {
    let folder = tempfile::tempdir().unwrap();
    let serving = serving(folder.path()).await;
    assert!(demo::is_wanted(&serving.store).await.unwrap());
    let products = demo::load(&serving).await.unwrap();
    serving.store.settle().await.unwrap();
    assert!(!demo::is_wanted(&serving.store).await.unwrap());
    let (_, page) = get(&serving, "/api/v1/products?limit=100").await;
    let page: Value = serde_json::from_str(&page).unwrap();
    assert_eq!(page["items"].as_array().unwrap().len(), products);
    let (_, stock) = get(&serving, "/api/v1/stock/MUG-RUST").await;
    assert!(stock.contains("\"available\":36"), "{stock}");
    for check in crate::check::all(&serving.store).await.unwrap() {
        assert!(check.holds(), "{check:?}");
    }
    assert!(serving.stop().await);
}

#[expect(clippy::disallowed_methods, reason = "the test waits for it")]
fn aside<F>(work: F) -> tokio::task::JoinHandle<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    tokio::spawn(work)
}
