//! Calling an order off.

use crate::harness::{Level, Shop, stories};

stories!(
    stock_and_money_go_back,
    an_order_is_cancelled_once,
    goods_that_have_left_are_not_called_back,
    an_admin_may_cancel_too,
    a_rejected_order_is_not_cancelled,
);

async fn stock_and_money_go_back(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 5, 300).await;
    let order = ada.has_bought(&[("cup", 2)]).await;
    shop.settle().await;

    let cancelled = ada.cancels(&order).await.expect_status(200);
    assert_eq!(cancelled.text("/status"), "cancelled");
    shop.settle().await;

    assert_eq!(admin.level("cup").await, Level { on_hand: 5, held: 0, committed: 0, available: 5 });
    let read = ada.reads(&order).await.expect_status(200);
    assert_eq!((read.number("/payment/captured"), read.number("/payment/refunded")), (600, 600));
    let payment = admin.payment_of(&order).await;
    assert_eq!((payment.text("/status"), payment.number("/refunded/amount")), ("refunded".to_owned(), 600));
}

async fn an_order_is_cancelled_once(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 5, 300).await;
    let order = ada.has_bought(&[("cup", 2)]).await;
    shop.settle().await;
    ada.cancels(&order).await.expect_status(200);
    shop.settle().await;
    let before = shop.snapshot().await;
    ada.cancels(&order).await.expect_problem(409, "illegal-move");
    shop.settle().await;
    assert_eq!(shop.snapshot().await, before);
}

async fn goods_that_have_left_are_not_called_back(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 5, 300).await;
    let order = ada.has_bought(&[("cup", 2)]).await;
    shop.settle().await;
    admin.fulfils(&order, &[("cup", 1)]).await.expect_status(201);
    ada.cancels(&order).await.expect_problem(409, "already-sent");
    admin.fulfils(&order, &[("cup", 1)]).await.expect_status(201);
    ada.cancels(&order).await.expect_problem(409, "already-sent");
}

async fn an_admin_may_cancel_too(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 5, 300).await;
    let order = ada.has_bought(&[("cup", 2)]).await;
    shop.settle().await;
    let path = format!("/orders/{}/cancel", order.id);
    admin.post(&path, &serde_json::json!({})).await.expect_status(200);
    shop.settle().await;
    assert_eq!(ada.reads(&order).await.text("/status"), "cancelled");
    let by = ada.timeline(&order).await.each("by");
    assert!(by.contains(&"admin".to_owned()), "{by:?}");
}

async fn a_rejected_order_is_not_cancelled(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 1, 300).await;
    let refused = ada.buys(&[("cup", 2)]).await.expect_problem(409, "out-of-stock");
    let order = refused.text("/order");
    admin.post(&format!("/orders/{order}/cancel"), &serde_json::json!({})).await.expect_problem(409, "illegal-move");
}
