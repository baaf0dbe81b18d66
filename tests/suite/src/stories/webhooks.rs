//! Webhooks of payment providers.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac as _};
use kernel::Clock as _;
use reqwest::Method;
use serde_json::json;
use sha2::Sha256;

use crate::harness::{Answer, Order, Shop, WEBHOOK_SECRET, stories};

stories!(a_hundred_repeats_have_one_effect, a_forged_webhook_is_refused, what_is_not_known_is_kept_and_ignored);

const PATH: &str = "/api/v1/webhooks/payments/simulated";

/// A webhook as the provider sends it, signed `seconds_ago`.
struct Webhook {
    id: String,
    timestamp: String,
    signature: String,
    body: String,
}

impl Webhook {
    /// Says that `order`'s payment was approved.
    async fn approving(shop: &Shop, order: &Order, seconds_ago: i64) -> Self {
        let payment = shop.admin().payment_of(order).await.text("/id");
        let now = kernel::clock::SystemClock.now();
        let body = json!({
            "type": "payment.approved", "timestamp": now.to_rfc3339(), "data": { "reference": payment },
        });
        Self::saying(format!("msg_{payment}"), body.to_string(), seconds_ago)
    }

    fn saying(id: String, body: String, seconds_ago: i64) -> Self {
        let now = kernel::clock::SystemClock.now();
        let timestamp = (now.timestamp() - seconds_ago).to_string();
        let secret = STANDARD.decode(WEBHOOK_SECRET.trim_start_matches("whsec_")).unwrap();
        let mut code = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
        code.update(format!("{id}.{timestamp}.{body}").as_bytes());
        let signature = format!("v1,{}", STANDARD.encode(code.finalize().into_bytes()));
        Self { id, timestamp, signature, body }
    }

    async fn arrives(&self, shop: &Shop) -> Answer {
        let ask =
            shop.ask(Method::POST, PATH).header("webhook-id", &self.id).header("webhook-timestamp", &self.timestamp);
        ask.header("webhook-signature", &self.signature).body("application/json", self.body.clone()).send().await
    }
}

async fn a_hundred_repeats_have_one_effect(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 10, 250).await;
    let order = Order::of(&ada.buys_with("tok_pending_then_approve", &[("cup", 2)]).await);
    let webhook = Webhook::approving(shop, &order, 0).await;
    for _ in 0..100 {
        let taken = webhook.arrives(shop).await;
        assert!((200..300).contains(&taken.status), "{taken}");
    }
    ada.reads_until(&order, |read| read.text("/status") == "confirmed").await;
    shop.settle().await;
    let payment = admin.payment_of(&order).await;
    assert_eq!([payment.number("/authorized/amount"), payment.number("/captured/amount")], [500, 500]);
    let kept = format!("SELECT COUNT(*) FROM webhook_inbox WHERE event_id = '{}'", webhook.id);
    assert_eq!(shop.figure("payment", &kept).await, 1);
    let moved = "SELECT COUNT(*) FROM outbox WHERE type = 'payment.authorized.v1'";
    assert_eq!(shop.figure("payment", moved).await, 1);
}

async fn a_forged_webhook_is_refused(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 10, 250).await;
    let order = ada.has_bought(&[("cup", 1)]).await;
    shop.settle().await;
    let before = shop.snapshot().await;
    let good = async || Webhook::approving(shop, &order, 0).await;
    let forgeries = [
        Webhook { signature: format!("v1,{}", STANDARD.encode([7; 32])), ..good().await },
        Webhook { signature: String::new(), ..good().await },
        Webhook { id: "msg_another".to_owned(), ..good().await },
        Webhook { body: good().await.body.replace("approved", "declined"), ..good().await },
        Webhook { timestamp: "soon".to_owned(), ..good().await },
        Webhook::approving(shop, &order, 301).await,
        Webhook::approving(shop, &order, -310).await,
    ];
    for forgery in forgeries {
        let refused = forgery.arrives(shop).await;
        assert!(matches!(refused.status, 400 | 401), "{refused}");
    }
    let nobody = shop.ask(Method::POST, "/api/v1/webhooks/payments/nobody").body("application/json", "{}").send().await;
    assert!(matches!(nobody.status, 401 | 404), "{nobody}");
    shop.settle().await;
    assert_eq!(shop.snapshot().await, before);
}

async fn what_is_not_known_is_kept_and_ignored(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 10, 250).await;
    let order = Order::of(&ada.buys_with("tok_pending_then_approve", &[("cup", 2)]).await);
    let payment = admin.payment_of(&order).await.text("/id");
    let new_members = json!({
        "type": "payment.approved", "timestamp": 7, "api_version": "2030-01-01",
        "data": {"reference": payment, "network": {"code": ["new"]}},
    });
    for (name, body) in [
        ("chargeback", json!({"type": "payment.chargeback_opened", "data": {"reference": payment, "amount": 5}})),
        ("customer", json!({"type": "customer.created", "data": [1, null]})),
        ("approval", new_members),
    ] {
        let webhook = Webhook::saying(format!("{name}-{payment}"), body.to_string(), 0);
        for _ in 0..3 {
            webhook.arrives(shop).await.expect_status(204);
        }
        let kept = format!("SELECT COUNT(*) FROM webhook_inbox WHERE event_id = '{}'", webhook.id);
        assert_eq!(shop.figure("payment", &kept).await, 1, "{name}");
    }
    ada.reads_until(&order, |read| read.text("/status") == "confirmed").await;
    shop.settle().await;
    let malformed = Webhook::saying(format!("malformed-{payment}"), "{\"type\":".to_owned(), 0);
    malformed.arrives(shop).await.expect_problem(400, "webhook-unreadable");
    let large = Webhook::saying(format!("large-{payment}"), " ".repeat(300 * 1024), 0);
    large.arrives(shop).await.expect_problem(413, "too-large");
}
