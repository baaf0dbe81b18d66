//! Sending goods.

use serde_json::json;

use crate::harness::{Level, Shop, stories};

stories!(goods_leave_in_two_parcels, never_more_than_was_bought, all_that_is_left_needs_no_lines);

async fn goods_leave_in_two_parcels(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks_all(&[("cup", 5, 300), ("pot", 1, 900)]).await;
    let order = ada.has_bought(&[("cup", 2), ("pot", 1)]).await;
    shop.settle().await;

    admin.fulfils(&order, &[("cup", 1)]).await.expect_status(201);
    shop.settle().await;
    assert_eq!(ada.reads(&order).await.text("/status"), "confirmed", "something is left to send");
    assert_eq!(admin.level("cup").await, Level { on_hand: 4, held: 0, committed: 1, available: 3 });

    let last = admin.fulfils(&order, &[("cup", 1), ("pot", 1)]).await.expect_status(201);
    assert!(!last.words().is_empty());
    shop.settle().await;
    let read = ada.reads(&order).await;
    assert_eq!(read.text("/status"), "fulfilled");
    assert_eq!(read.number("/lines/0/fulfilled"), 2);
    assert_eq!(read.at("/fulfilments").as_array().unwrap().len(), 2);
    assert_eq!(read.text("/fulfilments/0/tracking"), "RM 1234 5678 9GB");
    assert_eq!(admin.level("cup").await, Level { on_hand: 3, held: 0, committed: 0, available: 3 });
    assert_eq!(admin.level("pot").await, Level { on_hand: 0, held: 0, committed: 0, available: 0 });
}

async fn never_more_than_was_bought(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks_all(&[("cup", 9, 300), ("pot", 9, 900)]).await;
    let order = ada.has_bought(&[("cup", 2)]).await;
    shop.settle().await;
    for too_much in [vec![("cup", 3)], vec![("pot", 1)], vec![("cup", 1), ("cup", 2)]] {
        admin.fulfils(&order, &too_much).await.expect_problem(409, "fulfilment-exceeds-order");
    }
    admin.fulfils(&order, &[("cup", 2)]).await.expect_status(201);
    let refused = admin.fulfils(&order, &[("cup", 1)]).await;
    assert_eq!(refused.status, 409, "{refused}");
    shop.settle().await;
    assert_eq!(admin.level("cup").await.on_hand, 7);
}

async fn all_that_is_left_needs_no_lines(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks_all(&[("cup", 9, 300), ("pot", 9, 900)]).await;
    let order = ada.has_bought(&[("cup", 2), ("pot", 1)]).await;
    shop.settle().await;
    admin.fulfils(&order, &[("cup", 1)]).await.expect_status(201);
    admin.post(&format!("/orders/{}/fulfilments", order.id), &json!({})).await.expect_status(201);
    shop.settle().await;
    assert_eq!(ada.reads(&order).await.text("/status"), "fulfilled");
}
