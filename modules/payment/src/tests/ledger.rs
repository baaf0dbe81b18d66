//! Money is conserved, whatever is asked in whatever order.

use std::fmt::Write as _;

use futures_util::{StreamExt as _, stream};
use kernel::{CallContext, RefundId};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};

use super::harness::{Store, Storm, calm};
use crate::{Config, application::RefundRequest};

#[derive(Debug, Clone, Copy)]
enum Op {
    Authorize(&'static str, i64),
    Capture,
    Void,
    Refund(i64),
}

/// What a payment should come to, by the simplest rules that say it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Model {
    amount: Option<i64>,
    authorized: i64,
    captured: i64,
    refunded: i64,
    over: bool,
}

impl Model {
    fn apply(&mut self, op: Op) {
        match op {
            Op::Authorize(token, amount) if self.amount.is_none() && !self.over => {
                self.amount = Some(amount);
                self.over = token == "tok_decline";
                self.authorized = if self.over { 0 } else { amount };
            }
            Op::Capture if self.amount.is_some() && !self.over && self.captured == 0 => {
                self.captured = self.authorized;
            }
            Op::Void if self.captured == 0 => {
                self.authorized = 0;
                self.over = true;
            }
            Op::Refund(amount) if self.refunded + amount <= self.captured => self.refunded += amount,
            Op::Authorize(..) | Op::Capture | Op::Void | Op::Refund(_) => {}
        }
    }
}

fn sequences() -> impl Strategy<Value = Vec<Op>> {
    let token = prop_oneof![9 => Just("tok_approve"), 1 => Just("tok_decline")];
    let op = prop_oneof![
        3 => (token, 1_i64..2_000).prop_map(|(token, amount)| Op::Authorize(token, amount)),
        3 => Just(Op::Capture),
        1 => Just(Op::Void),
        3 => (1_i64..900).prop_map(Op::Refund),
    ];
    prop::collection::vec(op, 1..9)
}

/// Runs `ops` on an order of its own; what differs from the model, if anything.
async fn play(store: &Store, ops: &[Op]) -> Option<String> {
    let order = store.order();
    let mut model = Model::default();
    for &op in ops {
        match op {
            Op::Authorize(token, amount) => {
                let _ = store.authorize(order, token, amount).await;
            }
            Op::Capture => {
                let _ = store.capture(order).await;
            }
            Op::Void => {
                store.void(order).await;
            }
            Op::Refund(minor) => {
                let Some(charge) = store.find(order).await else { continue };
                let refund = RefundId::new(store.db.seams().ids.next());
                let request = RefundRequest { payment: charge.payment, refund, minor, reason: "because".to_owned() };
                let _ = store.payment.service().refund(&CallContext::default(), &request).await;
            }
        }
        model.apply(op);
    }
    let (authorized, captured, refunded) = match store.find(order).await {
        Some(charge) => (charge.authorized.minor(), charge.captured.minor(), charge.refunded.minor()),
        None => (0, 0, 0),
    };
    let found = Model { authorized, captured, refunded, ..Model { amount: model.amount, over: model.over, ..model } };
    let expected = (model.authorized, model.captured, model.refunded);
    let mut differs = String::new();
    if (found.authorized, found.captured, found.refunded) != expected {
        let _ = write!(differs, "{ops:?}: found {found:?}, expected {expected:?}");
    }
    (!differs.is_empty()).then_some(differs)
}

async fn play_many(store: &Store, count: usize) -> Vec<String> {
    let mut runner = TestRunner::default();
    let all = (0..count).map(|_| sequences().new_tree(&mut runner).unwrap().current());
    let differing = stream::iter(all)
        .map(|ops| async move { play(store, &ops).await })
        .buffer_unordered(32)
        .filter_map(|differs| async { differs });
    differing.collect().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_sequences_conserve_money() {
    let _calm = calm().await;
    let config = Config { provider_timeout_ms: 20_000, ..Config::for_testing() };
    for store in Store::each(config).await {
        let count = if store.db.dialect() == kernel_db::Dialect::Sqlite { 10_000 } else { 1_000 };
        assert_eq!(play_many(&store, count).await, Vec::<String>::new());
        let payments = store.count("SELECT COUNT(*) FROM payment", []).await;
        assert!(payments > i64::try_from(count).unwrap() / 2, "only {payments} payments were made");
        store.is_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_penny_astray_is_seen() {
    let mut storm = Storm::rises().await;
    for store in Store::each(Config::for_testing()).await {
        store.is_sound().await;
        storm.with("payment.rounding", "return");
        play_many(&store, 50).await;
        storm.abates();
        let broken = store.broken_rules().await;
        assert!(broken.iter().any(|rule| rule.starts_with("payment: debits equal credits")), "{broken:?}");
        assert!(broken.iter().any(|rule| rule.starts_with("payment: every payment equals its ledger")), "{broken:?}");
    }
}

/// Each rule of the check fails when what it guards is broken by hand.
#[tokio::test]
async fn the_check_can_fail() {
    let _calm = calm().await;
    for (damage, rule) in [
        ("UPDATE ledger SET credited = credited - 1 WHERE credit = 'buyer'", "payment: debits equal credits"),
        ("UPDATE payment SET captured = captured - 1", "payment: every payment equals its ledger"),
        (
            "UPDATE ledger SET payment_id = attempt_id WHERE operation = 'capture'",
            "payment: every attempt has its payment, every movement its attempt",
        ),
        ("DELETE FROM simulated_ledger WHERE operation = 'capture'", "payment: settled movements equal"),
        ("UPDATE attempt SET status = 'unknown' WHERE operation = 'capture'", "payment: attempts unsettled"),
        ("UPDATE payment SET status = 'authorized' WHERE plain = 1", "payment: attempts unsettled"),
        (
            "UPDATE payment SET status = 'authorized' WHERE plain = 1",
            "payment: every attempt has its payment, every movement its attempt",
        ),
        (
            "UPDATE payment SET plain = 1 WHERE plain = 0",
            "payment: every attempt has its payment, every movement its attempt",
        ),
        (
            "UPDATE payment SET plain = 0, lease_until = NULL, capture_id = NULL, capture_at = NULL, \
             capture_asked_by = NULL WHERE plain = 1",
            "payment: every attempt has its payment, every movement its attempt",
        ),
    ] {
        for store in Store::each(Config::for_testing()).await {
            store.paid(1530).await;
            // Another, whose attempts have rows.
            let (_, payment) = store.paid(70).await;
            let refund = RefundId::new(store.db.seams().ids.next());
            let request = RefundRequest { payment, refund, minor: 30, reason: "because".to_owned() };
            store.payment.service().refund(&CallContext::default(), &request).await.unwrap();
            store.is_sound().await;
            store.db.transact(|tx| async move { tx.run(damage, []).await }).await.unwrap();
            store.clock.advance(chrono::TimeDelta::seconds(61));
            let broken = store.broken_rules().await;
            assert!(broken.iter().any(|broken| broken.starts_with(rule)), "{damage}: {broken:?}");
        }
    }
}
