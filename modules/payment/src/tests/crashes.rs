//! Whoever dies in the middle leaves nothing that is not ended after.

use std::sync::Arc;

use kernel::{CallContext, OrderId};

use super::harness::{Store, Storm, request, said};
use crate::Config;

/// Runs a call that breaks off at `point`: there its caller dies, or, while a crowd is served, whoever serves it, and
/// then the caller never learns what came of it.
async fn dies(store: &Store, weather: &mut Storm, point: &'static str, order: OrderId, capture: bool) {
    weather.with(point, "panic");
    let charges = Arc::clone(&store.charges);
    #[expect(clippy::disallowed_methods, reason = "a caller that dies")]
    let caller = tokio::spawn(async move {
        let cx = CallContext::system("order");
        if capture {
            charges.capture(&cx, order).await
        } else {
            charges.authorize(&cx, request(order, "tok_approve", 1530)).await
        }
    });
    let broke_off = match caller.await {
        Err(died) => died.is_panic(),
        Ok(answer) => point == "payment.before_commit" && said(&answer) == "unavailable, executed Maybe",
    };
    assert!(broke_off, "{point} was not passed");
    weather.abates();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authorization_survives_its_caller() {
    let mut storm = Storm::rises().await;
    for point in ["payment.claimed", "payment.answered", "payment.before_commit"] {
        for mut store in Store::each(Config::for_testing()).await {
            let [left_alone, asked_again, given_up] = [(); 3].map(|()| store.order());
            for order in [left_alone, asked_again, given_up] {
                dies(&store, &mut storm, point, order, false).await;
                assert_eq!(store.standing(order).await, "pending 0 0 0");
            }
            store.restart();
            assert_eq!(store.void(given_up).await.map(|charge| charge.status.as_str()), Some("voiding"));
            // Whoever asked may live on elsewhere; its lease must run out first.
            assert_eq!(said(&store.authorize(asked_again, "tok_approve", 1530).await), "authorized 1530 0 0");
            store.time_passes();
            store.run();
            store.until(left_alone, "authorized 1530 0 0").await;
            store.until(given_up, "voided 0 0 0").await;
            store.stop().await;
            for (order, authorized) in [(left_alone, 1), (asked_again, 1)] {
                assert_eq!(store.done(order, "authorize").await, authorized, "{point}");
                assert_eq!(store.events(order).await, ["payment.authorized.v1"], "{point}");
            }
            assert_eq!(store.done(given_up, "authorize").await, store.done(given_up, "void").await, "{point}");
            store.is_sound().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_capture_survives_its_caller() {
    let mut storm = Storm::rises().await;
    for point in ["payment.capture_claimed", "payment.capture_answered", "payment.before_commit"] {
        for mut store in Store::each(Config::for_testing()).await {
            let order = store.order();
            store.authorize(order, "tok_approve", 1530).await.unwrap();
            dies(&store, &mut storm, point, order, true).await;
            store.restart();
            assert_eq!(said(&store.capture(order).await), "captured 1530 1530 0", "{point}");
            assert_eq!(store.done(order, "capture").await, 1, "{point}");
            assert_eq!(store.events(order).await, ["payment.authorized.v1", "payment.captured.v1"], "{point}");
            store.is_sound().await;
        }
    }
}

/// The worker dies as well, at every step of a void and of a refund.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_void_survives_whoever_carries_it_out() {
    let mut storm = Storm::rises().await;
    for point in ["payment.taken_up", "payment.carried_out", "payment.before_commit"] {
        for mut store in Store::each(Config::for_testing()).await {
            let order = store.order();
            store.authorize(order, "tok_approve", 100).await.unwrap();
            storm.with(point, "panic");
            let charges = Arc::clone(&store.charges);
            #[expect(clippy::disallowed_methods, reason = "a caller that dies")]
            let caller = tokio::spawn(async move { charges.void(&CallContext::default(), order).await });
            let broke_off = match caller.await {
                Err(died) => died.is_panic(),
                Ok(answer) => point == "payment.before_commit" && answer.is_err(),
            };
            assert!(broke_off, "{point} was not passed");
            storm.abates();
            store.restart();
            store.time_passes();
            store.run();
            store.until(order, "voided 0 0 0").await;
            store.stop().await;
            assert_eq!(store.done(order, "void").await, 1, "{point}");
            store.is_sound().await;
        }
    }
}

/// One answer in five comes late and one in ten gets lost, each after the deed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_loses_answers_charges_once() {
    let mut weather = Storm::rises().await;
    for store in Store::each(Config::for_testing()).await {
        weather.with("simulated.answer_late", "20%return");
        weather.with("simulated.answer_lost", "10%return");
        store.run();
        let orders: Vec<OrderId> = (0..60).map(|_| store.order()).collect();
        let store = &store;
        let buy = |order| async move {
            while store.authorize(order, "tok_approve", 100).await.is_err() {}
            while store.capture(order).await.is_err() {}
        };
        futures_util::future::join_all(orders.iter().map(|&order| buy(order))).await;
        weather.abates();
        for order in orders {
            store.until(order, "captured 100 100 0").await;
            assert_eq!((store.done(order, "authorize").await, store.done(order, "capture").await), (1, 1));
            assert_eq!(store.events(order).await, ["payment.authorized.v1", "payment.captured.v1"]);
        }
        store.stop().await;
        store.is_sound().await;
    }
}
