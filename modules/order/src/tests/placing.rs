//! Orders that are met.

use serde_json::json;

use super::{
    buyer::{Reply, buy, get, post, purchase, status_of},
    fakes::{Claim, Fault},
    shop::{everywhere, on_each_database},
};
use crate::Config;

#[actix_web::test]
async fn an_order_is_placed_and_paid_for() {
    everywhere(async |shop| {
        let mut body = purchase(&[("CUP", 6), ("POT", 1), ("CUP", 1)], "tok_approve");
        body["note"] = "ring twice\nplease".into();
        body["shipping_address"] = json!({"name": "Ada", "line1": "1 High St", "city": "London", "country": "GB"});
        let reply = post("/orders", &body).key("k").to(&shop).await.expect(201);

        let (order, mut shown) = (reply.order(), reply.json());
        assert_eq!(reply.header("location"), Some(format!("/api/v1/orders/{order}").as_str()));
        assert_eq!(shown["number"], "1000001");
        assert_eq!(shown["status"], "confirmed");
        assert_eq!(shown["total"], json!({"amount": 7 * 255 + 1_000, "currency": "GBP"}));
        assert_eq!(
            shown["lines"][0],
            json!({
                "sku": "CUP", "title": "A CUP", "quantity": 6,
                "unit_price": {"amount": 255, "currency": "GBP"}, "total": {"amount": 1_530, "currency": "GBP"},
            })
        );
        let payment = json!({
            "id": order, "status": "captured", "authorized": 2_785, "captured": 2_785, "refunded": 0,
        });
        assert_eq!(shown["payment"], payment);
        assert_eq!(shown["shipping_address"], body["shipping_address"]);
        assert_eq!(shown["note"], body["note"]);
        assert!(matches!(shop.stock.claim(order), Some(Claim::Committed(lines)) if lines.values().sum::<i64>() == 8));

        // Read again it is the same, but for the token.
        shop.settle().await;
        let token = reply.token();
        shown.as_object_mut().unwrap().remove("order_token");
        let path = format!("/orders/{order}");
        assert_eq!(get(&path).token(&token).to(&shop).await.expect(200).json(), shown);
        assert_eq!(get(&path).admin().to(&shop).await.expect(200).json(), shown);
        for stranger in [get(&path), get(&path).token("x"), get("/orders/7").token(&token)] {
            assert_eq!(stranger.to(&shop).await.code(), (404, "not-found".to_owned()));
        }
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn numbers_grow() {
    everywhere(async |shop| {
        let mut numbers = Vec::new();
        for key in ["a", "b", "c"] {
            numbers.push(buy(&shop, key, &[("CUP", 1)], "tok_approve").await.expect(201).json()["number"].clone());
        }
        assert_eq!(numbers, ["1000001", "1000002", "1000003"]);
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn a_repeat_is_answered_byte_for_byte() {
    everywhere(async |shop| {
        for (key, sku, token, status) in
            [("a", "CUP", "tok_approve", 201), ("b", "RARE", "tok_approve", 409), ("c", "CUP", "tok_decline", 402)]
        {
            let first = buy(&shop, key, &[(sku, 6)], token).await.expect(status);
            let again = buy(&shop, key, &[(sku, 6)], token).await.expect(status);
            assert_eq!((first.header("idempotency-replayed"), &first.body), (None, &again.body));
            assert_eq!(again.header("idempotency-replayed"), Some("true"));
            assert_eq!(first.header("location"), again.header("location"));
            let other = buy(&shop, key, &[(sku, 7)], token).await;
            assert_eq!(other.code(), (422, "idempotency-key-reused".to_owned()));
        }
        assert_eq!(shop.count("SELECT COUNT(*) FROM orders").await, 3);
        assert_eq!(shop.charges.captures.lock().unwrap().len(), 1);
        // The admin's keys are not the guests'.
        let admin = post("/orders", &purchase(&[("CUP", 1)], "tok_approve")).key("a").admin();
        admin.to(&shop).await.expect(201);
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn what_takes_long_is_promised_and_kept() {
    let config = Config { answer_within_ms: 60, ..Config::for_testing() };
    on_each_database(config, async |shop| {
        shop.faults.next("authorize", [Fault::Wait]);
        let promised: Reply = buy(&shop, "k", &[("CUP", 2)], "tok_approve").await.expect(202);
        assert_eq!((promised.json()["status"].as_str(), &promised.json()["payment"]), (Some("placed"), &json!(null)));
        assert!(promised.header("location").is_some());
        let order = promised.order();
        shop.faults.go_on();
        shop.all_ended().await;
        assert_eq!(status_of(&shop, order).await, "confirmed");
        // The promise is what the key keeps.
        let again = buy(&shop, "k", &[("CUP", 2)], "tok_approve").await.expect(202);
        assert_eq!(again.body, promised.body);
        get(&format!("/orders/{order}")).token(&promised.token()).to(&shop).await.expect(200);
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn a_buyer_may_hang_up() {
    everywhere(async |shop| {
        shop.faults.next("authorize", [Fault::Wait]);
        tokio::select! {
            reply = buy(&shop, "k", &[("CUP", 2)], "tok_approve") => panic!("{}", reply.json()),
            _ = shop.placing() => {}
        }
        shop.faults.go_on();
        shop.all_ended().await;
        let kept = buy(&shop, "k", &[("CUP", 2)], "tok_approve").await.expect(201);
        assert_eq!(kept.header("idempotency-replayed"), Some("true"));
        assert_eq!(shop.count("SELECT COUNT(*) FROM orders WHERE status = 'confirmed'").await, 1);
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn a_provider_may_tell_later() {
    everywhere(async |shop| {
        shop.run();
        for (key, approved, status, end) in [("a", true, 201, "confirmed"), ("b", false, 402, "rejected")] {
            let telling = async {
                let order = shop.pending().await;
                shop.charges.tell(order, approved);
                order
            };
            let bought = buy(&shop, key, &[("CUP", 1)], "tok_pending");
            let (reply, order) = tokio::join!(bought, telling);
            reply.expect(status);
            assert_eq!(status_of(&shop, order).await, end);
        }
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn a_thousand_lines_are_one_order() {
    everywhere(async |shop| {
        let lines: Vec<_> = (0..1_000).map(|line| (["CUP", "POT"][line % 2], 1)).collect();
        let reply = buy(&shop, "k", &lines, "tok_approve").await.expect(201);
        assert_eq!(reply.json()["lines"].as_array().unwrap().len(), 1_000);
        assert_eq!(reply.json()["total"]["amount"], 500 * 1_255);
        assert_eq!(shop.stock.available("CUP"), 1_000_000 - 500);
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}
