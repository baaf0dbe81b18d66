//! Bad parameters and bodies of everything that is not an order.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Shop, fresh_key, stories};

stories!(bad_parameters, bad_returns_and_fulfilments, bad_carts);
stories!(touching ["catalog", "inventory"]: bad_products, bad_adjustments);

async fn bad_parameters(shop: &Shop) {
    shop.admin().stocks("cup", 9, 100).await;
    for path in [
        "/api/v1/products?limit=0",
        "/api/v1/products?limit=101",
        "/api/v1/products?limit=many",
        "/api/v1/products?sort=colour",
        "/api/v1/products?cursor=nonsense",
        "/api/v1/products?colour=red",
        "/api/v1/products/cup?include=everything",
        "/api/v1/carts/nonsense",
        "/api/v1/orders/nonsense",
    ] {
        let refused = shop.get(path).await;
        assert!(matches!(refused.status, 400 | 404), "{refused}");
        refused.clone().expect_problem(refused.status, &refused.text("/code"));
    }
    for path in
        ["/admin/holds?order=nonsense", "/admin/stock?below=few", "/admin/payments?order=nonsense", "/orders?limit=0"]
    {
        let refused = shop.admin().get(path).await;
        refused.clone().expect_problem(400, &refused.text("/code"));
    }
}

async fn bad_products(shop: &Shop) {
    let admin = shop.admin();
    let good = json!({"title": "Mug", "variants": [{"sku": "MUG", "price": {"amount": 900, "currency": "GBP"}}]});
    let with = |pointer: &str, value: Value| {
        let mut body = good.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let before = shop.snapshot().await;
    for (body, pointer, code) in [
        (with("/title", json!("")), "/title", "invalid-value"),
        (with("/title", json!("a\u{7}b")), "/title", "invalid-value"),
        (with("/variants", json!([])), "/variants", "invalid-value"),
        (with("/variants/0/sku", json!(" MUG")), "/variants/0/sku", "invalid-value"),
        (with("/variants/0/price/amount", json!(-1)), "/variants/0/price/amount", "bad-price"),
        (with("/variants/0/price/amount", json!(9.99)), "/variants/0/price/amount", "wrong-type"),
        (with("/variants/0/price/currency", json!("XYZ")), "/variants/0/price/currency", "invalid-value"),
        (json!({"title": "Mug", "id": 1, "variants": []}), "/id", "unknown-field"),
    ] {
        admin.post("/admin/products", &body).await.expect_invalid(pointer, code);
    }
    let refused = admin.ask(Method::POST, "/admin/products").body("application/json", "{").send().await;
    refused.expect_problem(400, "malformed");
    shop.settle().await;
    assert_eq!(shop.snapshot().await, before);
}

async fn bad_adjustments(shop: &Shop) {
    let admin = shop.admin();
    admin.stocks("cup", 9, 100).await;
    let before = shop.snapshot().await;
    for (body, pointer, code) in [
        (json!({"delta": 1}), "/reason", "missing-field"),
        (json!({"delta": 0, "reason": "no"}), "/delta", "invalid-value"),
        (json!({"delta": 1, "set_on_hand": 1, "reason": "no"}), "/delta", "invalid-value"),
        (json!({"reason": "no"}), "/delta", "invalid-value"),
        (json!({"set_on_hand": -1, "reason": "no"}), "/set_on_hand", "invalid-value"),
        (json!({"delta": 9_223_372_036_854_775_808_u64, "reason": "no"}), "/delta", "out-of-range"),
        (json!({"delta": 1, "reason": "   "}), "/reason", "invalid-value"),
        (json!({"delta": 1, "reason": "a\u{0}b"}), "/reason", "invalid-value"),
        (json!({"delta": 1, "reason": "no", "who": "me"}), "/who", "unknown-field"),
    ] {
        admin.adjusts("cup", &body).await.expect_invalid(pointer, code);
    }
    assert_eq!(shop.snapshot().await, before);
}

async fn bad_returns_and_fulfilments(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 9, 100).await;
    let order = ada.has_bought(&[("cup", 2)]).await;
    shop.settle().await;
    let before = shop.snapshot().await;
    let line = |quantity: i64| json!([{"sku": "cup", "quantity": quantity}]);
    for (body, pointer, code) in [
        (json!({"lines": line(0), "reason": "no", "restock": true}), "/lines/0/quantity", "invalid-value"),
        (json!({"lines": line(-1), "reason": "no", "restock": true}), "/lines/0/quantity", "invalid-value"),
        (json!({"lines": [], "reason": "no", "restock": true}), "/lines", "invalid-value"),
        (json!({"reason": "no", "restock": true}), "/lines", "missing-field"),
        (json!({"lines": line(1), "reason": "4242424242424242", "restock": true}), "/reason", "card-number"),
        (json!({"lines": line(1), "reason": "no", "restock": true, "amount": 1}), "/amount", "unknown-field"),
    ] {
        let ask = shop.ask(Method::POST, &format!("{}/returns", order.path())).order_token(&order.token);
        ask.key(&fresh_key()).json(&body).send().await.expect_invalid(pointer, code);
    }
    for (body, pointer, code) in [
        (json!({"lines": line(0)}), "/lines/0/quantity", "invalid-value"),
        (json!({"lines": line(1), "tracking": "RM\u{0}1"}), "/tracking", "invalid-value"),
        (json!({"parcels": 1}), "/parcels", "unknown-field"),
    ] {
        admin.post(&format!("/orders/{}/fulfilments", order.id), &body).await.expect_invalid(pointer, code);
    }
    shop.settle().await;
    assert_eq!(shop.snapshot().await, before);
}

async fn bad_carts(shop: &Shop) {
    shop.admin().stocks("cup", 9, 100).await;
    let cart = shop.ask(Method::POST, "/api/v1/carts").send().await.expect_status(201).text("/id");
    let before = shop.snapshot().await;
    let put = async |sku: &str, body: Value| {
        shop.ask(Method::PUT, &format!("/api/v1/carts/{cart}/lines/{sku}")).json(&body).send().await
    };
    put("cup", json!({"quantity": 100_001})).await.expect_invalid("/quantity", "invalid-value");
    put("cup", json!({"quantity": "2"})).await.expect_invalid("/quantity", "wrong-type");
    put("cup", json!({"units": 2})).await.expect_status(422);
    put("hat", json!({"quantity": 1})).await.expect_problem(422, "unknown-sku");
    let not_a_sku = put("caf%C3%A9", json!({"quantity": 1})).await;
    assert!(matches!(not_a_sku.status, 400 | 404), "{not_a_sku}");
    assert_eq!(shop.snapshot().await, before);
}
