//! Methods and paths that are not what they should be.

use reqwest::Method;
use serde_json::Value;

use crate::harness::{ADMIN_KEY, Answer, Shop, fresh_key, stories};

stories!(
    what_is_read_can_be_asked_for_its_head,
    a_wrong_method_names_the_right_ones,
    every_path_of_the_document_refuses_every_other_method,
    an_unknown_path_is_not_found
);

const DOCUMENT: &str = include_str!("../../../../openapi/store.v1.json");

/// Every method of HTTP but CONNECT, which names no path, and OPTIONS, which `wire` tries; and one that no server knows.
const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"];

async fn what_is_read_can_be_asked_for_its_head(shop: &Shop) {
    shop.admin().stocks("cup", 5, 100).await;
    for path in ["/api/v1/products", "/api/v1/products/cup", "/api/v1/stock/cup", "/health/live", "/", "/docs"] {
        let whole = shop.get(path).await.expect_status(200);
        let head = shop.ask(Method::HEAD, path).send().await.expect_status(200);
        assert!(head.body.is_empty(), "{path}");
        for header in ["content-type", "etag", "cache-control"] {
            assert_eq!(head.header(header), whole.header(header), "{path} {header}");
        }
    }
    shop.ask(Method::HEAD, "/api/v1/products/hat").send().await.expect_status(404);
}

async fn a_wrong_method_names_the_right_ones(shop: &Shop) {
    for (method, path, right) in [
        (Method::DELETE, "/api/v1/products", vec!["GET", "HEAD"]),
        (Method::POST, "/api/v1/products/cup", vec!["GET", "HEAD"]),
        (Method::PUT, "/api/v1/orders", vec!["GET", "HEAD", "POST"]),
        (Method::PATCH, "/api/v1/carts", vec!["POST"]),
        (Method::POST, "/openapi.json", vec!["GET", "HEAD"]),
        (Method::DELETE, "/", vec!["GET", "HEAD"]),
    ] {
        let refused = shop.ask(method.clone(), path).send().await.expect_problem(405, "method-not-allowed");
        assert_eq!(allowed(&refused), right, "{method} {path}");
    }
    for path in ["/api/v1/products", "/api/v1/orders"] {
        let options = shop.ask(Method::OPTIONS, path).send().await;
        assert!(matches!(options.status, 200 | 204 | 405), "{options}");
        assert!(options.header("allow").is_some_and(|allow| allow.contains("GET")), "{options}");
    }
}

/// The methods of `Allow`, in order.
fn allowed(answer: &Answer) -> Vec<String> {
    let allow = answer.header("allow").unwrap_or_else(|| panic!("no Allow: {answer}"));
    let mut allowed: Vec<_> = allow.split(", ").filter(|name| *name != "OPTIONS").map(str::to_owned).collect();
    allowed.sort_unstable();
    allowed
}

/// A path of two fixed names is not a path of one name and a parameter: `/admin/products/import` is no product.
async fn every_path_of_the_document_refuses_every_other_method(shop: &Shop) {
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    let mut tried = 0;
    for (pattern, operations) in document["paths"].as_object().unwrap() {
        let mut right: Vec<String> = operations.as_object().unwrap().keys().map(|name| name.to_uppercase()).collect();
        right.retain(|name| METHODS.contains(&name.as_str()));
        if right.contains(&"GET".to_owned()) {
            right.push("HEAD".to_owned());
        }
        right.sort_unstable();
        let path = pattern.split('/').map(|part| if part.starts_with('{') { "cup" } else { part });
        let path = path.collect::<Vec<_>>().join("/");
        for method in METHODS.into_iter().filter(|method| !right.iter().any(|name| name == method)) {
            let ask = shop.ask(method.parse().unwrap(), &path).bearer(ADMIN_KEY).key(&fresh_key());
            let answer = ask.send().await.expect_status(405);
            assert_eq!(allowed(&answer), right, "{method} {path}");
            if method != "HEAD" {
                answer.expect_problem(405, "method-not-allowed");
            }
            tried += 1;
        }
    }
    assert!(tried > 250, "the walk lost some: {tried}");
}

async fn an_unknown_path_is_not_found(shop: &Shop) {
    for path in ["/nowhere", "/api/v1", "/api/v1/nowhere", "/api/v2/products", "/api/v1/products/cup/no", "/docs/no.js"]
    {
        shop.get(path).await.expect_problem(404, "not-found");
    }
    shop.ask(Method::POST, "/nowhere").json(&serde_json::json!({})).send().await.expect_problem(404, "not-found");
}
