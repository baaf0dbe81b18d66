//! Walks the committed document: no operation is open that should be closed, and none is forgotten here.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, Ask, Shop, stories};

stories!(admin_operations_are_closed, orders_are_closed, no_operation_is_forgotten);

const DOCUMENT: &str = include_str!("../../../../openapi/store.v1.json");

/// Who may do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Everybody,
    /// A client with the admin key.
    Admin,
    /// The buyer, with the order's token, or the admin.
    Buyer,
    /// A provider, with its signature.
    Provider,
}

/// One operation as the document names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Operation {
    path: String,
    method: String,
    /// The names of the security schemes that open it.
    opened_by: BTreeSet<String>,
}

fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let schemes = operation["security"].as_array().into_iter().flatten();
            let opened_by = schemes.flat_map(|scheme| scheme.as_object().unwrap().keys().cloned()).collect();
            operations.push(Operation { path: path.clone(), method: method.to_uppercase(), opened_by });
        }
    }
    operations
}

impl Operation {
    /// What the design says, and not what the document says of itself.
    fn access(&self) -> Access {
        let path = self.path.as_str();
        let order = path.starts_with("/api/v1/orders/{");
        match (self.method.as_str(), path) {
            _ if path.starts_with("/api/v1/admin/") => Access::Admin,
            ("GET", "/metrics" | "/api/v1/orders") | ("POST", "/api/v1/orders/{id}/fulfilments") => Access::Admin,
            _ if order => Access::Buyer,
            _ if path.starts_with("/api/v1/webhooks/") => Access::Provider,
            _ => Access::Everybody,
        }
    }

    /// Asks it of an order, product or cart that is there (`id`), with a body that is at least JSON.
    fn of(&self, shop: &Shop, id: &str) -> Ask {
        self.with(shop, id, &json!({}))
    }

    fn with(&self, shop: &Shop, id: &str, body: &Value) -> Ask {
        let path = self.path.replace("{sku}", "cup").replace("{slug}", "cups").replace("{handle}", "cup");
        let path = path.replace("{provider}", "simulated").replace("{id}", id);
        let ask = shop.ask(self.method.parse().unwrap(), &path);
        if self.method == "GET" { ask } else { ask.key("walking-the-document").json(body) }
    }
}

async fn admin_operations_are_closed(shop: &Shop) {
    shop.admin().stocks("cup", 5, 100).await;
    let order = shop.guest("ada").has_bought(&[("cup", 1)]).await;
    shop.settle().await;
    let before = shop.snapshot().await;
    let closed: Vec<_> = operations().into_iter().filter(|operation| operation.access() == Access::Admin).collect();
    assert!(closed.len() >= 18, "the document lost some: {closed:#?}");
    for operation in &closed {
        operation.of(shop, &order.id).send().await.expect_problem(401, "unauthenticated");
        operation.of(shop, &order.id).order_token(&order.token).send().await.expect_problem(401, "unauthenticated");
        for header in ["Bearer wrong", "Bearer ", "Basic dGhlLWFkbWluLWtleQ==", ADMIN_KEY] {
            let refused = operation.of(shop, &order.id).header("Authorization", header).send().await;
            let refused = refused.expect_problem(401, "unauthenticated");
            assert!(refused.header("www-authenticate").is_some_and(|how| how.starts_with("Bearer")), "{refused}");
        }
    }
    shop.settle().await;
    assert_eq!(shop.snapshot().await, before);
}

async fn orders_are_closed(shop: &Shop) {
    shop.admin().stocks("cup", 5, 100).await;
    let (order, other) =
        (shop.guest("ada").has_bought(&[("cup", 1)]).await, shop.guest("bob").has_bought(&[("cup", 1)]).await);
    shop.settle().await;
    let before = shop.snapshot().await;
    let closed: Vec<_> = operations().into_iter().filter(|operation| operation.access() == Access::Buyer).collect();
    assert!(closed.len() >= 4, "the document lost some: {closed:#?}");
    let goods = json!({"lines": [{"sku": "cup", "quantity": 1}], "reason": "no", "restock": true});
    for operation in &closed {
        let ask = || {
            let has_goods = operation.path.ends_with("/returns");
            if has_goods { operation.with(shop, &order.id, &goods) } else { operation.of(shop, &order.id) }
        };
        for token in ["", "wrong", other.token.as_str()] {
            ask().order_token(token).send().await.expect_problem(404, "not-found");
        }
        ask().send().await.expect_problem(404, "not-found");
    }
    shop.settle().await;
    assert_eq!(shop.snapshot().await, before);
}

/// What the document says of who may do it is what the walks above have tried, and every operation of the design is
/// in the document.
async fn no_operation_is_forgotten(shop: &Shop) {
    let operations = operations();
    for operation in &operations {
        let expected: &[&str] = match operation.access() {
            Access::Admin => &["admin"],
            Access::Buyer => &["admin", "order_token"],
            Access::Everybody | Access::Provider => &[],
        };
        let opened_by: Vec<&str> = operation.opened_by.iter().map(String::as_str).collect();
        assert_eq!(opened_by, expected, "{} {}", operation.method, operation.path);
    }
    let known: BTreeSet<String> =
        operations.iter().map(|operation| format!("{} {}", operation.method, operation.path)).collect();
    let missing: Vec<_> = DESIGN.iter().filter(|operation| !known.contains(**operation)).collect();
    assert!(missing.is_empty(), "{missing:#?} of {known:#?}");
    assert_eq!(shop.ask(Method::GET, "/openapi.json").send().await.expect_status(200).words(), DOCUMENT);
}

/// Every operation of the design, which the document may add to and not take from.
const DESIGN: [&str; 51] = [
    "GET /",
    "GET /health/live",
    "GET /health/ready",
    "GET /metrics",
    "GET /api/v1/admin/modules",
    "GET /api/v1/admin/events",
    "POST /api/v1/admin/events/retry",
    "POST /api/v1/admin/events/skip",
    "POST /api/v1/admin/events/seek",
    "GET /api/v1/products",
    "GET /api/v1/products/{handle}",
    "GET /api/v1/categories",
    "GET /api/v1/categories/{slug}",
    "POST /api/v1/admin/products",
    "PUT /api/v1/admin/products/{id}",
    "DELETE /api/v1/admin/products/{id}",
    "POST /api/v1/admin/categories",
    "PUT /api/v1/admin/categories/{id}",
    "DELETE /api/v1/admin/categories/{id}",
    "POST /api/v1/admin/products/import",
    "GET /api/v1/stock/{sku}",
    "GET /api/v1/admin/stock",
    "GET /api/v1/admin/stock/{sku}",
    "POST /api/v1/admin/stock/{sku}/adjustments",
    "GET /api/v1/admin/stock/{sku}/ledger",
    "GET /api/v1/admin/holds",
    "POST /api/v1/carts",
    "GET /api/v1/carts/{id}",
    "DELETE /api/v1/carts/{id}",
    "PUT /api/v1/carts/{id}/lines/{sku}",
    "POST /api/v1/carts/{id}/checkout",
    "POST /api/v1/orders",
    "GET /api/v1/orders",
    "GET /api/v1/orders/{id}",
    "POST /api/v1/orders/{id}/cancel",
    "POST /api/v1/orders/{id}/fulfilments",
    "POST /api/v1/orders/{id}/lines/cancel",
    "POST /api/v1/orders/{id}/returns",
    "GET /api/v1/admin/orders",
    "GET /api/v1/admin/returns",
    "GET /api/v1/admin/returns/{id}",
    "POST /api/v1/admin/returns/{id}/approve",
    "POST /api/v1/admin/returns/{id}/receive",
    "POST /api/v1/admin/returns/{id}/refuse",
    "GET /api/v1/orders/{id}/timeline",
    "GET /api/v1/admin/payments",
    "GET /api/v1/admin/payments/{id}",
    "POST /api/v1/admin/payments/{id}/capture",
    "POST /api/v1/admin/payments/{id}/void",
    "POST /api/v1/admin/payments/{id}/refunds",
    "POST /api/v1/webhooks/payments/{provider}",
];
