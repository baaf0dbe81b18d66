//! What happens to the money when orders end.

use kernel::{OrderId, RefundId};
use order_contract::OrderEvent;
use serde_json::json;

use super::harness::{Store, Storm, calm, order_event, said};
use crate::Config;

pub(super) fn cancelled(store: &Store, order: OrderId) -> OrderEvent {
    let refund: RefundId = store.db.seams().id();
    order_event("order.cancelled.v1", &json!({"order": order, "reason": "changed my mind", "refund": refund}))
}

pub(super) fn returned(order: OrderId, refund: RefundId, minor: i64) -> OrderEvent {
    let amount = json!({"amount": minor, "currency": "GBP"});
    let data = json!({
        "order": order, "return": refund, "refund": refund, "amount": amount, "lines": [], "restock": true,
        "reason": "too small",
    });
    order_event("order.returned.v1", &data)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_order_gets_its_money_back() {
    let _calm = calm().await;
    for store in Store::each(Config::for_testing()).await {
        store.run();
        let (paid, _) = store.paid(1530).await;
        store.publish(cancelled(&store, paid)).await;
        store.until(paid, "refunded 1530 1530 1530").await;
        assert_eq!(store.events(paid).await, ["payment.authorized.v1", "payment.captured.v1", "payment.refunded.v1"]);

        let reserved = store.order();
        store.authorize(reserved, "tok_approve", 700).await.unwrap();
        store.publish(cancelled(&store, reserved)).await;
        store.until(reserved, "voided 0 0 0").await;
        assert_eq!(store.events(reserved).await, ["payment.authorized.v1", "payment.voided.v1"]);
        assert_eq!(said(&store.capture(reserved).await), "payment-voided");

        // Cancelled twice, or for an order that payment never heard of: nothing more.
        store.publish(cancelled(&store, paid)).await;
        store.publish(cancelled(&store, store.order())).await;
        let (last, _) = store.paid(1).await;
        store.publish(cancelled(&store, last)).await;
        store.until(last, "refunded 1 1 1").await;
        assert_eq!(store.done(paid, "refund").await, 1);
        store.stop().await;
        store.is_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_return_gives_its_price_back_once() {
    let _calm = calm().await;
    for store in Store::each(Config::for_testing()).await {
        store.run();
        let (order, _) = store.paid(1000).await;
        let refund = store.db.seams().id();
        for _ in 0..3 {
            store.publish(returned(order, refund, 300)).await;
        }
        store.until(order, "captured 1000 1000 300").await;
        store.publish(returned(order, store.db.seams().id(), 0)).await;
        store.publish(returned(order, store.db.seams().id(), 700)).await;
        store.until(order, "refunded 1000 1000 1000").await;
        store.publish(returned(order, store.db.seams().id(), 1)).await;
        let (last, _) = store.paid(10).await;
        store.publish(returned(last, store.db.seams().id(), 10)).await;
        store.until(last, "refunded 10 10 10").await;
        assert_eq!(
            store.attempts(order).await,
            ["authorize succeeded", "capture succeeded", "refund succeeded", "refund succeeded"]
        );
        assert_eq!(store.refusals(order).await, ["asked 1, refunded 0, left 0: less is left than was promised"]);
        store.stop().await;
        store.is_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejected_order_frees_what_was_set_aside() {
    let _calm = calm().await;
    for store in Store::each(Config::for_testing()).await {
        store.run();
        let order = store.order();
        store.authorize(order, "tok_approve", 100).await.unwrap();
        let total = json!({"amount": 100, "currency": "GBP"});
        let placed = json!({"order": order, "number": "1", "total": total});
        store.publish(order_event("order.placed.v1", &placed)).await;
        let rejected = json!({"order": order, "reason": "out-of-stock"});
        store.publish(order_event("order.rejected.v1", &rejected)).await;
        store.until(order, "voided 0 0 0").await;
        assert_eq!(store.done(order, "void").await, 1);
        store.stop().await;
        store.is_sound().await;
    }
}

/// The capture's caller died before it wrote the outcome down, and then the order is cancelled.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancellation_meets_a_capture_under_way() {
    let mut storm = Storm::rises().await;
    for (point, ends, refunds) in [
        // The provider had been asked: the money was taken and goes back.
        ("payment.capture_answered", "refunded 500 500 500", 1),
        // It had not: the money is not taken any more, and freed.
        ("payment.capture_claimed", "voided 0 0 0", 0),
    ] {
        for store in Store::each(Config::for_testing()).await {
            let order = store.order();
            store.authorize(order, "tok_approve", 500).await.unwrap();
            storm.with(point, "panic");
            let charges = std::sync::Arc::clone(&store.charges);
            #[expect(clippy::disallowed_methods, reason = "a caller that dies")]
            let caller = tokio::spawn(async move { charges.capture(&kernel::CallContext::default(), order).await });
            caller.await.unwrap_err();
            storm.abates();
            store.run();
            store.publish(cancelled(&store, order)).await;
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            store.time_passes();
            store.until(order, ends).await;
            assert_eq!(store.done(order, "refund").await, refunds, "{point}");
            store.stop().await;
            store.is_sound().await;
        }
    }
}
