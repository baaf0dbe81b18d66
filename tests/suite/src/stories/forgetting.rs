//! What nothing needs any more is deleted, and nothing else.

use reqwest::Method;

use crate::harness::{Order, Shop, fresh_key, stories};

stories!(in_process crate::harness::Shop::open: what_is_over_is_forgotten);

async fn what_is_over_is_forgotten(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 9, 100).await;
    let (key, wants) = (fresh_key(), ada.wants(&[("cup", 2)], "tok_approve"));
    let bought = Order::of(&ada.orders(&key, &wants).await.expect_status(201));
    ada.buys_with("tok_decline", &[("cup", 2)]).await.expect_status(402);
    ada.buys(&[("cup", 90)]).await.expect_problem(409, "out-of-stock");
    let later = ada.buys_with("tok_pending_then_approve", &[("cup", 1)]).await;
    assert!(matches!(later.status, 201 | 202), "{later}");
    let called_off = ada.has_bought(&[("cup", 1)]).await;
    ada.cancels(&called_off).await.expect_status(200);
    shop.ask(Method::POST, "/api/v1/carts").send().await.expect_status(201);
    shop.settle().await;
    let rows = async |module: &str, table: &str| shop.figure(module, &format!("SELECT COUNT(*) FROM {table}")).await;
    let figures = async || {
        [
            rows("order", "orders").await,
            rows("order", "orders, {each}(orders.lines) AS line").await,
            rows("order", "timeline WHERE order_id NOT IN (SELECT id FROM orders)").await,
            rows("inventory", "claim").await,
            rows("inventory", "claim_sku").await,
            rows("payment", "webhook_inbox").await,
        ]
    };
    assert_eq!(figures().await, [5, 5, 0, 5, 4, 1]);
    assert_eq!(rows("order", "orders WHERE key IS NOT NULL AND answer_status IS NOT NULL").await, 5);
    ada.orders(&key, &wants).await.expect_status(201);

    shop.store().forget().await.unwrap();
    assert_eq!(figures().await, [5, 5, 0, 5, 4, 1], "all of it is young");
    shop.later(29 * 24 * 60);
    let young = ada.buys_with("tok_decline", &[("cup", 1)]).await.expect_status(402);
    shop.settle().await;
    shop.later(2 * 24 * 60);
    shop.store().forget().await.unwrap();
    assert_eq!(
        figures().await,
        [4, 4, 0, 3, 3, 0],
        "three that were bought, one that is young; its claim, and two that stand"
    );
    assert_eq!(rows("order", "idempotency").await, 0, "no key outlives its time with a deleted order");
    assert_eq!(rows("order", "orders WHERE status = 'rejected'").await, 1);
    ada.reads(&bought).await.expect_status(200);
    assert!(!ada.timeline(&bought).await.expect_status(200).json()["items"].as_array().unwrap().is_empty());
    assert_eq!(young.status, 402);
    assert_eq!(admin.level("cup").await.committed, 3);

    let anew = ada.orders(&key, &wants).await.expect_status(201);
    assert_eq!(anew.header("idempotency-replayed"), None, "a key may be used again after its time");
    assert_ne!(Order::of(&anew).id, bought.id);
    assert_eq!(ada.orders(&key, &wants).await.expect_status(201).body, anew.body);
    ada.reads(&bought).await.expect_status(200);
}
