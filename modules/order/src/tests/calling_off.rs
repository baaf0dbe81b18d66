//! Units that are not to be sent any more.

use futures_util::future::join_all;
use kernel::OrderId;
use serde_json::{Value, json};

use super::{
    buyer::{Call, buy, get, post},
    shop::{Shop, everywhere},
};

fn lines(lines: &[(&str, i64)]) -> Value {
    lines.iter().map(|(sku, quantity)| json!({"sku": sku, "quantity": quantity})).collect()
}

fn call_off(order: OrderId, units: &[(&str, i64)]) -> Call {
    post(&format!("/orders/{order}/lines/cancel"), &json!({"lines": lines(units), "reason": "one too many"}))
}

fn ask(order: OrderId, units: &[(&str, i64)]) -> Call {
    post(&format!("/orders/{order}/returns"), &json!({"lines": lines(units), "reason": "not wanted", "restock": true}))
}

fn send(order: OrderId, body: &Value) -> Call {
    post(&format!("/orders/{order}/fulfilments"), body).admin()
}

async fn confirmed(shop: &Shop) -> usize {
    let page = get("/orders?status=confirmed").admin().to(shop).await.expect(200).json();
    page["items"].as_array().unwrap().len()
}

#[actix_web::test]
async fn what_was_not_sent_is_called_off_while_the_rest_was_sent() {
    everywhere(async |shop| {
        let reply = buy(&shop, "k", &[("CUP", 3)], "tok_approve").await.expect(201);
        let (order, token) = (reply.order(), reply.token());
        send(order, &json!({"lines": lines(&[("CUP", 1)])})).to(&shop).await.expect(201);
        assert_eq!(call_off(order, &[("CUP", 1)]).to(&shop).await.status, 404, "no token");
        let much = call_off(order, &[("CUP", 3)]).token(&token).to(&shop).await;
        assert_eq!(much.code(), (409, "exceeds-unsent".to_owned()));
        assert_eq!(much.json()["lines"], json!([{"sku": "CUP", "requested": 3, "possible": 2}]));

        let off = call_off(order, &[("CUP", 1)]).token(&token).key("o").to(&shop).await.expect(200);
        let json = off.json();
        assert_eq!((&json["status"], &json["lines"][0]["called_off"]), (&json!("confirmed"), &json!(1)));
        assert_eq!(json["called_off"][0]["amount"], json!({"amount": 255, "currency": "GBP"}));
        assert_eq!(json["refunds"][0]["cause"], "called_off");
        let again = call_off(order, &[("CUP", 1)]).token(&token).key("o").to(&shop).await.expect(200);
        assert_eq!((&again.body, again.header("idempotency-replayed")), (&off.body, Some("true")));
        let event = "SELECT COUNT(*) FROM outbox WHERE type = 'order.returned.v1' AND data LIKE '%\"shipped\":0%' \
                     AND data LIKE '%\"called_off\":true%' AND data LIKE '%\"restock\":true%'";
        assert_eq!(shop.count(event).await, 1);
        assert_eq!(shop.count("SELECT COUNT(*) FROM goods_return").await, 0, "nothing is to come back");

        // The last one too: then the order is done, and nothing is sent any more.
        let done = call_off(order, &[("CUP", 1)]).admin().to(&shop).await.expect(200).json();
        assert_eq!(done["status"], "fulfilled");
        assert_eq!(send(order, &json!({})).to(&shop).await.code(), (409, "illegal-move".to_owned()));
        let none = call_off(order, &[("CUP", 1)]).admin().to(&shop).await;
        assert_eq!(none.code(), (409, "exceeds-unsent".to_owned()));
        assert_eq!(
            (confirmed(&shop).await, shop.count("SELECT CAST(SUM(amount) AS bigint) FROM called_off").await),
            (0, 510)
        );
        shop.settle().await;
        let told = get(&format!("/orders/{order}/timeline")).token(&token).to(&shop).await.expect(200).json();
        let off = json!("GBP 2.55: one too many");
        let items = told["items"].as_array().unwrap();
        let whos: Vec<&Value> =
            items.iter().filter(|item| item["what"] == "called-off").map(|item| &item["by"]).collect();
        assert_eq!(whos, ["guest", "admin"]);
        assert!(items.iter().any(|item| item["detail"] == off));
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn an_order_of_which_nothing_was_sent_is_cancelled() {
    everywhere(async |shop| {
        let reply = buy(&shop, "k", &[("CUP", 2), ("POT", 1)], "tok_approve").await.expect(201);
        let order = reply.order();
        call_off(order, &[("POT", 1)]).token(&reply.token()).to(&shop).await.expect(200);
        let done = call_off(order, &[("CUP", 2)]).token(&reply.token()).to(&shop).await.expect(200).json();
        assert_eq!(done["status"], "cancelled");
        assert_eq!(done["refunds"].as_array().unwrap().len(), 2);
        let cancelled =
            "SELECT COUNT(*) FROM outbox WHERE type = 'order.cancelled.v1' AND data LIKE '%\"amount\":510%'";
        assert_eq!((confirmed(&shop).await, shop.count(cancelled).await), (0, 1));
        let over = call_off(order, &[("CUP", 1)]).token(&reply.token()).to(&shop).await;
        assert_eq!(over.code(), (409, "illegal-move".to_owned()));
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

/// A buyer who asks to return what was never sent means that it is not to be sent.
#[actix_web::test]
async fn a_return_of_what_was_never_sent_calls_it_off() {
    everywhere(async |shop| {
        let reply = buy(&shop, "a", &[("CUP", 2)], "tok_approve").await.expect(201);
        let off = ask(reply.order(), &[("CUP", 2)]).token(&reply.token()).key("r").to(&shop).await.expect(201).json();
        assert_eq!((&off["status"], &off["amount"]["amount"]), (&json!("called_off"), &json!(510)));
        assert_eq!(confirmed(&shop).await, 0);

        let reply = buy(&shop, "b", &[("CUP", 3)], "tok_approve").await.expect(201);
        let (order, token) = (reply.order(), reply.token());
        send(order, &json!({"lines": lines(&[("CUP", 1)])})).to(&shop).await.expect(201);
        let both = ask(order, &[("CUP", 3)]).token(&token).key("r").to(&shop).await.expect(201).json();
        assert_eq!((&both["status"], &both["lines"]), (&json!("requested"), &lines(&[("CUP", 1)])));
        assert_eq!(both["called_off"]["lines"], lines(&[("CUP", 2)]));
        assert_eq!((&both["amount"]["amount"], &both["called_off"]["amount"]["amount"]), (&json!(255), &json!(510)));
        let shown = get(&format!("/orders/{order}")).token(&token).to(&shop).await.expect(200).json();
        assert_eq!((&shown["status"], &shown["returns"][0]["status"]), (&json!("fulfilled"), &json!("requested")));
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn a_unit_is_sent_or_called_off_and_never_both() {
    everywhere(async |shop| {
        for round in 0..4 {
            let order = buy(&shop, &format!("k{round}"), &[("CUP", 2)], "tok_approve").await.expect(201).order();
            let calls = (0..6).map(|turn| {
                let some = [("CUP", 1)];
                let call = if turn % 2 == 0 {
                    call_off(order, &some).admin()
                } else {
                    send(order, &json!({"lines": lines(&some)}))
                };
                call.to(&shop)
            });
            let replies = join_all(calls).await;
            assert!(replies.iter().all(|reply| matches!(reply.status, 200 | 201 | 409)), "{replies:?}");
            let line = &get(&format!("/orders/{order}")).admin().to(&shop).await.expect(200).json()["lines"][0];
            let units = |name: &str| line[name].as_i64().unwrap_or_default();
            let done = replies.iter().filter(|reply| reply.status < 300).count();
            assert_eq!((units("fulfilled") + units("called_off"), done), (2, 2), "{line}");
        }
        assert_eq!(confirmed(&shop).await, 0);
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn requests_that_break_a_rule() {
    everywhere(async |shop| {
        let placed = buy(&shop, "k", &[("CUP", 3)], "tok_approve").await.expect(201);
        let (order, token) = (placed.order(), placed.token());
        let path = format!("/orders/{order}/lines/cancel");
        for (body, pointer) in [
            (json!({"lines": [], "reason": "x"}), "/lines"),
            (json!({"lines": lines(&[("CUP", 0)]), "reason": "x"}), "/lines/0/quantity"),
            (json!({"lines": lines(&[("CUP", 1)])}), "/reason"),
            (json!({"lines": lines(&[("CUP", 1)]), "reason": "4111111111111111"}), "/reason"),
            (json!({"lines": lines(&[("CUP", 1)]), "reason": "x", "restock": true}), "/restock"),
        ] {
            let reply = post(&path, &body).token(&token).to(&shop).await.expect(422);
            assert_eq!(reply.json()["errors"][0]["pointer"], pointer);
        }
        let unknown = call_off(order, &[("POT", 1)]).admin().to(&shop).await;
        assert_eq!(unknown.code(), (409, "exceeds-unsent".to_owned()));
        shop.close().await;
    })
    .await;
}
