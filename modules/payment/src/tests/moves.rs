//! Every operation of the admin on a payment in every state, each asked twice: it is done and says so, or it is refused.

use serde_json::json;

use super::{
    harness::{Store, Storm, calm},
    served::Served,
};
use crate::{Config, config::SimulatedConfig};

/// The outcome of a pending payment is never told in these tests.
fn silent() -> Config {
    let simulated = SimulatedConfig { pending_ms: 3_600_000, ..SimulatedConfig::default() };
    Config { ask_again_ms: 3_600_000, simulated, ..Config::for_testing() }
}

/// A payment in a state, by the way that leads there.
async fn payment_in(store: &Store, served: &Served, state: &str) -> String {
    let token = match state {
        "pending" | "pending, given up" => "tok_pending_then_approve",
        "out of reach" => "tok_unavailable",
        "declined" => "tok_decline",
        _ => "tok_approve",
    };
    let order = store.order();
    let _ = store.authorize(order, token, 1000).await;
    let payment = store.find(order).await.unwrap().payment;
    if matches!(state, "captured" | "partly refunded" | "refunded") {
        store.capture(order).await.unwrap();
    }
    if matches!(state, "voided" | "pending, given up") {
        store.void(order).await;
    }
    let refund = match state {
        "partly refunded" => 400,
        "refunded" => 1000,
        _ => return payment.to_string(),
    };
    let body = Some(json!({"amount": refund, "reason": "goodwill"}));
    served.post(&format!("/admin/payments/{payment}/refunds"), Some(&payment.to_string()), body).await;
    payment.to_string()
}

#[actix_web::test]
async fn every_operation_in_every_state() {
    let _calm = calm().await;
    for store in Store::each(silent()).await {
        let served = Served::open(&store);
        let mut table = Vec::new();
        for state in [
            "pending",
            "pending, given up",
            "out of reach",
            "authorized",
            "captured",
            "partly refunded",
            "refunded",
            "declined",
            "voided",
        ] {
            for operation in ["capture", "void", "refunds"] {
                let payment = payment_in(&store, &served, state).await;
                let path = format!("/admin/payments/{payment}/{operation}");
                let mut answers = Vec::new();
                for n in 0..2 {
                    let body = (operation == "refunds").then(|| json!({"amount": 600, "reason": "goodwill"}));
                    let key = body.is_some().then(|| format!("{payment}-{n}"));
                    answers.push(served.post(&path, key.as_deref(), body).await.gist());
                }
                table.push(format!("{state}: {operation} {}", answers.join(", ")));
            }
        }
        let expected = "
            pending: capture 409 illegal-move, 409 illegal-move
            pending: void 202 voiding, 202 voiding
            pending: refunds 409 illegal-move, 409 illegal-move
            pending, given up: capture 409 payment-voided, 409 payment-voided
            pending, given up: void 202 voiding, 202 voiding
            pending, given up: refunds 409 illegal-move, 409 illegal-move
            out of reach: capture 409 illegal-move, 409 illegal-move
            out of reach: void 200 voided, 200 voided
            out of reach: refunds 409 illegal-move, 409 illegal-move
            authorized: capture 200 captured, 200 captured
            authorized: void 200 voided, 200 voided
            authorized: refunds 409 illegal-move, 409 illegal-move
            captured: capture 200 captured, 200 captured
            captured: void 409 illegal-move, 409 illegal-move
            captured: refunds 201 succeeded, 409 refund-exceeds-captured
            partly refunded: capture 200 captured, 200 captured
            partly refunded: void 409 illegal-move, 409 illegal-move
            partly refunded: refunds 201 succeeded, 409 refund-exceeds-captured
            refunded: capture 200 refunded, 200 refunded
            refunded: void 409 illegal-move, 409 illegal-move
            refunded: refunds 409 refund-exceeds-captured, 409 refund-exceeds-captured
            declined: capture 409 illegal-move, 409 illegal-move
            declined: void 409 illegal-move, 409 illegal-move
            declined: refunds 409 illegal-move, 409 illegal-move
            voided: capture 409 payment-voided, 409 payment-voided
            voided: void 200 voided, 200 voided
            voided: refunds 409 illegal-move, 409 illegal-move";
        let expected: Vec<&str> = expected.lines().skip(1).map(str::trim).collect();
        assert_eq!(table, expected);
        store.is_sound().await;
        served.stop().await;
    }
}

/// What the provider has not answered is said to be under way, and then done.
#[actix_web::test]
async fn what_is_only_written_down_says_so() {
    let mut storm = Storm::rises().await;
    for store in Store::each(Config::for_testing()).await {
        let served = Served::open(&store);
        for (operation, trouble, now, then) in [
            ("void", "simulated.away", "202 voiding", "voided 0 0 0"),
            ("void", "simulated.silent", "202 voiding", "voided 0 0 0"),
            ("capture", "simulated.silent", "202 authorized", "captured 1000 1000 0"),
            ("refunds", "simulated.away", "202 queued", "refunded 1000 1000 1000"),
            ("refunds", "simulated.silent", "202 unknown", "refunded 1000 1000 1000"),
        ] {
            let order = store.order();
            let payment = store.authorize(order, "tok_approve", 1000).await.unwrap().payment;
            let mut body = None;
            if operation == "refunds" {
                store.capture(order).await.unwrap();
                body = Some(json!({"amount": 1000, "reason": "goodwill"}));
            }
            storm.with(trouble, "return");
            let path = format!("/admin/payments/{payment}/{operation}");
            let answer = served.post(&path, Some(&payment.to_string()), body).await;
            assert_eq!(answer.gist(), now, "{operation}: {}", answer.text);
            let before = store.standing(order).await;
            assert!(before.ends_with(" 0"), "{operation}: {before}");
            if operation == "void" {
                let charge = store.void(order).await.unwrap();
                assert_eq!((charge.status.as_str(), charge.authorized.minor()), ("voiding", 1000));
                let read = served.get(&format!("/admin/payments/{payment}")).await.json();
                assert_eq!((&read["status"], &read["given_up"]), (&json!("voiding"), &json!(true)));
            }
            storm.abates();
            for _ in 0..5 {
                store.time_passes();
                store.payment.service().pass().await.unwrap();
            }
            assert_eq!(store.standing(order).await, then, "{operation}, {trouble}");
        }
        store.is_sound().await;
        served.stop().await;
    }
}

/// Without the guard an answer says that captured money was voided, as it once did.
#[actix_web::test]
async fn without_the_guard_captured_money_is_voided_in_words() {
    let mut storm = Storm::rises().await;
    for store in Store::each(silent()).await {
        let served = Served::open(&store);
        let payment = payment_in(&store, &served, "captured").await;
        let path = format!("/admin/payments/{payment}/void");
        storm.with("payment.void_by_hand", "return");
        assert_eq!(served.post(&path, None, None).await.gist(), "200 captured", "the control did not turn red");
        storm.abates();
        assert_eq!(served.post(&path, None, None).await.gist(), "409 illegal-move");
        served.stop().await;
    }
}
