//! What an admin may do with payments.

use kernel::PaymentId;
use serde_json::{Value, json};

use super::{
    harness::{Store, calm},
    served::Served,
};
use crate::Config;

#[actix_web::test]
async fn an_admin_reads_payments_with_every_attempt() {
    let _calm = calm().await;
    for store in Store::each(Config::for_testing()).await {
        let served = Served::open(&store);
        let (order, payment) = store.paid(1530).await;
        let (_, newer) = store.paid(70).await;
        store.void(store.order()).await;

        let read = served.get(&format!("/admin/payments/{payment}")).await.json();
        assert_eq!(read["order"], order.to_string());
        assert_eq!(read["captured"], json!({"amount": 1530, "currency": "GBP"}));
        let attempts: Vec<(&str, &str)> = read["attempts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|attempt| (attempt["operation"].as_str().unwrap(), attempt["status"].as_str().unwrap()))
            .collect();
        assert_eq!(attempts, [("authorize", "succeeded"), ("capture", "succeeded")]);
        assert_eq!(read["attempts"][0]["id"], payment.to_string());
        assert!(!read.to_string().contains("tok_"), "the token is nobody's business: {read}");

        let of_order = served.get(&format!("/admin/payments?order={order}")).await.json();
        assert_eq!(of_order["items"], json!([read]));
        let first = served.get("/admin/payments?limit=1").await.json();
        assert_eq!(first["items"][0]["id"], newer.to_string());
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = served.get(&format!("/admin/payments?limit=1&cursor={cursor}")).await.json();
        assert_eq!((&second["items"][0]["id"], &second["next_cursor"]), (&json!(payment), &Value::Null));
        served.stop().await;
    }
}

#[actix_web::test]
async fn capture_and_void_move_money_once() {
    let _calm = calm().await;
    for store in Store::each(Config::for_testing()).await {
        let served = Served::open(&store);
        let authorize = async |token| {
            let order = store.order();
            let _ = store.authorize(order, token, 900).await;
            store.find(order).await.map(|charge| (order, charge.payment)).unwrap()
        };
        let (taken, id) = authorize("tok_approve").await;
        let capture = format!("/admin/payments/{id}/capture");
        let first = served.post(&capture, Some("k1"), None).await;
        assert_eq!(first.gist(), "200 captured");
        let again = served.post(&capture, Some("k1"), None).await;
        assert_eq!((again.text, again.replayed), (first.text, true));
        assert_eq!(served.post(&capture, None, None).await.gist(), "200 captured");
        assert_eq!(
            served.post(&format!("/admin/payments/{id}/void"), Some("k1"), None).await.gist(),
            "422 idempotency-key-reused"
        );
        assert_eq!(served.post(&format!("/admin/payments/{id}/void"), None, None).await.gist(), "409 illegal-move");
        assert_eq!(store.done(taken, "capture").await, 1);

        let (freed, id) = authorize("tok_approve").await;
        assert_eq!(served.post(&format!("/admin/payments/{id}/void"), None, None).await.gist(), "200 voided");
        assert_eq!(
            served.post(&format!("/admin/payments/{id}/capture"), None, None).await.gist(),
            "409 payment-voided"
        );
        assert_eq!(store.done(freed, "void").await, 1);

        let (_, id) = authorize("tok_decline").await;
        assert_eq!(served.post(&format!("/admin/payments/{id}/capture"), None, None).await.gist(), "409 illegal-move");
        store.is_sound().await;
        served.stop().await;
    }
}

#[actix_web::test]
async fn refunds_never_exceed_what_was_captured() {
    let _calm = calm().await;
    for store in Store::each(Config::for_testing()).await {
        let served = Served::open(&store);
        let (order, id) = store.paid(1000).await;
        let refunds = format!("/admin/payments/{id}/refunds");
        let body = |amount: i64| Some(json!({"amount": amount, "reason": "arrived broken"}));
        for (key, body, gist) in [
            (Some("a"), body(400), "201 succeeded"),
            (Some("b"), body(601), "409 refund-exceeds-captured"),
            (Some("a"), body(401), "422 idempotency-key-reused"),
            (None, body(1), "400 idempotency-key-missing"),
            (Some("c"), body(0), "422 invalid-value"),
            (Some("c"), body(-5), "422 invalid-value"),
            (Some("c"), body(i64::MAX), "409 refund-exceeds-captured"),
            (Some("c"), Some(json!({"amount": 1, "reason": ""})), "422 invalid-value"),
            (Some("c"), Some(json!({"amount": 1, "reason": " \t "})), "422 invalid-value"),
            (Some("c"), Some(json!({"amount": 1, "reason": "a\u{0}b"})), "422 invalid-value"),
            (Some("c"), Some(json!({"amount": 1, "reason": "a\u{202e}b"})), "422 invalid-value"),
            (Some("c"), Some(json!({"amount": 1, "reason": "x", "currency": "GBP"})), "422 unknown-field"),
            (Some("b"), body(600), "201 succeeded"),
            (Some("d"), body(1), "409 refund-exceeds-captured"),
        ] {
            assert_eq!(served.post(&refunds, key, body.clone()).await.gist(), gist, "{key:?} {body:?}");
        }
        let replay = served.post(&refunds, Some("a"), body(400)).await;
        assert_eq!((replay.gist().as_str(), replay.replayed), ("201 succeeded", true));
        assert_eq!(store.standing(order).await, "refunded 1000 1000 1000");
        assert_eq!(store.done(order, "refund").await, 2);

        let reserved = store.order();
        let charge = store.authorize(reserved, "tok_approve", 100).await.unwrap();
        let early = served.post(&format!("/admin/payments/{}/refunds", charge.payment), Some("e"), body(1)).await;
        assert_eq!(early.gist(), "409 illegal-move");
        store.is_sound().await;
        served.stop().await;
    }
}

/// Twenty refunds at once of a payment that has room for three: three.
#[actix_web::test]
async fn refunds_race_for_what_is_left() {
    let _calm = calm().await;
    for store in Store::each(Config::for_testing()).await {
        let served = Served::open(&store);
        let (order, id) = store.paid(1000).await;
        let path = format!("/admin/payments/{id}/refunds");
        let keys: Vec<String> = (0..20).map(|key| format!("key-{key}")).collect();
        let body = || Some(json!({"amount": 300, "reason": "race"}));
        let all = futures_util::future::join_all(keys.iter().map(|key| served.post(&path, Some(key), body()))).await;
        let made = all.iter().filter(|reply| reply.status < 300).count();
        assert_eq!(made, 3, "{all:?}");
        store.run();
        store.until(order, "captured 1000 1000 900").await;
        store.stop().await;
        assert_eq!(store.done(order, "refund").await, 3);
        store.is_sound().await;
        served.stop().await;
    }
}

#[actix_web::test]
async fn every_operation_needs_the_admin_and_a_payment() {
    let _calm = calm().await;
    for store in Store::each(Config::for_testing()).await {
        let served = Served::open(&store);
        let nobody: PaymentId = store.db.seams().id();
        let (get, post) = (reqwest::Method::GET, reqwest::Method::POST);
        for (method, path) in [
            (get.clone(), "/admin/payments".to_owned()),
            (get, format!("/admin/payments/{nobody}")),
            (post.clone(), format!("/admin/payments/{nobody}/capture")),
            (post.clone(), format!("/admin/payments/{nobody}/void")),
            (post.clone(), format!("/admin/payments/{nobody}/refunds")),
            (post, format!("/admin/payments/{nobody}/refunds/{nobody}/resolve")),
        ] {
            assert_eq!(served.knock(method, &path).await.gist(), "401 unauthenticated", "{path}");
        }
        let body = Some(json!({"amount": 1, "reason": "x"}));
        assert_eq!(served.get(&format!("/admin/payments/{nobody}")).await.gist(), "404 payment-not-found");
        for operation in ["capture", "void"] {
            let path = format!("/admin/payments/{nobody}/{operation}");
            assert_eq!(served.post(&path, None, None).await.gist(), "404 payment-not-found");
        }
        let path = format!("/admin/payments/{nobody}/refunds");
        assert_eq!(served.post(&path, Some("k"), body).await.gist(), "404 payment-not-found");
        let path = format!("/admin/payments/{nobody}/refunds/{nobody}/resolve");
        assert_eq!(served.post(&path, None, Some(json!({"reason": "x"}))).await.gist(), "404 payment-not-found");
        for (query, code) in
            [("limit=0", "400 bad-parameter"), ("cursor=zz", "400 bad-parameter"), ("x=1", "400 unknown-parameter")]
        {
            assert_eq!(served.get(&format!("/admin/payments?{query}")).await.gist(), code, "{query}");
        }
        served.stop().await;
    }
}

/// Every operation is in the document, and nothing that it names is missing.
#[test]
fn the_document_is_whole() {
    use utoipa_actix_web::AppExt as _;
    let routes = |config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>| {
        config
            .service(crate::http::payments::list_payments)
            .service(crate::http::payments::read_payment)
            .service(crate::http::payments::capture_payment)
            .service(crate::http::payments::void_payment)
            .service(crate::http::payments::refund_payment)
            .service(crate::http::payments::resolve_refund)
            .service(crate::http::webhooks::receive_webhook);
    };
    let (_, mut document) = actix_web::App::new().into_utoipa_app().configure(routes).split_for_parts();
    utoipa::Modify::modify(&kernel_web::Problems, &mut document);
    let document = serde_json::to_value(&document).unwrap();
    assert_eq!(document["paths"].as_object().unwrap().len(), 7);
    let text = document.to_string();
    for named in text.split("#/components/schemas/").skip(1) {
        let name = named.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{name} is missing");
    }
}
