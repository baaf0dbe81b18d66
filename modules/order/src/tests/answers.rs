//! The 201 under a key is rebuilt from the order's row, and is the one that was sent, byte for byte.

use kernel_db::idempotency::Answer;
use kernel_module::{Module, Retention};
use serde_json::{Value, json};
use std::{num::NonZeroU16, time::Duration};

use super::{
    buyer::{Reply, bare, buy, get, post, purchase},
    fakes::Fault,
    shop::{Shop, everywhere, on_each_database, span},
};
use crate::Config;

/// An answer of the first shape, as it was sent. A change of it needs a shape of its own, see `view::answer`.
const SHAPE_1: &str = include_str!("answers/shape_1.json");

fn wanted() -> Value {
    let mut body = purchase(&[("CUP", 6), ("POT", 1), ("CUP", 1)], "tok_approve");
    body["note"] = "ring \"twice\"\n\"order_token\":\"\"".into();
    body["shipping_address"] = json!({
        "name": "Ada", "line1": "1 High St", "line2": "Flat 2", "city": "Köln", "region": "NW", "postal_code": "N1",
        "country": "GB",
    });
    body
}

async fn places(shop: &Shop) -> Reply {
    post("/orders", &wanted()).key("k").to(shop).await
}

async fn run(shop: &Shop, sql: &str, values: Vec<sea_orm::Value>) {
    shop.db
        .transact(|tx| {
            let values = values.clone();
            async move { tx.run(sql, values).await }
        })
        .await
        .unwrap();
}

#[actix_web::test]
async fn an_answer_of_the_first_shape_is_repeated_as_it_was_sent() {
    everywhere(async |shop| {
        places(&shop).await.expect(201);
        let id = |text: &str| -> sea_orm::Value { text.parse::<uuid::Uuid>().unwrap().into() };
        let at = |text: &str| -> sea_orm::Value { text.parse::<kernel::DateTime<kernel::Utc>>().unwrap().into() };
        let row = "UPDATE orders SET id = ?, number = 41, payment_id = ?, created_at = ?, confirmed_at = ?, updated_at = ?";
        let values = vec![
            id("018f3a5e-0000-7000-8000-000000000001"),
            id("018f3a5e-0000-7000-8000-000000000002"),
            at("2026-11-28T03:04:05.000006Z"),
            at("2026-11-28T03:04:05.12Z"),
            at("2026-11-29T00:00:00Z"),
        ];
        run(&shop, row, values).await;
        assert_eq!(shop.count("SELECT answer_shape FROM orders").await, 1);
        let again = places(&shop).await.expect(201);
        assert_eq!(String::from_utf8(again.body).unwrap(), SHAPE_1.trim_end());
        // What became of the order since is not in it.
        let since = "UPDATE orders SET status = 'cancelled', rejection = '{\"code\":\"payment-lost\"}', refunded = 5, version = 9";
        run(&shop, since, vec![]).await;
        assert_eq!(String::from_utf8(places(&shop).await.expect(201).body).unwrap(), SHAPE_1.trim_end());
        // A later version's answer is not made up.
        run(&shop, "UPDATE orders SET answer_shape = 2", vec![]).await;
        assert_eq!(places(&shop).await.status, 500);
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn a_repeat_tells_of_nothing_that_came_later() {
    everywhere(async |shop| {
        let first = places(&shop).await.expect(201);
        let same = async |after: &str| {
            let again = places(&shop).await.expect(201);
            assert_eq!(again.body, first.body, "{after}");
            assert_eq!(again.header("idempotency-replayed"), Some("true"));
            assert_eq!(again.header("location"), first.header("location"));
        };
        assert_eq!(shop.count("SELECT COUNT(*) FROM orders WHERE answer_shape = 1 AND answer_body IS NULL").await, 1);
        same("confirmed").await;
        let path = format!("/orders/{}", first.order());
        let some = json!({"lines": [{"sku": "CUP", "quantity": 2}]});
        post(&format!("{path}/fulfilments"), &some).admin().to(&shop).await.expect(201);
        same("sent in part").await;
        let off = json!({"lines": [{"sku": "CUP", "quantity": 1}], "reason": "too many"});
        post(&format!("{path}/lines/cancel"), &off).admin().to(&shop).await.expect(200);
        post(&format!("{path}/fulfilments"), &json!({})).admin().to(&shop).await.expect(201);
        same("fulfilled").await;
        let back = json!({"lines": [{"sku": "POT", "quantity": 1}], "reason": "chipped"});
        let asked = post(&format!("{path}/returns"), &back).token(&first.token()).key("r").to(&shop).await.expect(201);
        let back = format!("/admin/returns/{}/receive", asked.json()["id"].as_str().unwrap());
        post(&back, &json!({})).admin().to(&shop).await.expect(200);
        shop.settle().await;
        same("returned").await;
        assert_eq!(get(&path).admin().to(&shop).await.expect(200).json()["status"], "fulfilled");

        let other = buy(&shop, "other", &[("CUP", 1)], "tok_approve").await.expect(201);
        let cancel = format!("/orders/{}/cancel", other.order());
        bare(actix_web::http::Method::POST, &cancel).admin().to(&shop).await.expect(200);
        shop.settle().await;
        assert_eq!(buy(&shop, "other", &[("CUP", 1)], "tok_approve").await.expect(201).body, other.body);
        shop.close().await;
    })
    .await;
}

/// Money was given back before the buyer was answered, which the row does not remember.
#[actix_web::test]
async fn an_answer_that_cannot_be_rebuilt_is_stored() {
    everywhere(async |shop| {
        shop.faults.next("capture", [Fault::Wait]);
        let refund = async {
            let order = shop.placing().await;
            while shop.count("SELECT COUNT(*) FROM orders WHERE saga = 'settling'").await == 0 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            let mut payments = shop.charges.payments.lock().unwrap();
            let charge = payments.get_mut(&order).unwrap();
            charge.status = payment_contract::ChargeStatus::Captured;
            (charge.captured, charge.refunded) = (charge.authorized, charge.authorized);
            drop(payments);
            shop.faults.go_on();
        };
        let (first, ()) = tokio::join!(places(&shop), refund);
        let first = first.expect(201);
        assert_eq!(first.json()["payment"]["status"], "refunded");
        assert_eq!(
            shop.count("SELECT COUNT(*) FROM orders WHERE answer_shape IS NULL AND answer_status = 201").await,
            1
        );
        assert_eq!(places(&shop).await.expect(201).body, first.body);
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn a_key_may_be_used_again_after_its_time() {
    everywhere(async |shop| {
        let first = places(&shop).await.expect(201);
        shop.clock.advance(span(Duration::from_hours(29 * 24)));
        while shop.module.forget(&Retention::default()).await.unwrap() > 0 {}
        assert_eq!(places(&shop).await.expect(201).body, first.body);
        shop.clock.advance(span(Duration::from_hours(2 * 24)));
        let anew = places(&shop).await.expect(201);
        assert_ne!(anew.order(), first.order());
        assert_eq!(anew.header("idempotency-replayed"), None);
        assert_eq!(places(&shop).await.expect(201).body, anew.body);
        assert_eq!(shop.count("SELECT COUNT(*) FROM orders WHERE key IS NOT NULL").await, 1);
        get(&format!("/orders/{}", first.order())).admin().to(&shop).await.expect(200);
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

/// A key that was used long ago is kept until it is known for how long keys are kept.
#[actix_web::test]
async fn a_key_is_kept_until_the_time_is_known() {
    everywhere(async |shop| {
        let first = places(&shop).await.expect(201);
        shop.clock.advance(span(Duration::from_hours(90 * 24)));
        assert_eq!(places(&shop).await.expect(201).body, first.body);
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn an_answer_outlives_the_order_that_came_to_nothing() {
    let config = Config { answer_within_ms: 300, ..Config::for_testing() };
    on_each_database(config, async |shop| {
        let declined = buy(&shop, "a", &[("CUP", 1)], "tok_decline").await.expect(402);
        shop.faults.next("authorize", [Fault::Wait]);
        let promised = buy(&shop, "b", &[("CUP", 1)], "tok_decline").await.expect(202);
        shop.faults.go_on();
        shop.all_ended().await;
        shop.clock.advance(span(Duration::from_hours(3 * 24)));
        let keep = Retention { rejected_orders_days: NonZeroU16::MIN, ..Retention::default() };
        while shop.module.forget(&keep).await.unwrap() > 0 {}
        assert_eq!(shop.count("SELECT COUNT(*) FROM orders").await, 0);
        for (key, first) in [("a", declined), ("b", promised)] {
            let again = buy(&shop, key, &[("CUP", 1)], "tok_decline").await;
            assert_eq!((again.status, &again.body), (first.status, &first.body), "{key}");
            assert_eq!(again.header("location"), first.header("location"));
            let other = buy(&shop, key, &[("CUP", 2)], "tok_decline").await;
            assert_eq!(other.code(), (422, "idempotency-key-reused".to_owned()));
        }
        assert_eq!(shop.count("SELECT COUNT(*) FROM orders").await, 0);
        shop.close().await;
    })
    .await;
}

/// The admin's keys are one set, whatever they are used for.
#[actix_web::test]
async fn a_key_of_another_operation_is_not_used_for_an_order() {
    everywhere(async |shop| {
        let cart = || bare(actix_web::http::Method::POST, "/carts").admin();
        let order = || post("/orders", &wanted()).admin();
        cart().bare_key("1").to(&shop).await.expect(201);
        assert_eq!(order().bare_key("1").to(&shop).await.code(), (422, "idempotency-key-reused".to_owned()));
        order().bare_key("2").to(&shop).await.expect(201);
        assert_eq!(cart().bare_key("2").to(&shop).await.code(), (422, "idempotency-key-reused".to_owned()));
        assert_eq!(shop.count("SELECT (SELECT COUNT(*) FROM orders) + (SELECT COUNT(*) FROM cart)").await, 2);
        shop.close().await;
    })
    .await;
}

/// Bytes that differ are never taken for those that can be rebuilt.
#[actix_web::test]
async fn answers_are_compared_before_they_are_left_out() {
    everywhere(async |shop| {
        let order = places(&shop).await.expect(201).order();
        let order = crate::persistence::query::order(shop.db.reader(), order).await.unwrap().unwrap();
        let answer = crate::view::confirmed(&order).unwrap();
        let kept = |answer: &Answer| crate::view::kept(&order, answer).unwrap();
        assert_eq!(kept(&answer), crate::persistence::hot::KeptAnswer::Rebuilt { shape: 1 });
        for other in [
            Answer { body: answer.body.replacen("\"status\"", "\"state\"", 1), ..answer.clone() },
            Answer { status: 202, ..answer.clone() },
            Answer { location: None, ..answer.clone() },
        ] {
            assert_eq!(kept(&other), crate::persistence::hot::KeptAnswer::Stored(other.clone()));
        }
        shop.close().await;
    })
    .await;
}
