//! Orders that are not met, and requests that are no orders.

use actix_web::http::Method;
use serde_json::{Value, json};

use super::{
    buyer::{bare, buy, get, post, purchase, status_of},
    fakes::{Claim, Fault},
    shop::{everywhere, on_each_database},
};
use crate::Config;

#[actix_web::test]
async fn stock_that_is_not_there() {
    everywhere(async |shop| {
        let reply = buy(&shop, "k", &[("RARE", 3), ("CUP", 1), ("RARE", 3)], "tok_approve").await;
        assert_eq!(reply.code(), (409, "out-of-stock".to_owned()));
        assert_eq!(reply.json()["lines"], json!([{"sku": "RARE", "requested": 6, "available": 5}]));
        assert_eq!(reply.json()["request_id"], reply.header("x-request-id").unwrap());
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));

        let order = reply.order();
        assert_eq!(shop.charges.charge(order), None, "nothing was asked of payment");
        let kept = get(&format!("/orders/{order}")).admin().to(&shop).await.expect(200).json();
        assert_eq!((&kept["status"], &kept["rejection"]["code"]), (&json!("rejected"), &json!("out-of-stock")));
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn money_that_is_not_given() {
    everywhere(async |shop| {
        let reply = buy(&shop, "k", &[("RARE", 5)], "tok_decline").await;
        assert_eq!(reply.code(), (402, "payment-declined".to_owned()));
        assert_eq!(shop.stock.available("RARE"), 5, "the stock is free again");
        assert_eq!(shop.stock.claim(reply.order()), Some(Claim::Released));
        assert_eq!(status_of(&shop, reply.order()).await, "rejected");
        buy(&shop, "next", &[("RARE", 5)], "tok_approve").await.expect(201);
        shop.settle().await;
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn a_payment_method_that_nobody_knows() {
    everywhere(async |shop| {
        let mut body = purchase(&[("CUP", 1)], "tok_approve");
        body["payment"]["method"] = "shells".into();
        let reply = post("/orders", &body).key("k").to(&shop).await;
        assert_eq!(reply.code(), (422, "unknown-payment-method".to_owned()));
        assert_eq!(reply.json()["errors"][0]["pointer"], "/payment/method");
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn others_that_are_away() {
    let config = Config { checkout_deadline_seconds: 0, retry_ms: 1, ..Config::for_testing() };
    on_each_database(config, async |shop| {
        for (key, call, code) in [("a", "hold", "stock-unavailable"), ("b", "authorize", "payment-unavailable")] {
            shop.faults.next(call, [Fault::Away]);
            let reply = buy(&shop, key, &[("CUP", 1)], "tok_approve").await;
            assert_eq!((reply.code(), reply.header("retry-after")), ((503, code.to_owned()), Some("1")));
            assert_eq!(status_of(&shop, shop_order(&shop).await).await, "rejected");
        }
        shop.faults.next("quote", [Fault::Away]);
        let reply = buy(&shop, "c", &[("CUP", 1)], "tok_approve").await;
        assert_eq!((reply.status, reply.header("retry-after")), (503, Some("1")));
        assert_eq!(shop.count("SELECT COUNT(*) FROM orders").await, 2, "without prices nothing is written");
        assert_eq!(shop.stock.available("CUP"), 1_000_000);
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

async fn shop_order(shop: &super::shop::Shop) -> kernel::OrderId {
    let page = get("/orders?limit=1").admin().to(shop).await.expect(200).json();
    page["items"][0]["id"].as_str().unwrap().parse().unwrap()
}

fn with(pointer: &str, value: Value) -> Value {
    let mut body = purchase(&[("CUP", 1), ("POT", 2)], "tok_approve");
    body["shipping_address"] = json!({"name": "Ada", "line1": "1 High St", "city": "London", "country": "GB"});
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    match body.pointer_mut(pointer) {
        Some(place) => *place = value,
        None => body.pointer_mut(parent).unwrap()[member] = value,
    }
    body
}

#[actix_web::test]
async fn requests_that_break_a_rule() {
    let lines = |count: usize| vec![json!({"sku": "CUP", "quantity": 1}); count];
    let card = "my card is 4111 1111 1111 1111";
    let cases = [
        ("/lines", json!([]), "/lines", "invalid-value"),
        ("/lines", lines(1_001).into(), "/lines", "invalid-value"),
        ("/lines/1/quantity", json!(0), "/lines/1/quantity", "invalid-value"),
        ("/lines/1/quantity", json!(-1), "/lines/1/quantity", "invalid-value"),
        ("/lines/1/quantity", json!(100_001), "/lines/1/quantity", "invalid-value"),
        ("/lines/1/quantity", json!(9_223_372_036_854_775_808_u64), "/lines/1/quantity", "out-of-range"),
        ("/lines/1/quantity", json!(1.5), "/lines/1/quantity", "wrong-type"),
        ("/lines/1/sku", json!("sl/ash"), "/lines/1/sku", "invalid-value"),
        ("/lines/1/sku", json!("NONE"), "/lines/1/sku", "unknown-sku"),
        ("/lines/1/sku", json!("OLD"), "/lines/1/sku", "unknown-sku"),
        ("/lines/0/sku", json!("TASSE"), "/lines/0/sku", "currency-mismatch"),
        ("/lines/0/price", json!(1), "/lines/0/price", "unknown-field"),
        ("/lines/0", json!({"sku": "SHIP", "quantity": 3}), "", "total-too-large"),
        ("/status", json!("confirmed"), "/status", "unknown-field"),
        ("/email", json!("ada"), "/email", "invalid-value"),
        ("/email", json!("4111111111111111@example.com"), "/email", "card-number"),
        ("/currency", json!("XXX"), "/currency", "invalid-value"),
        ("/currency", json!("EUR"), "/lines/0/sku", "currency-mismatch"),
        ("/note", json!("x".repeat(1_001)), "/note", "invalid-value"),
        ("/note", json!("a\u{0}b"), "/note", "invalid-value"),
        ("/note", json!(card), "/note", "card-number"),
        ("/payment/token", json!("5555555555554444"), "/payment/token", "card-number"),
        ("/payment/token", json!(""), "/payment/token", "invalid-value"),
        ("/shipping_address/country", json!("UK!"), "/shipping_address/country", "invalid-value"),
        ("/shipping_address/country", json!("UK"), "/shipping_address/country", "invalid-value"),
        ("/shipping_address/country", json!("ZZ"), "/shipping_address/country", "invalid-value"),
        ("/shipping_address/country", json!("gb"), "/shipping_address/country", "invalid-value"),
        ("/shipping_address/name", json!("\u{200b} "), "/shipping_address/name", "invalid-value"),
        ("/shipping_address/line2", json!("a\nb"), "/shipping_address/line2", "invalid-value"),
        ("/email", json!("ada@hotmail.co,uk"), "/email", "invalid-value"),
        ("/email", json!("<ada@example.com>"), "/email", "invalid-value"),
        ("/email", json!("mailto:ada@example.com"), "/email", "invalid-value"),
        ("/note", json!("a\u{202e}b"), "/note", "invalid-value"),
        ("/4111111111111111", json!("x"), "", "card-number"),
        ("/note", json!(4_111_111_111_111_111_i64), "/note", "card-number"),
        ("/shipping_address/line2", json!(card), "/shipping_address/line2", "card-number"),
        ("/shipping_address/city", json!(""), "/shipping_address/city", "invalid-value"),
    ];
    everywhere(async |shop| {
        for (pointer, value, place, code) in cases.clone() {
            let reply = post("/orders", &with(pointer, value)).key("k").to(&shop).await;
            let json = reply.json();
            let said = (reply.status, &json["errors"][0]["pointer"], &json["errors"][0]["code"]);
            assert_eq!(said, (422, &json!(place), &json!(code)), "{pointer}: {json}");
        }
        for missing in ["email", "currency", "lines", "payment"] {
            let mut body = purchase(&[("CUP", 1)], "tok_approve");
            body.as_object_mut().unwrap().remove(missing);
            let reply = post("/orders", &body).key("k").to(&shop).await;
            assert_eq!(reply.json()["errors"][0]["code"], "missing-field", "{missing}");
        }
        let body = purchase(&[("CUP", 1)], "tok_approve");
        assert_eq!(post("/orders", &body).to(&shop).await.code(), (400, "idempotency-key-missing".to_owned()));
        assert_eq!(bare(Method::POST, "/orders").key("k").to(&shop).await.status, 415);
        let large = json!({"note": "x".repeat(1_100_000)});
        assert_eq!(post("/orders", &large).key("k").to(&shop).await.status, 413);
        assert_eq!(shop.count("SELECT COUNT(*) FROM orders").await, 0);
        assert_eq!(shop.count(super::shop::KEYS).await, 0);
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn what_is_left_blank_is_as_good_as_left_out() {
    everywhere(async |shop| {
        let mut body = with("/shipping_address/line2", json!(""));
        body["email"] = json!(" ada@ex\u{e4}mple.de ");
        body["note"] = json!("  ");
        body["shipping_address"]["region"] = json!(" ");
        body["shipping_address"]["postal_code"] = json!(null);
        body["shipping_address"]["city"] = json!(" London ");
        let order = post("/orders", &body).key("k").to(&shop).await.expect(201).json();
        assert_eq!(order["email"], "ada@ex\u{e4}mple.de");
        let address = json!({"name": "Ada", "line1": "1 High St", "city": "London", "country": "GB"});
        assert_eq!((&order["shipping_address"], &order["note"]), (&address, &json!(null)), "{order}");
        shop.close().await;
    })
    .await;
}

/// Nothing of a buyer's number is kept, and what the shop writes is not searched.
#[actix_web::test]
async fn card_numbers_in_heads() {
    const CARD: &str = "4111-1111-1111-1111";
    everywhere(async |shop| {
        let body = purchase(&[("CUP", 1)], "tok_approve");
        let key = format!("k-{CARD}");
        assert_eq!(post("/orders", &body).key(&key).to(&shop).await.code(), (400, "card-number".to_owned()));
        assert_eq!(shop.count(super::shop::KEYS).await, 0);
        let order = post("/orders", &body).key("k").to(&shop).await.expect(201).json();
        let path = format!("/orders/{}/fulfilments", order["id"].as_str().unwrap());
        let sent = json!({"tracking": "4111 1111 1111 1111"});
        assert_eq!(post(&path, &sent).admin().key(&key).to(&shop).await.status, 201);
        shop.close().await;
    })
    .await;
}
