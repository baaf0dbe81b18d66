//! Carts and their checkout.

use std::time::Duration;

use actix_web::http::Method;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{
    buyer::{Reply, bare, get, post, put},
    fakes::Fault,
    shop::{Shop, everywhere},
};

async fn open(shop: &Shop) -> String {
    let cart = bare(Method::POST, "/carts").to(shop).await.expect(201);
    let path = cart.header("location").unwrap().trim_start_matches("/api/v1").to_owned();
    assert_eq!(cart.json()["lines"], json!([]));
    path
}

async fn set(shop: &Shop, cart: &str, sku: &str, quantity: i64) -> Reply {
    put(&format!("{cart}/lines/{sku}"), &json!({"quantity": quantity})).to(shop).await
}

async fn check_out(shop: &Shop, cart: &str, key: &str, token: &str) -> Reply {
    let body = json!({
        "email": "ada@example.com", "currency": "GBP", "payment": {"method": "simulated", "token": token},
    });
    post(&format!("{cart}/checkout"), &body).key(key).to(shop).await
}

#[actix_web::test]
async fn a_cart_becomes_one_order() {
    everywhere(async |shop| {
        let cart = open(&shop).await;
        set(&shop, &cart, "CUP", 2).await.expect(200);
        set(&shop, &cart, "POT", 1).await.expect(200);
        set(&shop, &cart, "RARE", 9).await.expect(200);
        set(&shop, &cart, "POT", 0).await.expect(200);
        let shown = set(&shop, &cart, "CUP", 3).await.expect(200).json();
        assert_eq!(shown["total"], json!({"amount": 3 * 255 + 9 * 500, "currency": "GBP"}));
        let lines: Vec<Value> = shown["lines"].as_array().unwrap().clone();
        assert_eq!(
            lines[0],
            json!({
                "sku": "CUP", "quantity": 3, "title": "A CUP", "available": 1_000_000,
                "unit_price": {"amount": 255, "currency": "GBP"}, "total": {"amount": 765, "currency": "GBP"},
            })
        );
        assert_eq!((lines.len(), &lines[1]["available"]), (2, &json!(5)));

        // It cannot be met; so the cart is given back, changed, and checked out again.
        let refused = check_out(&shop, &cart, "a", "tok_approve").await;
        assert_eq!(refused.code(), (409, "out-of-stock".to_owned()));
        assert_eq!(check_out(&shop, &cart, "a", "tok_approve").await.body, refused.body);
        set(&shop, &cart, "RARE", 5).await.expect(200);
        let done = check_out(&shop, &cart, "b", "tok_approve").await.expect(201);
        assert_eq!(done.json()["total"]["amount"], 3 * 255 + 5 * 500);
        assert_eq!(check_out(&shop, &cart, "b", "tok_approve").await.body, done.body);

        assert_eq!(check_out(&shop, &cart, "c", "tok_approve").await.code(), (409, "cart-checked-out".to_owned()));
        assert_eq!(set(&shop, &cart, "CUP", 1).await.code(), (409, "cart-checked-out".to_owned()));
        assert_eq!(get(&cart).to(&shop).await.expect(200).json()["order"], done.json()["id"]);
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn two_checkouts_of_a_cart_are_one_order() {
    everywhere(async |shop| {
        let cart = open(&shop).await;
        set(&shop, &cart, "CUP", 1).await.expect(200);
        let keys = ["a", "b", "c", "d"];
        let replies = join_all(keys.map(|key| check_out(&shop, &cart, key, "tok_approve"))).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
        assert!(replies.iter().all(|reply| matches!(reply.status, 201 | 409)));
        assert_eq!(shop.count("SELECT COUNT(*) FROM orders").await, 1);
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn only_what_is_sold_goes_into_a_cart() {
    everywhere(async |shop| {
        let cart = open(&shop).await;
        for sku in ["NONE", "OLD"] {
            assert_eq!(set(&shop, &cart, sku, 1).await.code(), (422, "unknown-sku".to_owned()));
        }
        assert_eq!(set(&shop, &cart, "CUP", -1).await.status, 422);
        assert_eq!(set(&shop, &cart, "CUP", 100_001).await.status, 422);
        assert_eq!(set(&shop, &cart, "CUP%2F", 1).await.status, 404);
        assert_eq!(check_out(&shop, &cart, "k", "tok_approve").await.code(), (409, "cart-empty".to_owned()));
        // A mixed cart has no total, and no order in one currency.
        set(&shop, &cart, "CUP", 1).await.expect(200);
        assert_eq!(set(&shop, &cart, "TASSE", 1).await.expect(200).json()["total"], json!(null));
        assert_eq!(check_out(&shop, &cart, "k", "tok_approve").await.code(), (422, "currency-mismatch".to_owned()));
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn availability_may_be_unknown_and_prices_may_not() {
    everywhere(async |shop| {
        let cart = open(&shop).await;
        shop.faults.next("levels", [Fault::Away]);
        assert_eq!(set(&shop, &cart, "CUP", 1).await.expect(200).json()["lines"][0]["available"], json!(null));
        shop.faults.next("quote", [Fault::Away]);
        assert_eq!(get(&cart).to(&shop).await.status, 503);
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn a_cart_expires_and_is_swept() {
    everywhere(async |shop| {
        let hours = |hours: u64| super::shop::span(Duration::from_hours(hours));
        let (old, kept, thrown) = (open(&shop).await, open(&shop).await, open(&shop).await);
        set(&shop, &old, "CUP", 1).await.expect(200);
        shop.clock.advance(hours(71));
        set(&shop, &kept, "CUP", 1).await.expect(200);
        assert_eq!(bare(Method::DELETE, &thrown).to(&shop).await.status, 204);
        assert_eq!(bare(Method::DELETE, &thrown).to(&shop).await.status, 404);
        shop.clock.advance(hours(2));
        assert_eq!(get(&old).to(&shop).await.status, 404);
        assert_eq!(set(&shop, &old, "CUP", 2).await.status, 404);
        assert_eq!(check_out(&shop, &old, "k", "tok_approve").await.status, 404);
        get(&kept).to(&shop).await.expect(200);
        assert_eq!(shop.sweep().await, 1);
        assert_eq!(shop.count("SELECT COUNT(*) FROM cart").await, 1);
        assert_eq!(shop.count("SELECT COUNT(*) FROM cart_line").await, 1);
        assert_eq!(get("/carts/018f3a5e-0000-4000-8000-000000000000").to(&shop).await.status, 404);
        shop.close().await;
    })
    .await;
}
