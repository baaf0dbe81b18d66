//! Taking goods back.

use serde_json::json;

use crate::harness::{Level, Shop, fresh_key, stories};

stories!(
    goods_come_back_and_so_does_their_price,
    broken_goods_are_not_sold_again,
    never_more_than_was_bought,
    a_return_is_made_once,
    what_was_not_sent_can_be_given_back,
);

async fn goods_come_back_and_so_does_their_price(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks_all(&[("cup", 5, 300), ("pot", 5, 900)]).await;
    let order = ada.has_bought(&[("cup", 2), ("pot", 1)]).await;
    shop.settle().await;
    admin.fulfils(&order, &[("cup", 2), ("pot", 1)]).await.expect_status(201);
    shop.settle().await;

    let back = ada.returns(&order, &[("cup", 1)], true).await.expect_status(201);
    assert_eq!(back.at("/amount"), json!({"amount": 300, "currency": "GBP"}));
    shop.settle().await;

    let read = ada.reads(&order).await;
    assert_eq!((read.number("/payment/captured"), read.number("/payment/refunded")), (1_500, 300));
    assert_eq!(read.number("/lines/0/returned"), 1);
    assert_eq!(admin.level("cup").await, Level { on_hand: 4, held: 0, committed: 0, available: 4 });

    ada.returns(&order, &[("cup", 1), ("pot", 1)], true).await.expect_status(201);
    shop.settle().await;
    assert_eq!(admin.payment_of(&order).await.text("/status"), "refunded");
    assert_eq!(admin.level("pot").await.available, 5);
}

async fn broken_goods_are_not_sold_again(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 5, 300).await;
    let order = ada.has_bought(&[("cup", 2)]).await;
    shop.settle().await;
    admin.fulfils(&order, &[("cup", 2)]).await.expect_status(201);
    ada.returns(&order, &[("cup", 2)], false).await.expect_status(201);
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
    ada.returns(&order, &[("cup", 2)], true).await.expect_status(201);
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
    shop.settle().await;
    assert_eq!(admin.payment_of(&order).await.number("/refunded/amount"), 300);
}

async fn what_was_not_sent_can_be_given_back(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 5, 300).await;
    let order = ada.has_bought(&[("cup", 3)]).await;
    shop.settle().await;
    admin.fulfils(&order, &[("cup", 1)]).await.expect_status(201);
    ada.returns(&order, &[("cup", 2)], true).await.expect_status(201);
    shop.settle().await;
    assert_eq!(admin.level("cup").await, Level { on_hand: 5, held: 0, committed: 1, available: 4 });
    assert_eq!(admin.payment_of(&order).await.number("/refunded/amount"), 600);
    admin.fulfils(&order, &[("cup", 1)]).await.expect_status(201);
    shop.settle().await;
    assert_eq!(ada.reads(&order).await.text("/status"), "fulfilled");
}
