//! Goods that leave, and goods that come back.

use kernel::OrderId;
use serde_json::{Value, json};

use super::{
    buyer::{Call, buy, get, post},
    fakes::Fault,
    shop::{everywhere, on_each_database},
};
use crate::Config;

fn lines(lines: &[(&str, i64)]) -> Value {
    lines.iter().map(|(sku, quantity)| json!({"sku": sku, "quantity": quantity})).collect()
}

fn send(order: OrderId, body: &Value) -> Call {
    post(&format!("/orders/{order}/fulfilments"), body).admin()
}

fn give_back(order: OrderId, goods: &[(&str, i64)]) -> Call {
    let body = json!({"lines": lines(goods), "reason": "too big", "restock": true});
    post(&format!("/orders/{order}/returns"), &body)
}

#[actix_web::test]
async fn goods_leave_and_come_back() {
    everywhere(async |shop| {
        let reply = buy(&shop, "k", &[("CUP", 2), ("POT", 1), ("CUP", 1)], "tok_approve").await.expect(201);
        let (order, token) = (reply.order(), reply.token());

        let some = json!({"lines": lines(&[("CUP", 1), ("CUP", 1)]), "tracking": "RM 1"});
        let sent = send(order, &some).key("s").to(&shop).await.expect(201);
        assert_eq!((&sent.json()["complete"], &sent.json()["lines"]), (&json!(false), &lines(&[("CUP", 2)])));
        assert_eq!(send(order, &some).key("s").to(&shop).await.expect(201).body, sent.body);
        let excess = send(order, &json!({"lines": lines(&[("CUP", 2)])})).to(&shop).await;
        assert_eq!(excess.code(), (409, "fulfilment-exceeds-order".to_owned()));
        assert_eq!(excess.json()["lines"], json!([{"sku": "CUP", "requested": 2, "possible": 1}]));
        assert_eq!(send(order, &json!({})).to(&shop).await.expect(201).json()["complete"], true);
        assert_eq!(send(order, &json!({})).to(&shop).await.code(), (409, "illegal-move".to_owned()));

        let back = give_back(order, &[("CUP", 2)]).token(&token).key("r").to(&shop).await.expect(201);
        assert_eq!(back.json()["amount"], json!({"amount": 510, "currency": "GBP"}));
        let again = give_back(order, &[("CUP", 2)]).token(&token).key("r").to(&shop).await.expect(201);
        assert_eq!((&again.body, again.header("idempotency-replayed")), (&back.body, Some("true")));
        let much = give_back(order, &[("CUP", 2)]).admin().key("r").to(&shop).await;
        assert_eq!(much.code(), (409, "returns-exceed-purchase".to_owned()));
        assert_eq!(give_back(order, &[("CUP", 1)]).token(&token).to(&shop).await.status, 400, "no key");
        assert_eq!(give_back(order, &[("CUP", 1)]).key("x").to(&shop).await.status, 404, "no token");

        let shown = get(&format!("/orders/{order}")).token(&token).to(&shop).await.expect(200).json();
        assert_eq!((&shown["status"], &shown["lines"][0]["returned"]), (&json!("fulfilled"), &json!(2)));
        assert_eq!(shown["fulfilments"].as_array().unwrap().len(), 2);
        assert_eq!(shown["fulfilments"][0]["tracking"], "RM 1");
        assert_eq!(shown["returns"][0]["amount"]["amount"], 510);
        let event = "SELECT COUNT(*) FROM outbox WHERE type = 'order.returned.v1' AND data LIKE '%\"shipped\":2%'";
        assert_eq!(shop.count(event).await, 1);
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn goods_that_were_never_sent_can_be_given_back() {
    everywhere(async |shop| {
        let order = buy(&shop, "k", &[("CUP", 3)], "tok_approve").await.expect(201).order();
        send(order, &json!({"lines": lines(&[("CUP", 1)])})).to(&shop).await.expect(201);
        give_back(order, &[("CUP", 2)]).admin().key("r").to(&shop).await.expect(201);
        let event = "SELECT COUNT(*) FROM outbox WHERE type = 'order.returned.v1' AND data LIKE '%\"shipped\":1%'";
        assert_eq!(shop.count(event).await, 1);
        assert_eq!(send(order, &json!({})).to(&shop).await.expect(201).json()["lines"], lines(&[("CUP", 1)]));
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn requests_that_break_a_rule() {
    everywhere(async |shop| {
        let order = buy(&shop, "k", &[("CUP", 3)], "tok_approve").await.expect(201).order();
        let path = format!("/orders/{order}/returns");
        for (body, pointer) in [
            (json!({"lines": [], "reason": "x"}), "/lines"),
            (json!({"lines": lines(&[("CUP", 0)]), "reason": "x"}), "/lines/0/quantity"),
            (json!({"lines": lines(&[("CUP", 1)]), "reason": ""}), "/reason"),
            (json!({"lines": lines(&[("CUP", 1)]), "reason": "4111111111111111"}), "/reason"),
            (json!({"lines": lines(&[("CUP", 1)]), "reason": "x", "amount": 5}), "/amount"),
        ] {
            let reply = post(&path, &body).admin().key("r").to(&shop).await.expect(422);
            assert_eq!(reply.json()["errors"][0]["pointer"], pointer);
        }
        let unknown = give_back(order, &[("POT", 1)]).admin().key("r").to(&shop).await;
        assert_eq!(unknown.code(), (409, "returns-exceed-purchase".to_owned()));
        assert_eq!(post(&format!("/orders/{order}/fulfilments"), &json!({})).to(&shop).await.status, 401);
        shop.close().await;
    })
    .await;
}

/// Before its money is taken nothing of an order leaves, and nothing of it comes back.
#[actix_web::test]
async fn an_order_settles_first() {
    let config = Config { answer_within_ms: 30, ..Config::for_testing() };
    on_each_database(config, async |shop| {
        shop.faults.next("capture", [Fault::DieBefore]);
        let order = buy(&shop, "k", &[("CUP", 3)], "tok_approve").await.expect(202).order();
        for call in [send(order, &json!({})), give_back(order, &[("CUP", 1)]).admin().key("r")] {
            assert_eq!(call.to(&shop).await.code(), (409, "order-not-settled".to_owned()));
        }
        shop.run();
        shop.all_ended().await;
        send(order, &json!({})).to(&shop).await.expect(201);
        shop.close().await;
    })
    .await;
}
