//! What a bad order is told.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Shop, fresh_key, stories};

stories!(bad_json, broken_rules, card_numbers_are_not_seen, bodies_that_are_too_large);

/// A card number that passes the check, and belongs to nobody.
const CARD: &str = "4242 4242 4242 4242";

async fn sends(shop: &Shop, content_type: &str, body: impl Into<reqwest::Body>) -> crate::harness::Answer {
    shop.ask(Method::POST, "/api/v1/orders").key(&fresh_key()).body(content_type, body).send().await
}

async fn bad_json(shop: &Shop) {
    shop.admin().stocks("cup", 9, 100).await;
    let before = shop.snapshot().await;
    for bad in [&b""[..], b"{", b"not json", b"{\"email\": }", b"\xff\xfe{}", b"{} {}", b"[1,2"] {
        let refused = sends(shop, "application/json", bad).await;
        refused.expect_problem(400, "malformed");
    }
    for media_type in ["text/plain", "application/xml", "application/json; charset=latin1"] {
        sends(shop, media_type, "{}").await.expect_problem(415, "unsupported-media-type");
    }
    assert_eq!(shop.snapshot().await, before);
}

/// An order in which one member is changed, the place that the problem names, and its code.
fn broken(ada: &Value) -> Vec<(Value, &'static str, &'static str)> {
    let with = |pointer: &str, value: Value| {
        let mut body = ada.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let without = |member: &str| {
        let mut body = ada.clone();
        body.as_object_mut().unwrap().remove(member);
        body
    };
    let and = |place: &str, member: &str, value: Value| {
        let mut body = ada.clone();
        body.pointer_mut(place).unwrap().as_object_mut().unwrap().insert(member.to_owned(), value);
        body
    };
    let line = json!({"sku": "cup", "quantity": 1});
    vec![
        (without("email"), "/email", "missing-field"),
        (without("currency"), "/currency", "missing-field"),
        (without("lines"), "/lines", "missing-field"),
        (without("payment"), "/payment", "missing-field"),
        (and("", "status", json!("confirmed")), "/status", "unknown-field"),
        (and("", "total", json!(1)), "/total", "unknown-field"),
        (and("/lines/0", "price", json!(1)), "/lines/0/price", "unknown-field"),
        (and("/payment", "amount", json!(1)), "/payment/amount", "unknown-field"),
        (with("/lines", json!([])), "/lines", "invalid-value"),
        (with("/lines", Value::Array(vec![line; 1_001])), "/lines", "invalid-value"),
        (with("/lines/0/quantity", json!(0)), "/lines/0/quantity", "invalid-value"),
        (with("/lines/0/quantity", json!(-1)), "/lines/0/quantity", "invalid-value"),
        (with("/lines/0/quantity", json!(100_001)), "/lines/0/quantity", "invalid-value"),
        (with("/lines/0/quantity", json!(9_223_372_036_854_775_808_u64)), "/lines/0/quantity", "out-of-range"),
        (with("/lines/0/quantity", json!(1.5)), "/lines/0/quantity", "wrong-type"),
        (with("/lines/0/quantity", json!("1")), "/lines/0/quantity", "wrong-type"),
        (with("/lines/0/sku", json!("")), "/lines/0/sku", "invalid-value"),
        (with("/lines/0/sku", json!("caf\u{e9}")), "/lines/0/sku", "invalid-value"),
        (with("/lines/0/sku", json!("hat")), "/lines/0/sku", "unknown-sku"),
        (with("/currency", json!("EUR")), "/lines/0/sku", "currency-mismatch"),
        (with("/currency", json!("XYZ")), "/currency", "invalid-value"),
        (with("/email", json!("nobody")), "/email", "invalid-value"),
        (with("/email", json!("")), "/email", "invalid-value"),
        (and("", "note", json!("x".repeat(10_000))), "/note", "invalid-value"),
    ]
}

async fn broken_rules(shop: &Shop) {
    let ada = shop.guest("ada");
    shop.admin().stocks("cup", 9, 100).await;
    let before = shop.snapshot().await;
    for (body, pointer, code) in broken(&ada.wants(&[("cup", 1)], "tok_approve")) {
        ada.orders(&fresh_key(), &body).await.expect_invalid(pointer, code);
    }
    shop.settle().await;
    assert_eq!(shop.snapshot().await, before);
}

async fn card_numbers_are_not_seen(shop: &Shop) {
    let ada = shop.guest("ada");
    shop.admin().stocks("cup", 9, 100).await;
    let before = shop.snapshot().await;
    let address = json!({"name": "Ada", "line1": "1 High St", "city": "London", "postal_code": "N1", "country": "GB"});
    let mut whole = ada.wants(&[("cup", 1)], "tok_approve");
    whole["note"] = json!("none");
    whole["shipping_address"] = address.clone();
    let mut places = vec!["/note".to_owned(), "/payment/token".to_owned(), "/payment/method".to_owned()];
    places.extend(
        address
            .as_object()
            .unwrap()
            .keys()
            .filter(|part| *part != "country")
            .map(|part| format!("/shipping_address/{part}")),
    );
    for place in places {
        let mut body = whole.clone();
        let card = if place == "/payment/token" || place == "/payment/method" {
            CARD.replace(' ', "")
        } else {
            CARD.to_owned()
        };
        *body.pointer_mut(&place).unwrap() = json!(card);
        let refused = ada.orders(&fresh_key(), &body).await.expect_invalid(&place, "card-number");
        assert!(!refused.words().contains("4242"), "and not repeated: {refused}");
    }
    shop.settle().await;
    assert_eq!(shop.snapshot().await, before);
}

async fn bodies_that_are_too_large(shop: &Shop) {
    let ada = shop.guest("ada");
    shop.admin().stocks("cup", 9, 100).await;
    let before = shop.snapshot().await;
    let mut body = ada.wants(&[("cup", 1)], "tok_approve");
    body["note"] = json!("x".repeat(2 * 1024 * 1024));
    ada.orders(&fresh_key(), &body).await.expect_problem(413, "too-large");
    let large = json!({"delta": 1, "reason": "x".repeat(70_000)});
    shop.admin().adjusts("cup", &large).await.expect_problem(413, "too-large");
    assert_eq!(shop.snapshot().await, before);

    // A thousand lines are an order, though they are more than 64 KiB could say.
    let mut body = ada.wants(&[], "tok_approve");
    let line = json!({"sku": "cup", "quantity": 1});
    body["lines"] = Value::Array(vec![line; 1_000]);
    ada.orders(&fresh_key(), &body).await.expect_problem(409, "out-of-stock");
}
