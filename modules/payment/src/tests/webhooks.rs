//! What providers tell by themselves.

use std::time::Duration;

use kernel::Clock as _;
use kernel_module::Module as _;
use serde_json::json;

use super::{
    harness::{Store, Storm, calm, said},
    served::{Reply, Served},
};
use crate::{Config, WebhookSecret, config::SimulatedConfig, domain::capture_reference};

fn secret() -> WebhookSecret {
    WebhookSecret::new(b"a secret of some thirty-two bytes".to_vec())
}

/// Nobody asks by himself, and the provider never tells: what happens comes from the test's own webhooks.
fn silent() -> Config {
    Config {
        webhook_secret: Some(secret()),
        ask_again_ms: 3_600_000,
        simulated: SimulatedConfig { pending_ms: 3_600_000, ..SimulatedConfig::default() },
        ..Config::for_testing()
    }
}

struct News<'a> {
    kind: &'a str,
    reference: String,
    reason: Option<&'a str>,
}

impl News<'_> {
    fn body(&self) -> String {
        let mut data = json!({"reference": self.reference});
        if let Some(reason) = self.reason {
            data["reason"] = reason.into();
        }
        json!({"type": self.kind, "timestamp": "2026-11-21T00:00:00Z", "data": data}).to_string()
    }
}

fn approval(reference: &dyn std::fmt::Display) -> News<'static> {
    News { kind: "payment.approved", reference: reference.to_string(), reason: None }
}

async fn bring(store: &Store, served: &Served, id: &str, news: &News<'_>) -> Reply {
    bring_body(store, served, id, news.body().as_bytes()).await
}

async fn bring_body(store: &Store, served: &Served, id: &str, body: &[u8]) -> Reply {
    let seal = secret().seal(id, store.clock.now(), body);
    let headers =
        [("webhook-id", seal.id), ("webhook-timestamp", seal.timestamp), ("webhook-signature", seal.signatures)];
    served.webhook("simulated", &headers, body).await
}

/// The whole way: the provider says "later", and tells by an HTTP request of its own.
#[actix_web::test]
async fn a_pending_payment_is_decided_by_webhook() {
    let _calm = calm().await;
    let simulated = SimulatedConfig { pending_ms: 1_000, ..SimulatedConfig::default() };
    let config = Config { ask_again_ms: 3_600_000, simulated, ..Config::for_testing() };
    for store in Store::each(config).await {
        let served = Served::open(&store);
        store.payment.served_at(served.url());
        let (good, bad, unwanted) = (store.order(), store.order(), store.order());
        assert_eq!(said(&store.authorize(good, "tok_pending_then_approve", 900).await), "pending 0 0 0");
        assert_eq!(said(&store.authorize(bad, "tok_pending_then_decline", 900).await), "pending 0 0 0");
        assert_eq!(said(&store.authorize(unwanted, "tok_pending_then_approve", 900).await), "pending 0 0 0");
        store.void(unwanted).await;
        store.run();
        store.until(good, "authorized 900 0 0").await;
        store.until(bad, "declined 0 0 0").await;
        store.until(unwanted, "voided 0 0 0").await;
        assert_eq!(store.events(good).await, ["payment.authorized.v1"]);
        assert_eq!(store.events(bad).await, ["payment.declined.v1"]);
        assert_eq!(store.events(unwanted).await, ["payment.authorized.v1", "payment.voided.v1"]);
        assert_eq!(said(&store.capture(good).await), "captured 900 900 0");
        let settled = "SELECT COUNT(*) FROM webhook_inbox WHERE processed = 'settled'";
        assert_eq!(store.count(settled, []).await, 3);
        store.stop().await;
        store.is_sound().await;
        served.stop().await;
    }
}

#[actix_web::test]
async fn a_hundred_repeats_have_one_effect() {
    let _calm = calm().await;
    for store in Store::each(silent()).await {
        let served = Served::open(&store);
        let order = store.order();
        let charge = store.authorize(order, "tok_pending_then_approve", 900).await.unwrap();
        let news = approval(&charge.payment);
        let brought = futures_util::future::join_all((0..100).map(|_| bring(&store, &served, "msg_1", &news))).await;
        assert!(brought.iter().all(|reply| reply.status == 204), "{brought:?}");
        // Another event with the same news changes nothing either.
        assert_eq!(bring(&store, &served, "msg_2", &news).await.status, 204);
        assert_eq!(store.standing(order).await, "authorized 900 0 0");
        assert_eq!(store.events(order).await, ["payment.authorized.v1"]);
        assert_eq!(store.count("SELECT COUNT(*) FROM webhook_inbox", []).await, 2);
        assert_eq!(store.count("SELECT COUNT(*) FROM ledger", []).await, 1);
        served.stop().await;
    }
}

#[actix_web::test]
async fn only_the_provider_is_believed() {
    let _calm = calm().await;
    for store in Store::each(silent()).await {
        let served = Served::open(&store);
        let order = store.order();
        let charge = store.authorize(order, "tok_pending_then_approve", 900).await.unwrap();
        let body = approval(&charge.payment).body();
        let now = store.clock.now();
        let seal = |secret: &WebhookSecret, seconds: i64| {
            secret.seal("msg_1", now + chrono::TimeDelta::seconds(seconds), body.as_bytes())
        };
        let forged = seal(&WebhookSecret::new(vec![7; 32]), 0);
        let (old, new, good) = (seal(&secret(), -400), seal(&secret(), 400), seal(&secret(), 0));
        for (name, seal, leave_out) in [
            ("forged", &forged, None),
            ("too old", &old, None),
            ("too new", &new, None),
            ("without an id", &good, Some("webhook-id")),
            ("without a time", &good, Some("webhook-timestamp")),
            ("unsigned", &good, Some("webhook-signature")),
        ] {
            let headers = [
                ("webhook-id", seal.id.clone()),
                ("webhook-timestamp", seal.timestamp.clone()),
                ("webhook-signature", seal.signatures.clone()),
            ];
            let headers: Vec<_> = headers.into_iter().filter(|(header, _)| Some(*header) != leave_out).collect();
            let reply = served.webhook("simulated", &headers, body.as_bytes()).await;
            assert_eq!(reply.gist(), "401 webhook-untrusted", "{name}");
        }
        assert_eq!(store.standing(order).await, "pending 0 0 0");
        assert_eq!(store.count("SELECT COUNT(*) FROM webhook_inbox", []).await, 0);
        let headers =
            [("webhook-id", good.id), ("webhook-timestamp", good.timestamp), ("webhook-signature", good.signatures)];
        assert_eq!(served.webhook("nobody", &headers, body.as_bytes()).await.gist(), "404 unknown-payment-provider");
        // More than the store takes, and more than the server's own limit.
        for size in [70_000, 300_000, 2_000_000] {
            let large = vec![b' '; size];
            assert_eq!(served.webhook("simulated", &headers, &large).await.gist(), "413 too-large", "{size}");
        }
        served.stop().await;
    }
}

#[actix_web::test]
async fn news_that_fits_nothing_is_kept_or_refused() {
    let _calm = calm().await;
    for store in Store::each(silent()).await {
        let served = Served::open(&store);
        let (order, payment) = store.paid(900).await;
        let nobody = store.order();
        let card = News { kind: "payment.declined", reference: payment.to_string(), reason: Some("4111111111111111") };
        let contrary = News { kind: "payment.declined", reference: payment.to_string(), reason: Some("no") };
        for (id, news, gist) in
            [("msg_1", &approval(&nobody), "204 "), ("msg_2", &contrary, "204 "), ("msg_3", &card, "422 card-number")]
        {
            assert_eq!(bring(&store, &served, id, news).await.gist(), gist, "{id}");
        }
        assert_eq!(store.standing(order).await, "captured 900 900 0");
        assert_eq!(store.count("SELECT COUNT(*) FROM webhook_inbox", []).await, 2);
        store.is_sound().await;
        served.stop().await;
    }
}

/// A provider goes on developing: what is new is kept, and neither refused nor acted on.
#[actix_web::test]
async fn what_is_not_known_is_kept_and_ignored() {
    let _calm = calm().await;
    for store in Store::each(silent()).await {
        let served = Served::open(&store);
        let order = store.order();
        let charge = store.authorize(order, "tok_pending_then_approve", 900).await.unwrap();
        let id = charge.payment;
        let bodies = [
            (json!({"type": "payment.chargeback_opened", "timestamp": 1, "data": {"reference": id}}), "204 "),
            (json!({"type": "customer.created", "data": ["anything", {"at": null}], "livemode": true}), "204 "),
            (json!({"type": "payment.approved", "data": {}}), "204 "),
            (json!({"type": 7}), "204 "),
            (json!([1, 2]), "204 "),
            (json!({"type": "card.updated", "data": {"number": "4111 1111 1111 1111"}}), "204 "),
            (json!({"type": "payment.approved", "v": 2, "data": {"reference": id, "risk": {"score": "odd"}}}), "204 "),
        ];
        for (n, (body, gist)) in bodies.iter().enumerate() {
            for _ in 0..3 {
                let reply = bring_body(&store, &served, &format!("msg_{n}"), body.to_string().as_bytes()).await;
                assert_eq!(&reply.gist(), gist, "{body}");
            }
        }
        assert_eq!(store.count("SELECT COUNT(*) FROM webhook_inbox", []).await, 7);
        let ignored = "SELECT COUNT(*) FROM webhook_inbox WHERE processed LIKE 'ignored%'";
        assert_eq!(store.count(ignored, []).await, 6);
        let card = "SELECT COUNT(*) FROM webhook_inbox WHERE body LIKE '%4111%'";
        assert_eq!(store.count(card, []).await, 0, "a card number was kept");
        // The last was acted on, new members or not, and once.
        assert_eq!(store.standing(order).await, "authorized 900 0 0");
        assert_eq!(store.events(order).await, ["payment.authorized.v1"]);
        for (n, body) in [&b"{\"type\":"[..], b"", b"payment.approved", b"\xff\xfe", b"{} {}"].iter().enumerate() {
            let reply = bring_body(&store, &served, &format!("bad_{n}"), body).await;
            assert_eq!(reply.gist(), "400 webhook-unreadable", "{body:?}");
        }
        assert_eq!(store.count("SELECT COUNT(*) FROM webhook_inbox", []).await, 7);
        served.stop().await;
    }
}

/// The webhook overtakes our own call's outcome, which then finds it written.
#[actix_web::test]
async fn a_webhook_may_come_before_our_own_outcome() {
    let mut storm = Storm::rises().await;
    for store in Store::each(silent()).await {
        let served = Served::open(&store);
        let order = store.order();
        storm.with("payment.answered", "panic");
        let charges = std::sync::Arc::clone(&store.charges);
        #[expect(clippy::disallowed_methods, reason = "a caller that dies")]
        let caller = tokio::spawn(async move {
            let request = super::harness::request(order, "tok_pending_then_approve", 900);
            charges.authorize(&kernel::CallContext::default(), request).await
        });
        caller.await.unwrap_err();
        storm.abates();
        let payment = store.find(order).await.unwrap().payment;
        assert_eq!(bring(&store, &served, "msg_1", &approval(&payment)).await.status, 204);
        assert_eq!(store.standing(order).await, "authorized 900 0 0");
        assert_eq!(said(&store.authorize(order, "tok_pending_then_approve", 900).await), "authorized 900 0 0");
        assert_eq!(store.attempts(order).await, ["authorize succeeded"]);
        served.stop().await;
    }
}

/// The provider tells of a capture that a dead process has asked for: its reference leads to the payment, whose row alone
/// knows of it.
#[actix_web::test]
async fn a_webhook_finds_a_capture_that_has_no_row() {
    let mut storm = Storm::rises().await;
    for store in Store::each(silent()).await {
        let served = Served::open(&store);
        let order = store.order();
        let payment = store.authorize(order, "tok_approve", 900).await.unwrap().payment;
        storm.with("payment.capture_answered", "panic");
        let charges = std::sync::Arc::clone(&store.charges);
        #[expect(clippy::disallowed_methods, reason = "a caller that dies")]
        let caller = tokio::spawn(async move { charges.capture(&kernel::CallContext::default(), order).await });
        caller.await.unwrap_err();
        storm.abates();
        let news = approval(&capture_reference(payment));
        for id in ["msg_1", "msg_2"] {
            assert_eq!(bring(&store, &served, id, &news).await.status, 204);
        }
        assert_eq!(store.standing(order).await, "captured 900 900 0");
        assert_eq!((store.attempt_rows(order).await, store.done(order, "capture").await), (0, 1));
        let known = "SELECT COUNT(*) FROM webhook_inbox WHERE processed = 'known already'";
        assert_eq!(store.count(known, []).await, 1);
        store.is_sound().await;
        served.stop().await;
    }
}

/// Approved by webhook while our own call still waits for its answer: one authorization.
#[actix_web::test]
async fn a_webhook_and_our_own_outcome_are_one() {
    let mut storm = Storm::rises().await;
    for store in Store::each(silent()).await {
        let served = Served::open(&store);
        let order = store.order();
        storm.with("payment.answered", "sleep(300)");
        let charges = std::sync::Arc::clone(&store.charges);
        let caller = tokio::task::spawn_blocking(move || {
            let request = super::harness::request(order, "tok_approve", 900);
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(charges.authorize(&kernel::CallContext::default(), request))
        });
        tokio::time::sleep(Duration::from_millis(150)).await;
        let payment = store.find(order).await.unwrap().payment;
        assert_eq!(bring(&store, &served, "msg_1", &approval(&payment)).await.status, 204);
        let answer = caller.await.unwrap();
        storm.abates();
        assert_eq!(said(&answer), "authorized 900 0 0");
        assert_eq!(store.events(order).await, ["payment.authorized.v1"]);
        store.is_sound().await;
        served.stop().await;
    }
}

/// The provider approves what was abandoned, because it was believed never to have heard of it.
#[actix_web::test]
async fn a_late_approval_is_freed() {
    let _calm = calm().await;
    for store in Store::each(silent()).await {
        let served = Served::open(&store);
        let order = store.order();
        assert_eq!(said(&store.authorize(order, "tok_unavailable", 900).await), "unavailable, executed No");
        store.void(order).await;
        assert_eq!(store.standing(order).await, "voided 0 0 0");
        let payment = store.find(order).await.unwrap().payment;
        assert_eq!(bring(&store, &served, "msg_1", &approval(&payment)).await.status, 204);
        assert_eq!(store.standing(order).await, "authorized 900 0 0");
        assert_eq!(store.attempts(order).await, ["authorize succeeded", "void queued"]);
        assert_eq!(said(&store.capture(order).await), "payment-voided");
        served.stop().await;
    }
}
