//! A plain order's payment is one row, and what is not plain has a row for each attempt.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use futures_util::future::join_all;
use kernel::{CallContext, OrderId, RefundId};
use kernel_db::{DbError, Dialect};

use super::harness::{Store, Storm, calm, said};
use crate::{
    Config,
    application::{RefundRequest, UnitOfWork},
    error::PaymentError,
    persistence::store::CaptureWanted,
};

/// Captures in a task of its own, which dies between the start of the capture and the call.
async fn starts_and_dies(store: &Store, weather: &mut Storm, order: OrderId) {
    weather.with("payment.capture_claimed", "panic");
    let charges = Arc::clone(&store.charges);
    #[expect(clippy::disallowed_methods, reason = "a caller that dies")]
    let caller = tokio::spawn(async move { charges.capture(&CallContext::system("order"), order).await });
    assert!(caller.await.unwrap_err().is_panic());
    weather.abates();
}

async fn watched(store: &Store, order: OrderId) -> i64 {
    store.count("SELECT watched FROM payment WHERE order_id = ?", [order.uuid().into()]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_doubt_writes_attempts() {
    let mut weather = Storm::rises().await;
    for store in Store::each(Config::for_testing()).await {
        let (plain, payment) = store.paid(100).await;
        assert_eq!(store.attempts(plain).await, ["authorize succeeded", "capture succeeded"]);
        assert_eq!((store.attempt_rows(plain).await, watched(&store, plain).await), (0, 0));
        let late = store.order();
        assert!(store.authorize(late, "tok_timeout_then_approve", 100).await.is_ok());
        assert_eq!(store.attempt_rows(late).await, 0, "its outcome was found out at once");

        for (token, attempts) in [("tok_decline", 1), ("tok_unavailable", 1), ("tok_pending_then_approve", 1)] {
            let order = store.order();
            let _ = store.authorize(order, token, 100).await;
            assert_eq!(store.attempt_rows(order).await, attempts, "{token}");
        }
        let silent = store.order();
        store.authorize(silent, "tok_approve", 100).await.unwrap();
        weather.with("simulated.silent", "return");
        assert_eq!(said(&store.capture(silent).await), "unavailable, executed Maybe");
        weather.abates();
        assert_eq!(store.attempts(silent).await, ["authorize succeeded", "capture unknown"]);
        assert_eq!(store.attempt_rows(silent).await, 2);
        let freed = store.order();
        store.authorize(freed, "tok_approve", 100).await.unwrap();
        store.void(freed).await;
        assert_eq!((store.attempt_rows(freed).await, watched(&store, freed).await), (2, 0));
        let refund = RefundId::new(store.db.seams().ids.next());
        let request = RefundRequest { payment, refund, minor: 40, reason: "because".to_owned() };
        store.payment.service().refund(&CallContext::default(), &request).await.unwrap();
        assert_eq!(store.attempts(plain).await, ["authorize succeeded", "capture succeeded", "refund succeeded"]);
        assert_eq!(store.attempt_rows(plain).await, 3);
        store.is_sound().await;
    }
}

/// The process that started a capture died, and no caller asks for it again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_started_capture_is_found_by_the_worker() {
    let mut weather = Storm::rises().await;
    for mut store in Store::each(Config::for_testing()).await {
        let order = store.order();
        store.authorize(order, "tok_approve", 100).await.unwrap();
        // Long after: the worker had left it.
        store.clock.advance(chrono::TimeDelta::seconds(61));
        assert_eq!(store.payment.service().pass().await.unwrap(), 1);
        assert_eq!(watched(&store, order).await, 0);
        starts_and_dies(&store, &mut weather, order).await;
        assert_eq!((store.attempt_rows(order).await, watched(&store, order).await), (0, 1));
        store.restart();
        assert_eq!(store.payment.service().pass().await.unwrap(), 0, "its lease is not over");
        store.time_passes();
        store.run();
        store.until(order, "captured 100 100 0").await;
        store.stop().await;
        assert_eq!((store.done(order, "capture").await, store.attempt_rows(order).await), (1, 2));
        store.is_sound().await;
    }
}

/// Without the mark the worker does not find it, and the check tells.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_mark_a_started_capture_is_forgotten() {
    let mut weather = Storm::rises().await;
    for store in Store::each(Config::for_testing()).await {
        let order = store.order();
        store.authorize(order, "tok_approve", 100).await.unwrap();
        weather.with("payment.watch", "return");
        starts_and_dies(&store, &mut weather, order).await;
        store.clock.advance(chrono::TimeDelta::seconds(61));
        for _ in 0..3 {
            store.payment.service().pass().await.unwrap();
        }
        assert_eq!(store.standing(order).await, "authorized 100 0 0", "the control did not turn red");
        let broken = store.broken_rules().await;
        assert!(broken.iter().any(|rule| rule.starts_with("payment: attempts unsettled")), "{broken:?}");
    }
}

/// Of two processes that capture at once, one asks the provider.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_start_one_capture() {
    let mut weather = Storm::rises().await;
    for store in Store::each(Config::for_testing()).await {
        let orders: Vec<OrderId> = (0..40).map(|_| store.order()).collect();
        join_all(orders.iter().map(|&order| store.authorize(order, "tok_approve", 100))).await;
        let others = [store.elsewhere(), store.elsewhere(), Arc::clone(&store.charges)];
        let started = weather.count("payment.capture_claimed");
        let calls = orders.iter().flat_map(|&order| others.iter().map(move |charges| (order, charges)));
        let calls = calls
            .map(|(order, charges)| async move { said(&charges.capture(&CallContext::system("order"), order).await) });
        assert_eq!(join_all(calls).await, vec!["captured 100 100 0"; 3 * orders.len()]);
        weather.abates();
        assert_eq!(started.load(Ordering::SeqCst), orders.len());
        for order in orders {
            assert_eq!((store.done(order, "capture").await, store.attempt_rows(order).await), (1, 0));
        }
        store.is_sound().await;
    }
}

/// Whatever else fails, a row that is not as it was loaded is not written.
#[tokio::test]
async fn a_payment_that_has_moved_on_is_not_written() {
    let _calm = calm().await;
    for store in Store::each(Config::for_testing()).await {
        let order = store.order();
        store.authorize(order, "tok_approve", 100).await.unwrap();
        let wanted = &CaptureWanted { order, wanted: store.payment.service().wanted(&CallContext::default()) };
        let started = store.db.transact(|tx| async move {
            let mut work = UnitOfWork::load(&tx, [order].into_iter(), true).await?;
            tx.run("UPDATE payment SET revision = revision + 1 WHERE order_id = ?", [order.uuid().into()]).await?;
            assert!(work.start_capture(wanted, Duration::from_secs(2)).is_some());
            work.save(&tx).await
        });
        assert!(matches!(started.await, Err(PaymentError::Storage(DbError::Overtaken))));
        assert_eq!(said(&store.capture(order).await), "captured 100 100 0");
        store.is_sound().await;
    }
}

/// On Postgres the end of an authorization and the start of a capture write no index entry.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plain_order_writes_few_index_entries() {
    let _calm = calm().await;
    for store in Store::each(Config::for_testing()).await {
        if store.db.dialect() == Dialect::Sqlite {
            continue;
        }
        for _ in 0..40 {
            store.paid(100).await;
        }
        let mut figures = (0, 0);
        for _ in 0..100 {
            let of = |column: &str| {
                format!("SELECT {column} FROM pg_stat_user_tables WHERE relid = CAST('payment' AS regclass)")
            };
            figures = (store.count(&of("n_tup_upd"), []).await, store.count(&of("n_tup_hot_upd"), []).await);
            if figures.0 >= 120 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(figures.0, 120);
        assert!(figures.1 >= 75, "{figures:?}");
    }
}
