//! Gathering goods, and checking out.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Shop, fresh_key, stories};

stories!(
    a_cart_shows_live_prices,
    a_cart_is_checked_out_once,
    a_cart_that_cannot_be_met_stays,
    a_cart_expires,
    an_empty_cart_is_not_an_order,
);

async fn new_cart(shop: &Shop) -> String {
    let answer = shop.ask(Method::POST, "/api/v1/carts").send().await.expect_status(201);
    let path = format!("/api/v1/carts/{}", answer.text("/id"));
    assert_eq!(answer.header("location"), Some(path.as_str()));
    path
}

async fn puts(shop: &Shop, cart: &str, sku: &str, quantity: i64) -> Answer {
    shop.ask(Method::PUT, &format!("{cart}/lines/{sku}")).json(&json!({ "quantity": quantity })).send().await
}

fn details(token: &str) -> Value {
    json!({"email": "ada@example.com", "currency": "GBP", "payment": {"method": "simulated", "token": token}})
}

async fn checks_out(shop: &Shop, cart: &str, key: &str, body: &Value) -> Answer {
    shop.ask(Method::POST, &format!("{cart}/checkout")).key(key).json(body).send().await
}

async fn a_cart_shows_live_prices(shop: &Shop) {
    let admin = shop.admin();
    admin.stocks_all(&[("cup", 5, 100), ("pot", 1, 900)]).await;
    let cart = new_cart(shop).await;
    puts(shop, &cart, "cup", 2).await.expect_status(200);
    let full = puts(shop, &cart, "pot", 3).await.expect_status(200);
    assert_eq!(full.number("/total/amount"), 2_900);
    assert_eq!(full.number("/lines/1/available"), 1, "it says so before the checkout does");

    admin.imports("sku,title,price,currency\ncup,cup,1.50,GBP\n").await.expect_status(200);
    let read = shop.get(&cart).await.expect_status(200);
    assert_eq!(read.number("/total/amount"), 3_000, "prices are today's");
    assert_eq!(read.header("cache-control"), Some("no-store"));

    let less = puts(shop, &cart, "pot", 0).await.expect_status(200);
    assert_eq!((less.at("/lines").as_array().unwrap().len(), less.number("/total/amount")), (1, 300));
    shop.ask(Method::DELETE, &cart).send().await.expect_status(204);
    shop.get(&cart).await.expect_problem(404, "not-found");
}

async fn a_cart_is_checked_out_once(shop: &Shop) {
    let admin = shop.admin();
    admin.stocks("cup", 5, 100).await;
    let cart = new_cart(shop).await;
    puts(shop, &cart, "cup", 2).await.expect_status(200);
    shop.ask(Method::POST, &format!("{cart}/checkout"))
        .json(&details("tok_approve"))
        .send()
        .await
        .expect_problem(400, "idempotency-key-missing");

    let key = fresh_key();
    let first = checks_out(shop, &cart, &key, &details("tok_approve")).await.expect_status(201);
    assert_eq!((first.text("/status"), first.number("/total/amount")), ("confirmed".to_owned(), 200));
    let again = checks_out(shop, &cart, &key, &details("tok_approve")).await.expect_status(201);
    assert_eq!(again.body, first.body, "byte for byte");
    checks_out(shop, &cart, &fresh_key(), &details("tok_approve")).await.expect_problem(409, "cart-checked-out");
    puts(shop, &cart, "cup", 1).await.expect_problem(409, "cart-checked-out");
    shop.settle().await;
    assert_eq!(admin.level("cup").await.committed, 2);
}

async fn a_cart_that_cannot_be_met_stays(shop: &Shop) {
    let admin = shop.admin();
    admin.stocks("cup", 5, 100).await;
    let cart = new_cart(shop).await;
    puts(shop, &cart, "cup", 9).await.expect_status(200);
    checks_out(shop, &cart, &fresh_key(), &details("tok_approve")).await.expect_problem(409, "out-of-stock");
    puts(shop, &cart, "cup", 5).await.expect_status(200);
    checks_out(shop, &cart, &fresh_key(), &details("tok_decline")).await.expect_problem(402, "payment-declined");
    checks_out(shop, &cart, &fresh_key(), &details("tok_approve")).await.expect_status(201);
}

async fn a_cart_expires(shop: &Shop) {
    shop.admin().stocks("cup", 5, 100).await;
    let cart = new_cart(shop).await;
    shop.later(60 * 71);
    puts(shop, &cart, "cup", 1).await.expect_status(200);
    shop.later(60 * 71);
    shop.get(&cart).await.expect_status(200);
    shop.later(60 * 2);
    shop.get(&cart).await.expect_problem(404, "not-found");
    puts(shop, &cart, "cup", 1).await.expect_problem(404, "not-found");
    checks_out(shop, &cart, &fresh_key(), &details("tok_approve")).await.expect_problem(404, "not-found");
}

async fn an_empty_cart_is_not_an_order(shop: &Shop) {
    shop.admin().stocks("cup", 5, 100).await;
    let cart = new_cart(shop).await;
    checks_out(shop, &cart, &fresh_key(), &details("tok_approve")).await.expect_problem(409, "cart-empty");
    puts(shop, &cart, "cup", -1).await.expect_invalid("/quantity", "invalid-value");
    shop.get("/api/v1/carts/00000000-0000-4000-8000-000000000000").await.expect_problem(404, "not-found");
}
