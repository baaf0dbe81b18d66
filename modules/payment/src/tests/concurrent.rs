//! Many callers, one payment.

use futures_util::future::join_all;
use kernel::OrderId;

use super::harness::{Store, Storm, calm, said};
use crate::Config;

const CALLERS: usize = 20;

async fn all_authorize(store: &Store, order: OrderId, token: &str) -> Vec<String> {
    join_all((0..CALLERS).map(|_| async { said(&store.authorize(order, token, 1530).await) })).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_callers_charge_once() {
    let _calm = calm().await;
    for store in Store::each(Config::for_testing()).await {
        for token in ["tok_approve", "tok_timeout_then_approve"] {
            let order = store.order();
            assert_eq!(all_authorize(&store, order, token).await, ["authorized 1530 0 0"; CALLERS], "{token}");
            let captures = join_all((0..CALLERS).map(|_| async { said(&store.capture(order).await) })).await;
            assert_eq!(captures, ["captured 1530 1530 0"; CALLERS]);
            assert_eq!((store.done(order, "authorize").await, store.done(order, "capture").await), (1, 1));
            assert_eq!(store.events(order).await, ["payment.authorized.v1", "payment.captured.v1"]);
        }
        store.is_sound().await;
    }
}

/// Without the unique order id, every caller believes that the payment is its own to ask for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_claim_they_charge_more_than_once() {
    let mut storm = Storm::rises().await;
    for store in Store::each(Config::for_testing()).await {
        let order = store.order();
        storm.with("payment.claim", "return");
        all_authorize(&store, order, "tok_approve").await;
        storm.abates();
        assert!(store.done(order, "authorize").await > 1, "the control did not turn red");
        assert!(!store.broken_rules().await.is_empty(), "the check saw nothing");
    }
}

/// Whoever comes first, an order that was given up ends with nothing set aside.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn giving_up_races_authorizing() {
    let _calm = calm().await;
    for store in Store::each(Config::for_testing()).await {
        store.run();
        let orders: Vec<OrderId> = (0..40).map(|_| store.order()).collect();
        join_all(orders.iter().enumerate().map(|(index, &order)| {
            let store = &store;
            let token = ["tok_approve", "tok_timeout_then_approve", "tok_decline"][index % 3];
            async move {
                let pause = std::time::Duration::from_millis(u64::try_from(index % 7).unwrap());
                let void = async {
                    tokio::time::sleep(pause).await;
                    store.void(order).await
                };
                let (authorized, _) = tokio::join!(store.authorize(order, token, 100), void);
                // A caller that was told "authorized" was told so before the payment was given up.
                let answers =
                    ["authorized 100 0 0", "payment-voided", "payment-declined", "unavailable, executed Maybe"];
                assert!(answers.contains(&said(&authorized).as_str()), "{authorized:?}");
            }
        }))
        .await;
        for order in orders {
            let ends = ["none", "voided 0 0 0", "declined 0 0 0"];
            let mut standing = String::new();
            for _ in 0..300 {
                standing = store.standing(order).await;
                if ends.contains(&standing.as_str()) {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            assert!(ends.contains(&standing.as_str()), "{standing}");
            assert_eq!(store.done(order, "authorize").await, store.done(order, "void").await);
            assert!(store.authorize(order, "tok_approve", 100).await.is_err());
        }
        store.stop().await;
        store.is_sound().await;
    }
}
