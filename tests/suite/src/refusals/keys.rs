//! Idempotency keys that are missing, malformed or used for something else.

use reqwest::Method;
use serde_json::json;

use crate::harness::{Shop, fresh_key, stories};

stories!(
    a_key_is_required_where_money_moves,
    a_key_is_one_word,
    a_key_means_one_thing,
    keys_of_two_callers_do_not_meet,
    a_guests_key_cannot_be_guessed
);

async fn a_key_is_required_where_money_moves(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 9, 100).await;
    let order = ada.has_bought(&[("cup", 1)]).await;
    shop.settle().await;
    let cart = shop.ask(Method::POST, "/api/v1/carts").send().await.expect_status(201).text("/id");
    let payment = admin.payment_of(&order).await.text("/id");
    let before = shop.snapshot().await;
    let goods = json!({"lines": [{"sku": "cup", "quantity": 1}], "reason": "no", "restock": true});
    for (path, body) in [
        ("/api/v1/orders".to_owned(), ada.wants(&[("cup", 1)], "tok_approve")),
        (format!("/api/v1/carts/{cart}/checkout"), json!({})),
        (format!("{}/returns", order.path()), goods),
        (format!("/api/v1/admin/payments/{payment}/refunds"), json!({"amount": 1, "reason": "no"})),
    ] {
        let ask = shop.ask(Method::POST, &path).bearer(crate::harness::ADMIN_KEY).order_token(&order.token);
        ask.json(&body).send().await.expect_problem(400, "idempotency-key-missing");
    }
    assert_eq!(shop.snapshot().await, before);
}

async fn a_key_is_one_word(shop: &Shop) {
    let ada = shop.guest("ada");
    shop.admin().stocks("cup", 9, 100).await;
    let before = shop.snapshot().await;
    let body = ada.wants(&[("cup", 1)], "tok_approve");
    for key in [String::new(), "two words".to_owned(), "k".repeat(256), "caf\u{e9}".to_owned()] {
        ada.orders(&key, &body).await.expect_problem(400, "idempotency-key-malformed");
    }
    assert_eq!(shop.snapshot().await, before);
    let longest = format!("{}{}", fresh_key(), "k2".repeat(110)).chars().take(255).collect::<String>();
    assert_eq!(longest.len(), 255);
    ada.orders(&longest, &body).await.expect_status(201);
}

/// Guests have no names: a key that two of them may choose would show one the other's order or cart.
async fn a_guests_key_cannot_be_guessed(shop: &Shop) {
    let (admin, ada, mallory) = (shop.admin(), shop.guest("ada"), shop.guest("mallory"));
    admin.stocks("cup", 9, 100).await;
    let body = ada.wants(&[("cup", 1)], "tok_approve");
    for weak in ["1", "my-first-order", "abcdefghijklmnopqrstuvwxyz", "00000000-0000-0000-0000-000000000001"] {
        ada.orders(weak, &body).await.expect_problem(422, "weak-idempotency-key");
    }
    let key = fresh_key();
    let order = ada.orders(&key, &body).await.expect_status(201);
    let other = mallory.wants(&[("cup", 1)], "tok_approve");
    let told = mallory.orders(&key, &other).await.expect_problem(422, "idempotency-key-reused");
    assert!(!told.words().contains(&order.text("/order_token")));
    admin.ask(Method::POST, "/orders").key("1").json(&body).send().await.expect_status(201);

    let open = async || shop.ask(Method::POST, "/api/v1/carts").key("1").send().await.expect_status(201);
    let (hers, his) = (open().await, open().await);
    assert_ne!(hers.text("/id"), his.text("/id"));
    assert_eq!(his.header("idempotency-replayed"), None);
    for cart in [hers.text("/id"), his.text("/id")] {
        let line = json!({"quantity": 1});
        let path = format!("/api/v1/carts/{cart}");
        shop.ask(Method::PUT, &format!("{path}/lines/cup")).json(&line).send().await.expect_status(200);
        let purchase = json!({
            "email": "ada@example.com", "currency": "GBP", "payment": {"method": "simulated", "token": "tok_approve"},
        });
        let pay = async || shop.ask(Method::POST, &format!("{path}/checkout")).key("1").json(&purchase).send().await;
        let first = pay().await.expect_status(201);
        assert_eq!(pay().await.body, first.body);
    }
}

async fn a_key_means_one_thing(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 9, 100).await;
    let key = fresh_key();
    ada.orders(&key, &ada.wants(&[("cup", 1)], "tok_approve")).await.expect_status(201);
    shop.settle().await;
    let before = shop.snapshot().await;
    for body in [
        ada.wants(&[("cup", 2)], "tok_approve"),
        ada.wants(&[("cup", 1)], "tok_decline"),
        shop.guest("bob").wants(&[("cup", 1)], "tok_approve"),
    ] {
        ada.orders(&key, &body).await.expect_problem(422, "idempotency-key-reused");
    }
    let adjust = async |delta: i64| {
        let body = json!({"delta": delta, "reason": "count"});
        admin.ask(Method::POST, "/admin/stock/cup/adjustments").key("count-1").json(&body).send().await
    };
    assert_eq!(shop.snapshot().await, before);
    let first = adjust(5).await.expect_status(200);
    let again = adjust(5).await.expect_status(200);
    assert_eq!((again.header("idempotency-replayed"), &again.body), (Some("true"), &first.body));
    adjust(6).await.expect_problem(422, "idempotency-key-reused");
    assert_eq!(admin.level("cup").await.on_hand, 14);
}

async fn keys_of_two_callers_do_not_meet(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 9, 100).await;
    let (key, body) = (fresh_key(), ada.wants(&[("cup", 1)], "tok_approve"));
    let hers = ada.orders(&key, &body).await.expect_status(201);
    let ours = admin.ask(Method::POST, "/orders").key(&key).json(&body).send().await.expect_status(201);
    assert_ne!(hers.text("/id"), ours.text("/id"));
    shop.settle().await;
    assert_eq!(admin.level("cup").await.committed, 2);
}
