//! The buyer pays the price that was shown, and no total that cannot be told exactly.

use actix_web::http::Method;
use serde_json::{Value, json};

use super::{
    buyer::{Reply, bare, post, purchase, put},
    shop::{Shop, everywhere},
};

fn expecting(total: &Value, lines: &[(&str, i64)]) -> Value {
    let mut body = purchase(lines, "tok_approve");
    body["expected_total"] = total.clone();
    body
}

async fn cart(shop: &Shop, lines: &[(&str, i64)]) -> (String, Reply) {
    let opened = bare(Method::POST, "/carts").to(shop).await.expect(201);
    let path = format!("/carts/{}", opened.json()["id"].as_str().unwrap());
    let mut shown = opened;
    for (sku, quantity) in lines {
        shown = put(&format!("{path}/lines/{sku}"), &json!({"quantity": quantity})).to(shop).await;
    }
    (path, shown)
}

#[actix_web::test]
async fn the_total_that_was_shown_is_paid_or_nothing() {
    everywhere(async |shop| {
        let gbp = |amount: i64| json!({"amount": amount, "currency": "GBP"});
        post("/orders", &expecting(&gbp(510), &[("CUP", 2)])).key("a").to(&shop).await.expect(201);
        post("/orders", &expecting(&json!(null), &[("CUP", 2)])).key("b").to(&shop).await.expect(201);
        let changed = post("/orders", &expecting(&gbp(509), &[("CUP", 2)])).key("c").to(&shop).await;
        assert_eq!(changed.code(), (409, "total-changed".to_owned()));
        let json = changed.json();
        assert_eq!((&json["expected"], &json["total"]), (&gbp(509), &gbp(510)));
        let line = json!({"sku": "CUP", "title": "A CUP", "quantity": 2, "unit_price": gbp(255), "total": gbp(510)});
        assert_eq!(json["lines"], json!([line]));
        let euros = json!({"amount": 510, "currency": "EUR"});
        let changed = post("/orders", &expecting(&euros, &[("CUP", 2)])).key("d").to(&shop).await;
        assert_eq!(changed.code(), (409, "total-changed".to_owned()));
        // Nothing was bought, so the key is free.
        assert_eq!(shop.count("SELECT COUNT(*) FROM orders").await, 2);
        post("/orders", &expecting(&gbp(510), &[("CUP", 2)])).key("c").to(&shop).await.expect(201);
        for wrong in [json!(510), json!({"amount": 510}), json!({"amount": 5.1, "currency": "GBP"})] {
            post("/orders", &expecting(&wrong, &[("CUP", 2)])).key("e").to(&shop).await.expect(422);
        }
        shop.close().await;
    })
    .await;
}

/// A cart's answer carries the total in the shape in which it is sent back.
#[actix_web::test]
async fn a_cart_checks_out_at_the_total_that_it_showed() {
    everywhere(async |shop| {
        let (path, shown) = cart(&shop, &[("CUP", 2), ("POT", 1)]).await;
        let total = shown.expect(200).json()["total"].clone();
        let body = |total: &Value| {
            json!({"email": "ada@example.com", "currency": "GBP", "expected_total": total,
                   "payment": {"method": "simulated", "token": "tok_approve"}})
        };
        let (check_out, cheaper) = (format!("{path}/checkout"), json!({"amount": 1_000, "currency": "GBP"}));
        let changed = post(&check_out, &body(&cheaper)).key("a").to(&shop).await;
        assert_eq!(changed.code(), (409, "total-changed".to_owned()));
        let done = post(&check_out, &body(&total)).key("a").to(&shop).await.expect(201);
        assert_eq!(done.json()["total"], total);
        let again = post(&check_out, &body(&total)).key("a").to(&shop).await.expect(201);
        assert_eq!(again.body, done.body);
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn no_total_is_larger_than_a_client_can_read() {
    everywhere(async |shop| {
        // The price is half of what an i64 holds.
        let refused = post("/orders", &purchase(&[("SHIP", 1)], "tok_approve")).key("a").to(&shop).await;
        assert_eq!(refused.code(), (422, "total-too-large".to_owned()));
        let (path, refused) = cart(&shop, &[("CUP", 1), ("SHIP", 1)]).await;
        assert_eq!(refused.code(), (422, "total-too-large".to_owned()));
        let kept = put(&format!("{path}/lines/CUP"), &json!({"quantity": 2})).to(&shop).await.expect(200).json();
        assert_eq!((kept["lines"].as_array().unwrap().len(), &kept["total"]["amount"]), (1, &json!(510)));
        shop.close().await;
    })
    .await;
}
