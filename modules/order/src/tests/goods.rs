//! Goods that leave.

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
async fn goods_leave() {
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

        let shown = get(&format!("/orders/{order}")).token(&token).to(&shop).await.expect(200).json();
        assert_eq!((&shown["status"], &shown["lines"][0]["fulfilled"]), (&json!("fulfilled"), &json!(2)));
        assert_eq!(shown["fulfilments"].as_array().unwrap().len(), 2);
        shop.assert_sound().await;
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
