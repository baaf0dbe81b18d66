//! Taking goods back, and calling off what was not sent.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use crate::harness::{Level, Order, Shop, fresh_key, stories};

stories!(
    goods_come_back_and_so_does_their_price,
    a_token_alone_brings_nothing_back,
    money_goes_back_without_the_goods,
    broken_goods_are_not_sold_again,
    never_more_than_was_bought,
    a_return_is_made_once,
    what_was_not_sent_is_called_off,
    an_order_of_which_nothing_is_left_to_send_is_done,
    two_ways_of_giving_money_back_meet,
);

/// Cups that were sent.
async fn sent(shop: &Shop, cups: i64) -> Order {
    shop.admin().stocks("cup", 5, 300).await;
    let order = shop.guest("ada").has_bought(&[("cup", cups)]).await;
    shop.settle().await;
    shop.admin().fulfils(&order, &[("cup", cups)]).await.expect_status(201);
    shop.settle().await;
    order
}

async fn goods_come_back_and_so_does_their_price(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks_all(&[("cup", 5, 300), ("pot", 5, 900)]).await;
    let order = ada.has_bought(&[("cup", 2), ("pot", 1)]).await;
    shop.settle().await;
    admin.fulfils(&order, &[("cup", 2), ("pot", 1)]).await.expect_status(201);
    shop.settle().await;

    let back = ada.returns(&order, &[("cup", 1)], true).await.expect_status(201);
    assert_eq!(back.at("/amount"), json!({"amount": 300, "currency": "GBP"}));
    admin.receives(&back, true).await.expect_status(200);
    shop.settle().await;

    let read = ada.reads(&order).await;
    assert_eq!((read.number("/payment/captured"), read.number("/payment/refunded")), (1_500, 300));
    assert_eq!(read.number("/lines/0/returned"), 1);
    assert_eq!(admin.level("cup").await, Level { on_hand: 4, held: 0, committed: 0, available: 4 });

    let rest = ada.returns(&order, &[("cup", 1), ("pot", 1)], true).await.expect_status(201);
    admin.receives(&rest, true).await.expect_status(200);
    shop.settle().await;
    assert_eq!(ada.reads(&order).await.each_of("/refunds", "status"), ["paid", "paid"]);
    assert_eq!(admin.payment_of(&order).await.text("/status"), "refunded");
    assert_eq!(admin.level("pot").await.available, 5);
}

async fn a_token_alone_brings_nothing_back(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    let order = sent(shop, 2).await;
    let back = ada.returns(&order, &[("cup", 2)], true).await.expect_status(201);
    assert_eq!(back.text("/status"), "requested");
    shop.settle().await;
    assert_eq!(admin.payment_of(&order).await.number("/refunded/amount"), 0);
    assert_eq!(admin.level("cup").await, Level { on_hand: 3, held: 0, committed: 0, available: 3 });
    for what in ["approve", "receive", "refuse"] {
        let path = format!("/api/v1/admin/returns/{}/{what}", back.text("/id"));
        let ask = shop.ask(Method::POST, &path).order_token(&order.token).json(&json!({"reason": "mine"}));
        ask.send().await.expect_problem(401, "unauthenticated");
    }
    let refuse = format!("/admin/returns/{}/refuse", back.text("/id"));
    admin.post(&refuse, &json!({"reason": "worn"})).await.expect_status(200);
    admin.receives(&back, true).await.expect_problem(409, "illegal-move");
    shop.settle().await;
    assert_eq!(admin.payment_of(&order).await.number("/refunded/amount"), 0);
    assert_eq!(admin.level("cup").await.on_hand, 3);
    assert_eq!(ada.reads(&order).await.text("/returns/0/decision/reason"), "worn");
}

async fn money_goes_back_without_the_goods(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    let order = sent(shop, 2).await;
    let back = ada.returns(&order, &[("cup", 2)], true).await.expect_status(201);
    let path = format!("/admin/returns/{}/approve", back.text("/id"));
    // Both at once: one of them has an effect, and the money goes back once.
    let tries = join_all((0..4).map(|_| admin.ask(Method::POST, &path).send())).await;
    assert_eq!(tries.iter().filter(|answer| answer.status == 200).count(), 1);
    shop.settle().await;
    assert_eq!(admin.payment_of(&order).await.number("/refunded/amount"), 600);
    assert_eq!(admin.level("cup").await.on_hand, 3, "the goods are still away");
    let receives = join_all((0..4).map(|_| admin.receives(&back, true))).await;
    assert_eq!(receives.iter().filter(|answer| answer.status == 200).count(), 1);
    shop.settle().await;
    assert_eq!(admin.payment_of(&order).await.number("/refunded/amount"), 600);
    assert_eq!(admin.level("cup").await, Level { on_hand: 5, held: 0, committed: 0, available: 5 });
    assert_eq!(admin.get("/admin/returns?status=received").await.items().len(), 1);
}

async fn broken_goods_are_not_sold_again(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 5, 300).await;
    let order = ada.has_bought(&[("cup", 2)]).await;
    shop.settle().await;
    admin.fulfils(&order, &[("cup", 2)]).await.expect_status(201);
    let back = ada.returns(&order, &[("cup", 2)], true).await.expect_status(201);
    let came = json!({"lines": [{"sku": "cup", "quantity": 2, "condition": "broken", "restock": false}]});
    admin.post(&format!("/admin/returns/{}/receive", back.text("/id")), &came).await.expect_status(200);
    shop.settle().await;
    assert_eq!(admin.level("cup").await, Level { on_hand: 3, held: 0, committed: 0, available: 3 });
    assert_eq!(admin.payment_of(&order).await.number("/refunded/amount"), 600);
}

async fn never_more_than_was_bought(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 5, 300).await;
    let order = ada.has_bought(&[("cup", 2)]).await;
    shop.settle().await;
    admin.fulfils(&order, &[("cup", 2)]).await.expect_status(201);
    let refused = ada.returns(&order, &[("cup", 3)], true).await.expect_problem(409, "returns-exceed-purchase");
    assert_eq!(refused.at("/lines"), json!([{"sku": "cup", "requested": 3, "possible": 2}]));
    ada.returns(&order, &[("hat", 1)], true).await.expect_problem(409, "returns-exceed-purchase");
    let back = ada.returns(&order, &[("cup", 2)], true).await.expect_status(201);
    ada.returns(&order, &[("cup", 1)], true).await.expect_problem(409, "returns-exceed-purchase");
    admin.receives(&back, true).await.expect_status(200);
    ada.returns(&order, &[("cup", 1)], true).await.expect_problem(409, "returns-exceed-purchase");
    shop.settle().await;
    assert_eq!(admin.payment_of(&order).await.number("/refunded/amount"), 600);
}

async fn a_return_is_made_once(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 5, 300).await;
    let order = ada.has_bought(&[("cup", 2)]).await;
    shop.settle().await;
    admin.fulfils(&order, &[("cup", 2)]).await.expect_status(201);
    let key = fresh_key();
    let first = ada.returns_as(&key, &order, &[("cup", 1)], true).await.expect_status(201);
    let again = ada.returns_as(&key, &order, &[("cup", 1)], true).await.expect_status(201);
    assert_eq!(again.body, first.body);
    ada.returns_as(&key, &order, &[("cup", 2)], true).await.expect_problem(422, "idempotency-key-reused");
    admin.receives(&first, true).await.expect_status(200);
    shop.settle().await;
    assert_eq!(admin.payment_of(&order).await.number("/refunded/amount"), 300);
}

async fn what_was_not_sent_is_called_off(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 5, 300).await;
    let order = ada.has_bought(&[("cup", 4)]).await;
    shop.settle().await;
    admin.fulfils(&order, &[("cup", 1)]).await.expect_status(201);
    ada.cancels(&order).await.expect_problem(409, "already-sent");
    ada.calls_off(&order, &[("cup", 4)]).await.expect_problem(409, "exceeds-unsent");
    ada.calls_off(&order, &[("cup", 1)]).await.expect_status(200);
    shop.settle().await;
    assert_eq!(admin.level("cup").await, Level { on_hand: 4, held: 0, committed: 2, available: 2 });
    assert_eq!(admin.payment_of(&order).await.number("/refunded/amount"), 300);
    // A return of more than the buyer has means those that were not sent.
    let rest = ada.returns(&order, &[("cup", 2)], true).await.expect_status(201);
    assert_eq!(rest.text("/status"), "called_off");
    shop.settle().await;
    assert_eq!(admin.level("cup").await, Level { on_hand: 4, held: 0, committed: 0, available: 4 });
    assert_eq!(admin.payment_of(&order).await.number("/refunded/amount"), 900);
    let read = ada.reads(&order).await;
    assert_eq!((read.text("/status"), read.number("/lines/0/called_off")), ("fulfilled".to_owned(), 3));
    admin.post(&format!("/orders/{}/fulfilments", order.id), &json!({})).await.expect_problem(409, "illegal-move");
}

async fn an_order_of_which_nothing_is_left_to_send_is_done(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 5, 300).await;
    let order = ada.has_bought(&[("cup", 2)]).await;
    shop.settle().await;
    let off = ada.returns(&order, &[("cup", 2)], true).await.expect_status(201);
    assert_eq!((off.text("/status"), off.number("/amount/amount")), ("called_off".to_owned(), 600));
    shop.settle().await;
    assert_eq!(admin.get("/orders?status=confirmed").await.items().len(), 0);
    assert_eq!(ada.reads(&order).await.text("/status"), "cancelled");
    assert_eq!(admin.level("cup").await, Level { on_hand: 5, held: 0, committed: 0, available: 5 });
    assert_eq!(admin.payment_of(&order).await.text("/status"), "refunded");
}

/// Goodwill first: what is promised afterwards is what is left, and what is promised is paid.
async fn two_ways_of_giving_money_back_meet(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 5, 300).await;
    let order = ada.has_bought(&[("cup", 3)]).await;
    shop.settle().await;
    let payment = admin.payment_of(&order).await.text("/id");
    admin.refunds(&payment, 500).await.expect_status(201);
    shop.settle().await;
    admin.fulfils(&order, &[("cup", 1)]).await.expect_status(201);
    let off = ada.calls_off(&order, &[("cup", 1)]).await.expect_status(200);
    assert_eq!(off.number("/called_off/0/amount/amount"), 300);
    let back = ada.returns(&order, &[("cup", 2)], true).await.expect_status(201);
    assert_eq!((back.text("/status"), back.number("/called_off/amount/amount")), ("requested".to_owned(), 100));
    let received = admin.receives(&back, true).await.expect_status(200);
    assert_eq!(received.number("/amount/amount"), 0, "nothing is left");
    shop.settle().await;
    let read = ada.reads(&order).await;
    assert_eq!((read.number("/payment/captured"), read.number("/payment/refunded")), (900, 900));
    assert_eq!(read.each_of("/refunds", "status"), ["paid", "paid"]);
    assert_eq!(admin.get("/admin/orders?refund=refused").await.items().len(), 0);
}
