//! Every outcome that the simulated provider has a token for.

use std::time::Duration;

use serde_json::json;

use crate::harness::{Level, Order, Shop, fresh_key, stories};

stories!(in crate::harness::Shop::impatient:
    a_lost_answer_is_found_out,
    a_provider_that_is_away_ends_the_order,
    a_slow_provider_is_waited_for,
    an_approval_comes_later,
    a_refusal_comes_later,
    an_unknown_method_is_refused,
);

const ALL_BACK: Level = Level { on_hand: 5, held: 0, committed: 0, available: 5 };

/// What the provider believes: operations that it approved, and what they amount to.
async fn books(shop: &Shop) -> Vec<(String, i64, i64)> {
    let sql = "SELECT operation, COUNT(*), CAST(SUM(amount) AS bigint) FROM simulated_ledger \
               WHERE outcome = 'approved' GROUP BY operation ORDER BY operation";
    let cells = |row: &sea_orm::QueryResult| {
        (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap(), row.try_get_by_index(2).unwrap())
    };
    shop.rows("payment", sql).await.iter().map(cells).collect()
}

fn taken(pence: i64) -> Vec<(String, i64, i64)> {
    vec![("authorize".to_owned(), 1, pence), ("capture".to_owned(), 1, pence)]
}

async fn a_lost_answer_is_found_out(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 5, 100).await;
    let answer = ada.buys_with("tok_timeout_then_approve", &[("cup", 2)]).await;
    assert!(matches!(answer.status, 201 | 202), "{answer}");
    let order = Order::of(&answer);
    let read = ada.reads_until(&order, |read| read.text("/status") == "confirmed").await;
    assert_eq!(read.number("/total/amount"), 200);
    shop.settle().await;
    assert_eq!(books(shop).await, taken(200), "the money was taken once");
}

async fn a_provider_that_is_away_ends_the_order(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 5, 100).await;
    let key = fresh_key();
    let body = ada.wants(&[("cup", 2)], "tok_unavailable");
    let answer = ada.orders(&key, &body).await;
    if answer.status == 202 {
        let order = Order::of(&answer);
        assert_eq!(answer.text("/status"), "placed");
        shop.later_seconds(31);
        let ended = ada.reads_until(&order, |read| read.text("/status") == "rejected").await;
        assert_eq!(ended.text("/rejection/code"), "payment-unavailable");
    } else {
        answer.expect_problem(503, "payment-unavailable");
    }
    shop.settle().await;
    assert_eq!(admin.level("cup").await, ALL_BACK);
    assert_eq!(books(shop).await, []);
}

async fn a_slow_provider_is_waited_for(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 5, 100).await;
    let answer = ada.buys_with("tok_slow_3s", &[("cup", 2)]).await.expect_status(202);
    let order = Order::of(&answer);
    assert_eq!(answer.text("/status"), "placed");
    assert_eq!(answer.header("location"), Some(order.path().as_str()));
    assert_eq!(admin.level("cup").await.held, 2, "its stock is held until then");
    ada.reads_until(&order, |read| read.text("/status") == "confirmed").await;
    shop.settle().await;
    assert_eq!(books(shop).await, taken(200));
}

async fn an_approval_comes_later(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 5, 100).await;
    let answer = ada.buys_with("tok_pending_then_approve", &[("cup", 2)]).await;
    assert!(matches!(answer.status, 201 | 202), "{answer}");
    let order = Order::of(&answer);
    ada.reads_until(&order, |read| read.text("/status") == "confirmed").await;
    shop.settle().await;
    assert_eq!(books(shop).await, taken(200));
    let heard = "SELECT COUNT(*) FROM webhook_inbox";
    assert_eq!(shop.figure("payment", heard).await, 1, "it came as a webhook");
}

async fn a_refusal_comes_later(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 5, 100).await;
    let answer = ada.buys_with("tok_pending_then_decline", &[("cup", 2)]).await;
    if answer.status == 202 {
        let order = Order::of(&answer);
        let ended = ada.reads_until(&order, |read| read.text("/status") == "rejected").await;
        assert_eq!(ended.text("/rejection/code"), "payment-declined");
    } else {
        answer.expect_problem(402, "payment-declined");
    }
    shop.settle().await;
    assert_eq!(admin.level("cup").await, ALL_BACK);
    assert_eq!(books(shop).await, []);
}

async fn an_unknown_method_is_refused(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 5, 100).await;
    let mut body = ada.wants(&[("cup", 2)], "tok_approve");
    body["payment"]["method"] = json!("shells");
    let refused = ada.orders(&fresh_key(), &body).await.expect_problem(422, "unknown-payment-method");
    refused.expect_invalid("/payment/method", "unknown-payment-method");
    tokio::time::sleep(Duration::from_millis(50)).await;
    shop.settle().await;
    assert_eq!(admin.level("cup").await, ALL_BACK);
}
