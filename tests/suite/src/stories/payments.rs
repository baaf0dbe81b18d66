//! What an admin may do with money, and how far.

use reqwest::Method;
use serde_json::json;

use crate::harness::{Shop, eventually, fresh_key, stories};

stories!(
    a_payment_shows_every_attempt,
    refunds_never_exceed_what_was_captured,
    a_refund_is_made_once,
    what_was_captured_is_not_voided,
    a_cancellation_after_goodwill_gives_the_rest_back,
    goodwill_and_returns_at_once_never_exceed_what_was_captured,
);

async fn a_payment_shows_every_attempt(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 10, 250).await;
    let order = ada.has_bought(&[("cup", 2)]).await;
    shop.settle().await;
    let payment = admin.payment_of(&order).await;
    let id = payment.text("/id");
    assert_eq!(payment.text("/order"), order.id);
    assert_eq!(
        ["authorized", "captured", "refunded"].map(|sum| payment.number(&format!("/{sum}/amount"))),
        [500, 500, 0]
    );
    admin.refunds(&id, 100).await;
    shop.settle().await;
    let payment = admin.payment_of(&order).await;
    let attempts = payment.at("/attempts");
    let operations: Vec<_> =
        attempts.as_array().unwrap().iter().map(|attempt| attempt["operation"].as_str().unwrap()).collect();
    assert_eq!(operations, ["authorize", "capture", "refund"]);
    let page = admin.get("/admin/payments").await.expect_status(200);
    assert_eq!(page.each("id"), [id]);
    admin.get("/admin/payments/01890000-0000-7000-8000-000000000000").await.expect_status(404);
}

async fn refunds_never_exceed_what_was_captured(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 10, 250).await;
    let order = ada.has_bought(&[("cup", 2)]).await;
    shop.settle().await;
    let id = admin.payment_of(&order).await.text("/id");
    admin.refunds(&id, 300).await.expect_status(201);
    admin.refunds(&id, 201).await.expect_problem(409, "refund-exceeds-captured");
    admin.refunds(&id, 200).await.expect_status(201);
    admin.refunds(&id, 1).await.expect_problem(409, "refund-exceeds-captured");
    for nonsense in [0, -5] {
        admin.refunds(&id, nonsense).await.expect_invalid("/amount", "invalid-value");
    }
    let payment = admin.payment_of(&order).await;
    assert_eq!((payment.text("/status"), payment.number("/refunded/amount")), ("refunded".to_owned(), 500));
    eventually("the order has heard of it", async || {
        (ada.reads(&order).await.number("/payment/refunded") == 500).then_some(())
    })
    .await;
}

async fn a_refund_is_made_once(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 10, 250).await;
    let order = ada.has_bought(&[("cup", 2)]).await;
    shop.settle().await;
    let path = format!("/admin/payments/{}/refunds", admin.payment_of(&order).await.text("/id"));
    let body = json!({"amount": 100, "reason": "goodwill"});
    admin.post(&path, &body).await.expect_problem(400, "idempotency-key-missing");
    let key = fresh_key();
    let ask = async |amount: i64| {
        let body = json!({"amount": amount, "reason": "goodwill"});
        admin.ask(Method::POST, &path).key(&key).json(&body).send().await
    };
    let first = ask(100).await;
    assert!((200..300).contains(&first.status), "{first}");
    let again = ask(100).await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    ask(101).await.expect_problem(422, "idempotency-key-reused");
    shop.settle().await;
    assert_eq!(admin.payment_of(&order).await.number("/refunded/amount"), 100);
}

async fn what_was_captured_is_not_voided(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 10, 250).await;
    let order = ada.has_bought(&[("cup", 2)]).await;
    shop.settle().await;
    let id = admin.payment_of(&order).await.text("/id");
    let captured = admin.ask(Method::POST, &format!("/admin/payments/{id}/capture")).send().await;
    assert_eq!(captured.expect_status(200).text("/status"), "captured", "again it changes nothing");
    let void = async || admin.ask(Method::POST, &format!("/admin/payments/{id}/void")).send().await;
    void().await.expect_problem(409, "illegal-move");
    shop.settle().await;
    let payment = admin.payment_of(&order).await;
    assert_eq!((payment.number("/captured/amount"), payment.number("/refunded/amount")), (500, 0));
}

async fn a_cancellation_after_goodwill_gives_the_rest_back(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 10, 250).await;
    let order = ada.has_bought(&[("cup", 4)]).await;
    shop.settle().await;
    let id = admin.payment_of(&order).await.text("/id");
    admin.refunds(&id, 600).await.expect_status(201);
    ada.cancels(&order).await.expect_status(200);
    ada.reads_until(&order, |read| read.number("/payment/refunded") == 1_000).await;
    shop.settle().await;
    let payment = admin.payment_of(&order).await;
    assert_eq!((payment.text("/status"), payment.number("/refunded/amount")), ("refunded".to_owned(), 1_000));
    admin.refunds(&id, 1).await.expect_problem(409, "refund-exceeds-captured");
}

/// Goodwill by the shop and calling off by the buyer, both at once: what is left is never exceeded, and what was promised
/// is paid or stands in the shop's list of work.
async fn goodwill_and_returns_at_once_never_exceed_what_was_captured(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 40, 250).await;
    for _ in 0..5 {
        let order = ada.has_bought(&[("cup", 4)]).await;
        shop.settle().await;
        let id = admin.payment_of(&order).await.text("/id");
        let (refunds, cancelled) = tokio::join!(
            futures_util::future::join_all([600, 300, 300].map(|pence| admin.refunds(&id, pence))),
            ada.cancels(&order)
        );
        cancelled.expect_status(200);
        let refused = refunds.iter().filter(|answer| answer.status == 409).count();
        assert!(refunds.iter().all(|answer| matches!(answer.status, 201 | 202 | 409)), "{refunds:?}");
        ada.reads_until(&order, |read| read.number("/payment/refunded") == 1_000).await;
        shop.settle().await;
        let payment = admin.payment_of(&order).await;
        assert_eq!((payment.text("/status"), payment.number("/refunded/amount")), ("refunded".to_owned(), 1_000));
        let attempts = payment.at("/attempts");
        let failed: Vec<_> = attempts.as_array().unwrap().iter().filter(|one| one["status"] == "failed").collect();
        assert!(failed.is_empty() && refused >= 1, "{refused} were refused before they were made: {payment}");
    }
}
