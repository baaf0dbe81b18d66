//! News of others, and the timeline.

use inventory_contract::{HoldExpired, InventoryEvent};
use kernel::{Currency, Money, OrderId, PaymentId, RefundId};
use payment_contract::{PaymentCaptured, PaymentEvent, PaymentRefunded};
use serde_json::{Value, json};

use super::{
    buyer::{bare, buy, get, post},
    fakes::Fault,
    shop::{Shop, everywhere},
};

async fn timeline(shop: &Shop, order: OrderId) -> Vec<String> {
    let timeline = get(&format!("/orders/{order}/timeline")).admin().to(shop).await.expect(200).json();
    let line = |item: &Value| {
        let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
        format!("{} {} {}", text("by"), text("what"), text("detail")).trim_end().to_owned()
    };
    timeline["items"].as_array().unwrap().iter().map(line).collect()
}

fn refunded(order: OrderId, amount: i64) -> PaymentEvent {
    let amount = Money::new(amount, Currency::GBP);
    let (payment, refund) = (PaymentId::new(order.uuid()), RefundId::new(order.uuid()));
    PaymentRefunded { payment, order, refund, amount, refunded: amount }.into()
}

#[actix_web::test]
async fn a_timeline_tells_what_happened_and_by_whom() {
    everywhere(async |shop| {
        let reply = buy(&shop, "k", &[("CUP", 2), ("POT", 1)], "tok_approve").await.expect(201);
        let order = reply.order();
        let path = format!("/orders/{order}");
        post(&format!("{path}/fulfilments"), &json!({})).admin().to(&shop).await.expect(201);
        let goods = json!({"lines": [{"sku": "CUP", "quantity": 1}], "reason": "chipped"});
        let asked = post(&format!("{path}/returns"), &goods).token(&reply.token()).key("r").to(&shop).await.expect(201);
        let back = format!("/admin/returns/{}", asked.json()["id"].as_str().unwrap());
        post(&format!("{back}/receive"), &json!({})).admin().to(&shop).await.expect(200);
        shop.charges.feed.publish(&refunded(order, 255));
        shop.settle().await;

        let mut told = timeline(&shop, order).await;
        // Confirming and authorizing are told by two clocks.
        told[1..4].sort();
        assert_eq!(
            told,
            [
                "guest placed GBP 15.10",
                "system:order confirmed",
                "system:payment payment.authorized GBP 15.10",
                "system:payment payment.captured GBP 15.10",
                "admin fulfilled 2 x CUP, 1 x POT",
                "guest return.requested 1 x CUP: chipped",
                "admin returned GBP 2.55: chipped",
                "system:payment payment.refunded GBP 2.55",
            ]
        );
        get(&format!("{path}/timeline")).token(&reply.token()).to(&shop).await.expect(200);
        assert_eq!(get(&format!("{path}/timeline")).to(&shop).await.status, 404);

        let shown = get(&path).admin().to(&shop).await.expect(200).json();
        assert_eq!((&shown["payment"]["refunded"], &shown["payment"]["status"]), (&json!(255), &json!("captured")));
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn refusals_and_cancellations_are_told_too() {
    everywhere(async |shop| {
        let declined = buy(&shop, "a", &[("CUP", 1)], "tok_decline").await.expect(402).order();
        let short = buy(&shop, "b", &[("RARE", 9)], "tok_approve").await.expect(409).order();
        let cancelled = buy(&shop, "c", &[("CUP", 1)], "tok_approve").await.expect(201).order();
        bare(actix_web::http::Method::POST, &format!("/orders/{cancelled}/cancel")).admin().to(&shop).await.expect(200);
        shop.inventory.publish(&InventoryEvent::from(HoldExpired { order: short }));
        shop.settle().await;
        assert_eq!(
            timeline(&shop, declined).await[1..],
            ["system:payment payment.declined no", "system:order rejected payment-declined"]
        );
        assert_eq!(
            timeline(&shop, short).await[1..],
            ["system:order rejected out-of-stock", "system:inventory stock.hold-expired"]
        );
        assert_eq!(timeline(&shop, cancelled).await.last().unwrap(), "admin cancelled requested");
        let nobody = OrderId::new(kernel::clock::Ids::next(&kernel::clock::SystemIds));
        assert_eq!(get(&format!("/orders/{nobody}/timeline")).admin().to(&shop).await.status, 404);
        shop.close().await;
    })
    .await;
}

/// Payment's news may come before the saga's own answer, after it, and twice.
#[actix_web::test]
async fn what_is_known_of_a_payment_only_grows() {
    everywhere(async |shop| {
        let order = buy(&shop, "k", &[("CUP", 2)], "tok_approve").await.expect(201).order();
        let payment = PaymentId::new(order.uuid());
        let sum = |minor| Money::new(minor, Currency::GBP);
        shop.charges.feed.publish(&refunded(order, 510));
        shop.charges.feed.publish(&refunded(order, 255));
        let captured = PaymentCaptured { payment, order, amount: sum(510), captured: sum(510) };
        shop.charges.feed.publish(&PaymentEvent::from(captured));
        shop.settle().await;
        let shown = get(&format!("/orders/{order}")).admin().to(&shop).await.expect(200).json();
        let expected = json!({"id": order, "status": "refunded", "authorized": 510, "captured": 510, "refunded": 510});
        assert_eq!(shown["payment"], expected);
        shop.close().await;
    })
    .await;
}

/// Payment may tell of a capture before the order is confirmed; the confirmation does not take that back.
#[actix_web::test]
async fn what_is_known_before_the_pivot_stays_known() {
    everywhere(async |shop| {
        shop.faults.next("authorize", [Fault::Wait]);
        shop.faults.next("capture", [Fault::Wait]);
        let telling = async {
            let order = shop.placing().await;
            let (payment, sum) = (PaymentId::new(order.uuid()), Money::new(510, Currency::GBP));
            let captured = PaymentCaptured { payment, order, amount: sum, captured: sum };
            shop.charges.feed.publish(&PaymentEvent::from(captured));
            shop.settle().await;
            shop.faults.go_on();
            while shop.count("SELECT COUNT(*) FROM orders WHERE status = 'confirmed'").await == 0 {
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            }
            let known = shop.count("SELECT COUNT(*) FROM orders WHERE payment_stage = 2 AND captured = 510").await;
            shop.faults.go_on();
            known
        };
        let (reply, known) = tokio::join!(buy(&shop, "k", &[("CUP", 2)], "tok_approve"), telling);
        reply.expect(201);
        assert_eq!(known, 1);
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

/// Only the usual stands in the order's row: a part of the total, or a second time, is told for itself.
#[actix_web::test]
async fn what_is_unusual_of_a_payment_is_told_too() {
    everywhere(async |shop| {
        let order = buy(&shop, "k", &[("CUP", 2)], "tok_approve").await.expect(201).order();
        shop.settle().await;
        let (payment, usual) = (PaymentId::new(order.uuid()), timeline(&shop, order).await);
        assert_eq!((usual.len(), shop.count("SELECT COUNT(*) FROM timeline").await), (4, 0));
        let sum = |minor| Money::new(minor, Currency::GBP);
        for amount in [510, 100] {
            let captured = PaymentCaptured { payment, order, amount: sum(amount), captured: sum(510) };
            shop.charges.feed.publish(&PaymentEvent::from(captured));
        }
        shop.settle().await;
        let told = timeline(&shop, order).await;
        assert_eq!(told[..4], usual);
        assert_eq!(told[4..], ["system:payment payment.captured GBP 5.10", "system:payment payment.captured GBP 1.00"]);
        shop.close().await;
    })
    .await;
}

/// News of an order that is not here (another shop's, or one restored away) harms nobody.
#[actix_web::test]
async fn unknown_orders_and_unknown_events_are_passed_by() {
    everywhere(async |shop| {
        let stranger = OrderId::new(kernel::clock::Ids::next(&kernel::clock::SystemIds));
        shop.charges.feed.publish(&refunded(stranger, 1));
        shop.charges.feed.publish(&PaymentEvent::Unknown("payment.disputed.v1".to_owned()));
        shop.inventory.publish(&InventoryEvent::Unknown("stock.counted.v1".to_owned()));
        let mut orders = Vec::new();
        for batch in 0..3 {
            orders.push(buy(&shop, &format!("k{batch}"), &[("CUP", 1)], "tok_approve").await.expect(201).order());
        }
        shop.settle().await;
        for order in orders {
            let told = timeline(&shop, order).await;
            assert_eq!(told.last().unwrap(), "system:payment payment.captured GBP 2.55");
            assert_eq!(told.len(), 4);
        }
        assert_eq!(shop.count("SELECT COUNT(*) FROM timeline").await, 1, "the stranger's refund");
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}
