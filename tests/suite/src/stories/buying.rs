//! Placing an order, and why it may come to nothing.

use serde_json::json;

use crate::harness::{Level, Order, Shop, fresh_key, stories};

stories!(
    an_order_is_placed_and_paid,
    one_sku_on_two_lines_is_added_up,
    what_is_not_there_is_not_sold,
    a_declined_payment_leaves_nothing_claimed,
    unknown_goods_are_refused_line_by_line,
    another_currency_is_refused,
    a_repeat_is_answered_as_before,
    an_order_keeps_its_own_title_and_price,
);

async fn an_order_is_placed_and_paid(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 50, 255).await;
    admin.stocks("pot", 5, 3_100).await;

    let mut body = ada.wants(&[("cup", 6), ("pot", 1)], "tok_approve");
    body["shipping_address"] =
        json!({"name": "Ada", "line1": "1 High St", "city": "London", "postal_code": "N1", "country": "GB"});
    body["note"] = json!("leave it with the neighbour");
    let answer = ada.orders(&fresh_key(), &body).await.expect_status(201);
    let order = Order::of(&answer);

    assert_eq!(answer.header("location"), Some(order.path().as_str()));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.text("/status"), "confirmed");
    assert_eq!(answer.text("/email"), "ada@example.com");
    assert_eq!(answer.at("/total"), json!({"amount": 4_630, "currency": "GBP"}));
    assert_eq!(
        answer.at("/lines/0"),
        json!({"sku": "cup", "title": "cup", "quantity": 6, "unit_price": {"amount": 255, "currency": "GBP"},
               "total": {"amount": 1_530, "currency": "GBP"}})
    );
    shop.settle().await;

    let read = ada.reads(&order).await.expect_status(200);
    assert_eq!(read.at("/order_token"), json!(null), "the token stands only in the answer to placing");
    assert_eq!(read.text("/payment/status"), "captured");
    assert_eq!(
        ["authorized", "captured", "refunded"].map(|sum| read.number(&format!("/payment/{sum}"))),
        [4_630, 4_630, 0]
    );
    assert_eq!(read.text("/note"), "leave it with the neighbour");
    let level = Level { on_hand: 50, held: 0, committed: 6, available: 44 };
    assert_eq!(admin.level("cup").await, level);
}

async fn one_sku_on_two_lines_is_added_up(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 5, 100).await;
    let refused = ada.buys(&[("cup", 3), ("cup", 3)]).await.expect_problem(409, "out-of-stock");
    assert_eq!(refused.at("/lines"), json!([{"sku": "cup", "requested": 6, "available": 5}]));
    let order = ada.has_bought(&[("cup", 3), ("cup", 2)]).await;
    assert_eq!(order.placed["lines"].as_array().unwrap().len(), 2, "lines stay as they were sent");
    assert_eq!(admin.level("cup").await.available, 0);
}

async fn what_is_not_there_is_not_sold(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks_all(&[("cup", 2, 100), ("pot", 9, 100)]).await;
    let refused = ada.buys(&[("cup", 3), ("pot", 1)]).await.expect_problem(409, "out-of-stock");
    assert_eq!(refused.at("/lines"), json!([{"sku": "cup", "requested": 3, "available": 2}]));
    assert_eq!(admin.level("pot").await.available, 9, "all lines or none");

    let kept = admin.get("/orders?status=rejected").await.expect_status(200);
    assert_eq!(kept.each("email"), ["ada@example.com"], "a rejected order is kept");
}

async fn a_declined_payment_leaves_nothing_claimed(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 2, 100).await;
    ada.buys_with("tok_decline", &[("cup", 2)]).await.expect_problem(402, "payment-declined");
    ada.buys_with("tok_of_nobody", &[("cup", 2)]).await.expect_problem(402, "payment-declined");
    shop.settle().await;
    assert_eq!(admin.level("cup").await, Level { on_hand: 2, held: 0, committed: 0, available: 2 });
    ada.has_bought(&[("cup", 2)]).await;
}

async fn unknown_goods_are_refused_line_by_line(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 2, 100).await;
    let before = shop.snapshot().await;
    let refused = ada.buys(&[("hat", 1), ("cup", 1), ("coat", 1)]).await.expect_problem(422, "unknown-sku");
    refused.clone().expect_invalid("/lines/0/sku", "unknown-sku");
    refused.expect_invalid("/lines/2/sku", "unknown-sku");
    assert_eq!(shop.snapshot().await, before);
}

async fn another_currency_is_refused(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 2, 100).await;
    let before = shop.snapshot().await;
    let mut body = ada.wants(&[("cup", 1)], "tok_approve");
    body["currency"] = json!("EUR");
    let refused = ada.orders(&fresh_key(), &body).await.expect_problem(422, "currency-mismatch");
    refused.expect_invalid("/lines/0/sku", "currency-mismatch");
    assert_eq!(shop.snapshot().await, before);
}

async fn a_repeat_is_answered_as_before(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 9, 100).await;
    let (key, body) = (fresh_key(), ada.wants(&[("cup", 2)], "tok_approve"));
    let first = ada.orders(&key, &body).await.expect_status(201);
    assert_eq!(first.header("idempotency-replayed"), None);
    shop.settle().await;
    let before = shop.snapshot().await;

    let again = ada.orders(&key, &body).await.expect_status(201);
    assert_eq!(again.body, first.body, "byte for byte");
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.header("location"), first.header("location"));
    let other = ada.wants(&[("cup", 3)], "tok_approve");
    ada.orders(&key, &other).await.expect_problem(422, "idempotency-key-reused");
    assert_eq!(shop.snapshot().await, before);

    // A refusal that left an order behind is repeated as well.
    let (key, much) = (fresh_key(), ada.wants(&[("cup", 99)], "tok_approve"));
    let first = ada.orders(&key, &much).await.expect_problem(409, "out-of-stock");
    admin.adjusts("cup", &json!({"delta": 100, "reason": "found some"})).await.expect_status(200);
    let again = ada.orders(&key, &much).await.expect_status(409);
    assert_eq!(again.body, first.body, "byte for byte");
}

async fn an_order_keeps_its_own_title_and_price(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 9, 100).await;
    let order = ada.has_bought(&[("cup", 1)]).await;
    admin.imports("sku,title,price,currency\ncup,Golden cup,99.00,GBP\n").await.expect_status(200);
    let read = ada.reads(&order).await.expect_status(200);
    assert_eq!((read.text("/lines/0/title"), read.number("/lines/0/unit_price/amount")), ("cup".to_owned(), 100));
    let next = ada.buys(&[("cup", 1)]).await.expect_status(201);
    assert_eq!((next.text("/lines/0/title"), next.number("/total/amount")), ("Golden cup".to_owned(), 9_900));
}
