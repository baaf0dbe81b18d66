//! Two ways of giving money back meet: what is promised is paid, or shown to the shop as work.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use kernel::{CallContext, OrderId, PaymentId, RefundId};
use serde_json::{Value, json};

use super::{
    cancelled::{cancelled, returned},
    harness::{Store, Storm, calm},
    served::Served,
};
use crate::{Config, application::RefundRequest};

async fn goodwill(store: &Store, payment: PaymentId, minor: i64) -> (RefundId, bool) {
    let refund = RefundId::new(store.db.seams().ids.next());
    let request = RefundRequest { payment, refund, minor, reason: "goodwill".to_owned() };
    let made = store.payment.service().refund(&CallContext::default(), &request).await;
    (refund, made.is_ok())
}

/// A return after goodwill gives back what is left, and the rest is the shop's work; a goodwill after it is refused.
#[actix_web::test]
async fn a_return_that_meets_goodwill_gives_what_is_left() {
    let _calm = calm().await;
    for store in Store::each(Config::for_testing()).await {
        let served = Served::open(&store);
        store.run();
        let (order, payment) = store.paid(1000).await;
        let refunds = format!("/admin/payments/{payment}/refunds");
        let body = |amount: i64| Some(json!({"amount": amount, "reason": "goodwill"}));
        assert_eq!(served.post(&refunds, Some("one"), body(600)).await.gist(), "201 succeeded");
        let refund = store.db.seams().id();
        store.publish(returned(order, refund, 700)).await;
        store.until(order, "refunded 1000 1000 1000").await;
        assert_eq!(store.promise(refund).await, Some((400, 300)));
        assert_eq!(store.refusals(order).await, ["asked 700, refunded 400, left 400: less is left than was promised"]);
        assert_eq!(served.post(&refunds, Some("two"), body(1)).await.gist(), "409 refund-exceeds-captured");
        let events = store.events(order).await;
        assert!(events.contains(&"payment.refund_refused.v1".to_owned()), "{events:?}");

        let listed = served.get("/admin/payments?attention=true").await.json();
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{listed}");
        let refused = &listed["items"][0]["refused_refunds"][0];
        let money = |amount: i64| json!({"amount": amount, "currency": "GBP"});
        assert_eq!(
            [&refused["asked"], &refused["refunded"], &refused["left"], &refused["resolved_at"]],
            [&money(700), &money(400), &money(400), &Value::Null]
        );
        store.stop().await;
        store.is_sound().await;
        settle_by_other_means(&served, payment, refund).await;
        store.is_sound().await;
        served.stop().await;
    }
}

async fn settle_by_other_means(served: &Served, payment: PaymentId, refund: RefundId) {
    let path = format!("/admin/payments/{payment}/refunds/{refund}/resolve");
    let reason = |text: &str| Some(json!({"reason": text}));
    assert_eq!(served.post(&path, None, reason("")).await.gist(), "422 invalid-value");
    let resolved = served.post(&path, None, reason("bank transfer")).await;
    assert_eq!(resolved.gist(), "200 refunded", "{}", resolved.text);
    let refused = &resolved.json()["refused_refunds"][0];
    assert_eq!((&refused["resolution"], &refused["resolved_by"]), (&json!("bank transfer"), &json!("admin")));
    assert_eq!(served.post(&path, None, reason("bank transfer")).await.gist(), "200 refunded");
    assert_eq!(served.post(&path, None, reason("cash")).await.gist(), "409 refused-refund-resolved");
    let other = format!("/admin/payments/{payment}/refunds/{payment}/resolve");
    assert_eq!(served.post(&other, None, reason("cash")).await.gist(), "404 refused-refund-not-found");
    assert_eq!(served.get("/admin/payments?attention=true").await.json()["items"], json!([]));
    assert_eq!(served.get("/admin/payments?attention=false").await.json()["items"].as_array().map(Vec::len), Some(1));
}

/// The provider refuses what was promised: by a return in full, and what was left for one that met goodwill.
#[actix_web::test]
async fn a_refund_that_the_provider_declines_is_work() {
    let mut storm = Storm::rises().await;
    for store in Store::each(Config::for_testing()).await {
        let served = Served::open(&store);
        store.run();
        let ((order, _), (other, payment)) = (store.paid(1000).await, store.paid(1000).await);
        let body = Some(json!({"amount": 600, "reason": "goodwill"}));
        served.post(&format!("/admin/payments/{payment}/refunds"), Some("k"), body).await;
        storm.with("simulated.refund_declined", "return");
        let [whole, rest]: [RefundId; 2] = [store.db.seams().id(), store.db.seams().id()];
        store.publish(returned(order, whole, 300)).await;
        store.publish(returned(other, rest, 500)).await;
        store.until_settled(order, &[whole]).await;
        store.until_settled(other, &[rest]).await;
        storm.abates();
        assert_eq!(store.refusals(order).await, ["asked 300, refunded 0, left 1000: the account is closed"]);
        assert_eq!(store.refusals(other).await, ["asked 500, refunded 0, left 400: the account is closed"]);
        assert_eq!((store.promise(whole).await, store.promise(rest).await), (Some((0, 300)), Some((0, 500))));
        let refused = store.events(other).await.iter().filter(|event| *event == "payment.refund_refused.v1").count();
        assert_eq!(refused, 2, "once for what was not left, once for what was");
        // The money is still with the store, and can be given back by hand.
        let (_, made) = goodwill(&store, payment, 400).await;
        assert!(made);
        store.until(other, "refunded 1000 1000 1000").await;
        store.stop().await;
        store.is_sound().await;
        served.stop().await;
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Capture,
    Void,
    Goodwill,
    Return,
    Cancel,
}

const OPS: [Op; 5] = [Op::Capture, Op::Void, Op::Goodwill, Op::Return, Op::Cancel];
const PRICE: i64 = 1000;
const PART: i64 = 600;

/// What must come of a sequence, by the simplest rules that say it.
#[derive(Debug, Default)]
struct Model {
    captured: bool,
    voided: bool,
    kept: i64,
    /// Of each promise: asked, paid.
    promises: Vec<(i64, i64)>,
    /// Promises that wait for the capture.
    waiting: i64,
}

impl Model {
    fn apply(&mut self, op: Op) {
        match op {
            Op::Capture if !self.voided && !self.captured => {
                (self.captured, self.kept) = (true, PRICE - self.waiting);
            }
            Op::Void | Op::Cancel if !self.captured => self.voided = true,
            Op::Cancel if self.kept > 0 => {
                self.promises.push((self.kept, self.kept));
                self.kept = 0;
            }
            Op::Goodwill if self.captured && self.kept >= PART => {
                self.promises.push((PART, PART));
                self.kept -= PART;
            }
            Op::Return => self.takes_back(),
            Op::Capture | Op::Void | Op::Cancel | Op::Goodwill => {}
        }
    }

    fn takes_back(&mut self) {
        let left = match (self.captured, self.voided) {
            (true, _) => self.kept,
            (false, true) => 0,
            (false, false) => PRICE - self.waiting,
        };
        let paid = PART.min(left);
        self.promises.push((PART, paid));
        if self.captured {
            self.kept -= paid;
        } else {
            self.waiting += paid;
        }
    }
}

/// Lets a moment pass and the worker do what is due.
async fn work(store: &Store) {
    store.clock.advance(chrono::TimeDelta::seconds(1));
    while store.payment.service().pass().await.unwrap() > 0 {}
}

/// Plays a sequence on an order of its own, each step settled before the next; what differs from the model, if anything.
async fn play(store: &Store, ops: &[Op]) -> Option<String> {
    let order = store.order();
    let payment = store.authorize(order, "tok_approve", PRICE).await.unwrap().payment;
    let (mut model, mut heard) = (Model::default(), Vec::new());
    for &op in ops {
        let before = model.promises.len();
        model.apply(op);
        match op {
            Op::Capture => drop(store.capture(order).await),
            Op::Void => {
                store.void(order).await;
            }
            Op::Goodwill => {
                let (refund, made) = goodwill(store, payment, PART).await;
                if made != (model.promises.len() > before) {
                    return Some(format!("{ops:?}: goodwill was made: {made}"));
                }
                heard.extend(made.then_some(refund));
            }
            Op::Return => {
                let refund = store.db.seams().id();
                store.react_to(returned(order, refund, PART)).await;
                heard.push(refund);
            }
            Op::Cancel => {
                let event = cancelled(store, order);
                let order_contract::OrderEvent::Cancelled(data) = &event else { unreachable!() };
                heard.extend((model.promises.len() > before).then_some(data.refund));
                store.react_to(event).await;
            }
        }
        work(store).await;
    }
    // What waited for the capture goes one after the other.
    for _ in 0..ops.len() {
        work(store).await;
    }
    let charge = store.find(order).await.unwrap();
    let mut found = Vec::new();
    for refund in &heard {
        found.push(store.promise(*refund).await);
    }
    // What was never taken need not be given back: freeing it gave the buyer all of it.
    let expected: Vec<_> = if model.voided && !model.captured {
        let refused = |&(asked, paid): &(i64, i64)| Some((0, asked - paid));
        model.promises.iter().map(refused).collect()
    } else if model.captured {
        model.promises.iter().map(|&(asked, paid)| Some((paid, asked - paid))).collect()
    } else {
        model.promises.iter().map(|&(asked, paid)| Some((0, asked - paid))).collect()
    };
    let kept = charge.captured.minor() - charge.refunded.minor();
    let differs = found != expected || (model.captured && kept != model.kept) || kept < 0;
    differs.then(|| format!("{ops:?}: kept {kept}, promises {found:?}; expected {expected:?}, {model:?}"))
}

/// Capture, void, goodwill, return and cancellation, in every order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_sequence_keeps_its_promises() {
    let _calm = calm().await;
    for store in Store::each(Config::for_testing()).await {
        let longest = if store.db.dialect() == kernel_db::Dialect::Sqlite { 4 } else { 3 };
        let mut sequences: Vec<Vec<Op>> = vec![Vec::new()];
        for _ in 0..longest {
            let longer = |before: &Vec<Op>| OPS.map(|op| before.iter().copied().chain([op]).collect::<Vec<_>>());
            sequences = sequences.iter().flat_map(longer).collect();
        }
        let mut differing = Vec::new();
        for ops in &sequences {
            differing.extend(play(&store, ops).await);
        }
        assert_eq!(differing, Vec::<String>::new());
        // A return of what is never captured waits for the capture; order asks for none before it.
        let mut broken = store.broken_rules().await;
        broken.retain(|rule| !rule.starts_with("payment: attempts unsettled"));
        assert_eq!(broken, Vec::<String>::new());
    }
}

/// What many orders come to when everything happens to each of them at once.
async fn all_at_once(store: &Store, orders: usize) -> BTreeMap<&'static str, usize> {
    store.run();
    let ended = join_all((0..orders).map(|n| async move {
        let (order, payment) = store.paid(PRICE).await;
        let (first, second, last): (RefundId, RefundId, RefundId) =
            (store.db.seams().id(), store.db.seams().id(), store.db.seams().id());
        let pause = std::time::Duration::from_millis(u64::try_from(n % 5).unwrap());
        let by_hand = async {
            tokio::time::sleep(pause).await;
            join_all([goodwill(store, payment, 600), goodwill(store, payment, 500)]).await
        };
        let events = async {
            store.publish(returned(order, first, 500)).await;
            store.publish(returned(order, second, 300)).await;
            store.publish(returned(order, last, 400)).await;
        };
        let (by_hand, (), _) = tokio::join!(by_hand, events, store.void(order));
        store.until_settled(order, &[first, second, last]).await;
        judge(store, order, &by_hand, [(first, 500), (second, 300), (last, 400)]).await
    }))
    .await;
    store.stop().await;
    let mut faults = BTreeMap::new();
    for fault in ended.into_iter().flatten() {
        *faults.entry(fault).or_default() += 1;
    }
    faults
}

async fn judge(
    store: &Store,
    order: OrderId,
    by_hand: &[(RefundId, bool)],
    promised: [(RefundId, i64); 3],
) -> Vec<&'static str> {
    let mut faults = Vec::new();
    let charge = store.find(order).await.unwrap();
    let mut paid_in_all = 0;
    for &(refund, made) in by_hand {
        let (paid, refused) = store.promise(refund).await.unwrap_or_default();
        paid_in_all += paid;
        if made && refused > 0 {
            faults.push("goodwill was promised and then not given");
        }
    }
    for (refund, asked) in promised {
        let (paid, refused) = store.promise(refund).await.unwrap_or_default();
        paid_in_all += paid;
        if paid + refused != asked {
            faults.push("a return is neither paid nor refused");
        }
    }
    if charge.refunded.minor() > charge.captured.minor() || charge.refunded.minor() != paid_in_all {
        faults.push("the sums are not those of the refunds");
    }
    faults
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_ways_at_once_never_give_back_more_than_was_taken() {
    let _calm = calm().await;
    for store in Store::each(Config::for_testing()).await {
        assert_eq!(all_at_once(&store, 40).await, BTreeMap::new());
        store.is_sound().await;
    }
}

/// Without what is about to be given back being counted, refunds are promised that cannot be had.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_reservation_too_much_is_promised() {
    let mut storm = Storm::rises().await;
    for store in Store::each(Config::for_testing()).await {
        storm.with("payment.reserve", "return");
        let faults = all_at_once(&store, 40).await;
        storm.abates();
        assert!(
            faults.contains_key("goodwill was promised and then not given"),
            "the control did not turn red: {faults:?}"
        );
    }
}

/// Without the refusal a promise is dropped in silence, and the check sees it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_refusal_a_promise_is_dropped_in_silence() {
    let mut storm = Storm::rises().await;
    for store in Store::each(Config::for_testing()).await {
        storm.with("payment.refuse", "return");
        store.run();
        let (order, payment) = store.paid(1000).await;
        assert!(goodwill(&store, payment, 600).await.1);
        let refund = store.db.seams().id();
        store.publish(returned(order, refund, 700)).await;
        store.until(order, "refunded 1000 1000 1000").await;
        assert_eq!(store.promise(refund).await, Some((400, 0)), "the control did not turn red");
        storm.with("simulated.refund_declined", "return");
        let (declined, _) = store.paid(500).await;
        let refund = store.db.seams().id();
        store.publish(returned(declined, refund, 100)).await;
        store.until_settled(declined, &[refund]).await;
        storm.abates();
        store.stop().await;
        let broken = store.broken_rules().await;
        let rule = "payment: every refund that failed is shown to the shop as work";
        assert!(broken.iter().any(|broken| broken.starts_with(rule)), "{broken:?}");
    }
}
