//! Methods and paths that are not what they should be.

use reqwest::Method;

use crate::harness::{Shop, stories};

stories!(what_is_read_can_be_asked_for_its_head, a_wrong_method_names_the_right_ones, an_unknown_path_is_not_found);

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
        let mut allowed: Vec<_> =
            refused.header("allow").unwrap().split(", ").filter(|name| *name != "OPTIONS").collect();
        allowed.sort_unstable();
        assert_eq!(allowed, right, "{method} {path}");
    }
    for path in ["/api/v1/products", "/api/v1/orders"] {
        let options = shop.ask(Method::OPTIONS, path).send().await;
        assert!(matches!(options.status, 200 | 204 | 405), "{options}");
        assert!(options.header("allow").is_some_and(|allow| allow.contains("GET")), "{options}");
    }
}

async fn an_unknown_path_is_not_found(shop: &Shop) {
    for path in ["/nowhere", "/api/v1", "/api/v1/nowhere", "/api/v2/products", "/api/v1/products/cup/no", "/docs/no.js"]
    {
        shop.get(path).await.expect_problem(404, "not-found");
    }
    shop.ask(Method::POST, "/nowhere").json(&serde_json::json!({})).send().await.expect_problem(404, "not-found");
}
