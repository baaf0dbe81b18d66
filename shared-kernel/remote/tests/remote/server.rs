//! What the port server says to every kind of caller.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use inventory_contract::{Held, Hold, Level, STOCK, Stock, StockRefusal};
use kernel::{CallContext, OrderId, Principal, Seams, Sku};
use kernel_remote::{ModuleMeta, PortMeta, ServerConfig};
use port::{Executed, PortError, PortResult};
use serde_json::Value;

use crate::house::{OddStock, remote, serve, sku, tokens};

struct Ask {
    method: &'static str,
    path: &'static str,
    headers: Vec<(&'static str, String)>,
    body: String,
}

fn good() -> Ask {
    let bearer = tokens().bearer("inventory").unwrap().as_str().to_owned();
    Ask {
        method: "POST",
        path: "/ports/stock/v1/levels",
        headers: vec![("authorization", bearer), ("content-type", "application/json".to_owned())],
        body: r#"{"skus": ["CUP"]}"#.to_owned(),
    }
}

impl Ask {
    fn to(self, method: &'static str, path: &'static str) -> Self {
        Self { method, path, ..self }
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self
    }

    fn saying(self, body: &str) -> Self {
        Self { body: body.to_owned(), ..self }
    }

    async fn of(self, address: SocketAddr) -> (u16, String, Value) {
        let method = reqwest::Method::from_bytes(self.method.as_bytes()).unwrap();
        let url = format!("http://{address}{}", self.path);
        let mut request = reqwest::Client::new().request(method, url).body(self.body);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
        (status, kind, response.json().await.unwrap())
    }
}

#[actix_web::test]
async fn every_refusal_is_a_problem() {
    let config = ServerConfig { body_limit_bytes: 2_000, ..ServerConfig::default() };
    let address = serve(OddStock::new(0), config).await;
    let for_payment = tokens().bearer("payment").unwrap().as_str().to_owned();
    let order = "00000000-0000-7000-8000-000000000000";
    for (what, ask, status, code) in [
        ("no token", good().without("authorization"), 401, "unauthenticated"),
        ("an admin key", good().with("authorization", "Bearer 0f3c"), 401, "unauthenticated"),
        ("another module's token", good().with("authorization", &for_payment), 401, "unauthenticated"),
        (
            "no token for a port that is not here",
            good().without("authorization").to("POST", "/ports/x/v1/y"),
            401,
            "unauthenticated",
        ),
        ("no token for meta", good().without("authorization").to("GET", "/ports/stock/meta"), 401, "unauthenticated"),
        ("a port that is not here", good().to("POST", "/ports/prices/v1/quote"), 404, "unknown-port"),
        ("a method that is not there", good().to("POST", "/ports/stock/v1/steal"), 404, "unknown-method"),
        ("another version", good().to("POST", "/ports/stock/v2/levels"), 409, "incompatible-module"),
        ("another path", good().to("POST", "/ports/stock"), 404, "not-found"),
        ("GET", good().to("GET", "/ports/stock/v1/levels"), 405, "method-not-allowed"),
        (
            "no token for a module",
            good().without("authorization").to("GET", "/modules/inventory/meta"),
            401,
            "unauthenticated",
        ),
        ("another module's", good().to("GET", "/modules/payment/meta"), 401, "unauthenticated"),
        (
            "a module that is not here",
            good().with("authorization", &for_payment).to("GET", "/modules/payment/meta"),
            404,
            "unknown-module",
        ),
        ("POST of a module's meta", good().to("POST", "/modules/inventory/meta"), 405, "method-not-allowed"),
        ("POST of meta", good().to("POST", "/ports/stock/meta"), 405, "method-not-allowed"),
        ("text", good().with("content-type", "text/plain"), 415, "unsupported-media-type"),
        ("no type", good().without("content-type"), 415, "unsupported-media-type"),
        ("too large", good().saying(&"x".repeat(2_001)), 413, "body-too-large"),
        ("not JSON", good().saying("{"), 422, "bad-arguments"),
        ("an unknown field", good().saying(r#"{"skus": [], "and": 1}"#), 422, "bad-arguments"),
        ("a deadline that is none", good().with("banyan-deadline-ms", "soon"), 400, "bad-header"),
        ("a principal that is none", good().with("banyan-principal", "root"), 400, "bad-header"),
        ("a deadline that is over", good().with("banyan-deadline-ms", "0"), 503, "module-too-slow"),
        (
            "a panic",
            good().to("POST", "/ports/stock/v1/release").saying(&format!(r#"{{"order": "{order}"}}"#)),
            500,
            "internal",
        ),
    ] {
        let (got, kind, problem) = ask.of(address).await;
        assert_eq!((got, problem["code"].as_str()), (status, Some(code)), "{what}: {problem}");
        assert_eq!(kind, "application/problem+json", "{what}");
        assert_eq!(problem["status"], status, "{what}");
        assert_eq!(problem["type"], format!("urn:banyan:problem:{code}"), "{what}");
    }
    let (status, kind, answer) = good().of(address).await;
    assert_eq!((status, kind.as_str(), answer), (200, "application/json", serde_json::json!([])));
}

#[actix_web::test]
async fn why_a_token_is_no_good_is_said() {
    let address = serve(OddStock::new(0), ServerConfig::default()).await;
    let for_payment = tokens().bearer("payment").unwrap().as_str().to_owned();
    let (_, _, problem) = good().with("authorization", &for_payment).of(address).await;
    assert_eq!(problem["detail"], "the service token is for `payment`, not for `inventory`");
}

#[actix_web::test]
async fn meta_names_the_contract() {
    let address = serve(OddStock::new(0), ServerConfig::default()).await;
    let (status, _, meta) = good().to("GET", "/ports/stock/meta").of(address).await;
    let meta: PortMeta = serde_json::from_value(meta).unwrap();
    assert_eq!((status, meta.port.as_str(), meta.version), (200, "stock", 1));
    assert_eq!(meta.module, "inventory");
    assert_eq!(meta.contract_hash, STOCK.contract_hash());
    let mut hashes: Vec<&String> = meta.methods.values().collect();
    assert_eq!(meta.methods.keys().collect::<Vec<_>>(), ["commit", "hold", "levels", "release"]);
    hashes.sort();
    hashes.dedup();
    assert_eq!(hashes.len(), 4, "each method has a hash of its own");
}

#[actix_web::test]
async fn a_module_says_what_it_stands_on_and_what_it_misses() {
    let address = serve(OddStock::new(0), ServerConfig::default()).await;
    let (status, kind, meta) = good().to("GET", "/modules/inventory/meta").of(address).await;
    let meta: ModuleMeta = serde_json::from_value(meta).unwrap();
    assert_eq!((status, kind.as_str()), (200, "application/json"));
    assert_eq!((meta.module.as_str(), meta.database.as_str()), ("inventory", "tests:inventory"));
    assert_eq!(meta.misses, ["order"]);
}

/// Notes the context with which it is called.
#[derive(Default)]
struct RecordingStock(Mutex<Option<CallContext>>);

#[async_trait]
impl Stock for RecordingStock {
    async fn hold(&self, _: &CallContext, _: Hold) -> PortResult<Held, StockRefusal> {
        Err(PortError::internal())
    }

    async fn commit(&self, _: &CallContext, order: OrderId) -> PortResult<(), StockRefusal> {
        Err(StockRefusal::NotHeld { order }.into())
    }

    async fn release(&self, _: &CallContext, _: OrderId) -> PortResult<(), StockRefusal> {
        Err(PortError::Overloaded { retry_after: Duration::from_millis(1500) })
    }

    async fn levels(&self, cx: &CallContext, _: Vec<Sku>) -> PortResult<Vec<Level>, StockRefusal> {
        *self.0.lock().unwrap() = Some(cx.clone());
        Ok(Vec::new())
    }
}

#[actix_web::test]
async fn the_context_arrives() {
    let recording = Arc::new(RecordingStock::default());
    let stock = remote(serve(recording.clone(), ServerConfig::default()).await);
    let correlation = Seams::system().ids.next();
    let mut cx = CallContext::for_principal(Principal::system("order")).within(Duration::from_millis(250));
    cx.correlation = Some(correlation);
    cx.traceparent = Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned());
    cx.idempotency_key = Some("order-1/hold".to_owned());
    assert_eq!(stock.levels(&cx, vec![sku()]).await, Ok(Vec::new()));

    let seen = recording.0.lock().unwrap().take().unwrap();
    let left = seen.remaining().unwrap();
    assert!(left <= Duration::from_millis(250), "{left:?}");
    assert_eq!((seen.principal, seen.correlation), (cx.principal.clone(), cx.correlation));
    assert_eq!((seen.traceparent, seen.idempotency_key), (cx.traceparent.clone(), cx.idempotency_key.clone()));

    for (key, arrives) in [("Größe", true), ("a\nb", false), (" a", false), ("a\t", false)] {
        let mut cx = CallContext::system("order");
        cx.idempotency_key = Some(key.to_owned());
        let outcome = stock.levels(&cx, vec![sku()]).await;
        let seen = recording.0.lock().unwrap().take().and_then(|seen| seen.idempotency_key);
        assert_eq!(seen.as_deref(), arrives.then_some(key), "unchanged or not at all");
        assert_eq!(outcome.is_ok(), arrives, "{key:?}: {outcome:?}");
    }
}

#[actix_web::test]
async fn every_outcome_comes_back_as_the_same_value() {
    let stock = remote(serve(Arc::new(RecordingStock::default()), ServerConfig::default()).await);
    let cx = CallContext::system("tests");
    let order: OrderId = Seams::system().id();
    let hold = Hold { order, lines: Vec::new(), until: Seams::system().now(), unpaid: false };
    assert_eq!(stock.commit(&cx, order).await, Err(PortError::Refused(StockRefusal::NotHeld { order })));
    assert_eq!(stock.hold(&cx, hold).await, Err(PortError::Unavailable { executed: Executed::Maybe }));
    let retry_after = Duration::from_millis(1500);
    assert_eq!(stock.release(&cx, order).await, Err(PortError::Overloaded { retry_after }));
}
