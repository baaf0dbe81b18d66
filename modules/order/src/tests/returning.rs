//! Goods that a buyer asks to return, and what the shop makes of it.

use actix_web::http::Method;
use futures_util::future::join_all;
use kernel::{Currency, Money, OrderId, PaymentId, RefundId};
use payment_contract::{PaymentEvent, PaymentRefundRefused, PaymentRefunded};
use serde_json::{Value, json};

use super::{
    buyer::{Call, Reply, bare, buy, get, post},
    shop::{Shop, everywhere, on_each_database},
};
use crate::Config;

fn lines(lines: &[(&str, i64)]) -> Value {
    lines.iter().map(|(sku, quantity)| json!({"sku": sku, "quantity": quantity})).collect()
}

fn ask(order: OrderId, goods: &[(&str, i64)]) -> Call {
    let body = json!({"lines": lines(goods), "reason": "too big", "restock": true});
    post(&format!("/orders/{order}/returns"), &body)
}

fn decide(back: &Value, what: &str, body: &Value) -> Call {
    post(&format!("/admin/returns/{}/{what}", back["id"].as_str().unwrap()), body).admin()
}

fn approve(back: &Value) -> Call {
    bare(Method::POST, &format!("/admin/returns/{}/approve", back["id"].as_str().unwrap())).admin()
}

/// Three cups that were sent, and the token of their order.
async fn sent(shop: &Shop, key: &str) -> (OrderId, String) {
    let reply = buy(shop, key, &[("CUP", 3)], "tok_approve").await.expect(201);
    post(&format!("/orders/{}/fulfilments", reply.order()), &json!({})).admin().to(shop).await.expect(201);
    (reply.order(), reply.token())
}

async fn events(shop: &Shop, kind: &str) -> i64 {
    shop.count(&format!("SELECT COUNT(*) FROM outbox WHERE type = 'order.{kind}.v1'")).await
}

async fn shown(shop: &Shop, order: OrderId) -> Value {
    get(&format!("/orders/{order}")).admin().to(shop).await.expect(200).json()
}

#[actix_web::test]
async fn a_token_alone_moves_neither_money_nor_stock() {
    everywhere(async |shop| {
        let (order, token) = sent(&shop, "k").await;
        let back = ask(order, &[("CUP", 2)]).token(&token).key("r").to(&shop).await.expect(201);
        let json = back.json();
        assert_eq!((&json["status"], &json["amount"]["amount"]), (&json!("requested"), &json!(510)));
        assert_eq!((events(&shop, "return_requested").await, events(&shop, "returned").await), (1, 0));
        assert_eq!(shop.count("SELECT COUNT(*) FROM order_refund").await, 0);
        let again = ask(order, &[("CUP", 2)]).token(&token).key("r").to(&shop).await.expect(201);
        assert_eq!((&again.body, again.header("idempotency-replayed")), (&back.body, Some("true")));
        // What is asked for is not asked for again.
        let much = ask(order, &[("CUP", 2)]).admin().key("r").to(&shop).await;
        assert_eq!(much.code(), (409, "returns-exceed-purchase".to_owned()));
        assert_eq!(much.json()["lines"], json!([{"sku": "CUP", "requested": 2, "possible": 1}]));
        assert_eq!(ask(order, &[("CUP", 1)]).token(&token).to(&shop).await.status, 400, "no key");
        assert_eq!(ask(order, &[("CUP", 1)]).key("x").to(&shop).await.status, 404, "no token");
        for what in ["approve", "receive", "refuse"] {
            let path = format!("/admin/returns/{}/{what}", json["id"].as_str().unwrap());
            assert_eq!(post(&path, &json!({"reason": "x"})).token(&token).to(&shop).await.status, 401, "{what}");
        }
        let order = shown(&shop, order).await;
        assert_eq!(
            (&order["returns"][0]["status"], &order["lines"][0]["returned"]),
            (&json!("requested"), &json!(null))
        );
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn what_came_is_paid_back_and_sold_again() {
    everywhere(async |shop| {
        let (order, token) = sent(&shop, "k").await;
        let back = ask(order, &[("CUP", 3)]).token(&token).key("r").to(&shop).await.expect(201).json();
        let came = json!({"lines": [
            {"sku": "CUP", "quantity": 1, "condition": "as new", "restock": true},
            {"sku": "CUP", "quantity": 1, "state": "broken", "restock": false},
        ]});
        let much = json!({"lines": lines(&[("CUP", 4)])});
        let refused = decide(&back, "receive", &much).to(&shop).await;
        assert_eq!(refused.code(), (409, "return-exceeds-request".to_owned()));
        let received = decide(&back, "receive", &came).key("i").to(&shop).await.expect(200);
        let json = received.json();
        assert_eq!((&json["status"], &json["amount"]["amount"]), (&json!("received"), &json!(510)));
        assert_eq!(json["received"][1], json!({"sku": "CUP", "quantity": 1, "condition": "broken", "restock": false}));
        assert_eq!(json["decision"]["by"], "admin");
        let again = decide(&back, "receive", &came).key("i").to(&shop).await.expect(200);
        assert_eq!(again.body, received.body);
        let twice = decide(&back, "receive", &came).to(&shop).await;
        assert_eq!((twice.code(), &twice.json()["return_status"]), ((409, "illegal-move".to_owned()), &json!("received")));
        let restocked = "SELECT COUNT(*) FROM outbox WHERE type = 'order.returned.v1' AND data LIKE '%\"restock\":true%' \
                         AND data LIKE '%\"quantity\":1,\"shipped\":1%' AND data LIKE '%\"amount\":510%'";
        assert_eq!((shop.count(restocked).await, events(&shop, "returned").await), (1, 2));
        // The third cup never came, and may be asked for again.
        ask(order, &[("CUP", 1)]).token(&token).key("s").to(&shop).await.expect(201);
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn money_may_go_back_before_the_goods_come() {
    everywhere(async |shop| {
        let (order, token) = sent(&shop, "k").await;
        let back = ask(order, &[("CUP", 1)]).token(&token).key("r").to(&shop).await.expect(201).json();
        let approved = approve(&back).to(&shop).await.expect(200).json();
        assert_eq!((&approved["status"], &approved["amount"]["amount"]), (&json!("approved"), &json!(255)));
        assert_eq!(approve(&back).to(&shop).await.code(), (409, "illegal-move".to_owned()));
        let no = decide(&back, "refuse", &json!({"reason": "worn"})).to(&shop).await;
        assert_eq!(no.code(), (409, "illegal-move".to_owned()));
        let received = decide(&back, "receive", &json!({"restock": true})).to(&shop).await.expect(200).json();
        assert_eq!((&received["status"], &received["amount"]["amount"]), (&json!("received"), &json!(255)));
        assert_eq!(shop.count("SELECT COUNT(*) FROM order_refund").await, 1, "the money goes back once");
        assert_eq!(shown(&shop, order).await["lines"][0]["returned"], 1);

        let other = ask(order, &[("CUP", 2)]).token(&token).key("o").to(&shop).await.expect(201).json();
        let refused = decide(&other, "refuse", &json!({"reason": "worn"})).to(&shop).await.expect(200).json();
        assert_eq!((&refused["status"], &refused["decision"]["reason"]), (&json!("refused"), &json!("worn")));
        assert_eq!(decide(&other, "receive", &json!({})).to(&shop).await.code(), (409, "illegal-move".to_owned()));
        assert_eq!(shop.count("SELECT COUNT(*) FROM order_refund").await, 1);
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn two_decisions_at_once_have_one_effect() {
    everywhere(async |shop| {
        for round in 0..4 {
            let (order, token) = sent(&shop, &format!("k{round}")).await;
            let back = ask(order, &[("CUP", 2)]).token(&token).key("r").to(&shop).await.expect(201).json();
            let body = json!({"restock": true});
            let receives = (0..6).map(|_| decide(&back, "receive", &body).to(&shop));
            let replies: Vec<Reply> = join_all(receives).await;
            let done = replies.iter().filter(|reply| reply.status == 200).count();
            assert_eq!(done, 1, "{:?}", replies.iter().map(Reply::code).collect::<Vec<_>>());
            assert!(replies.iter().all(|reply| matches!(reply.status, 200 | 409)));
            assert_eq!(shown(&shop, order).await["lines"][0]["returned"], 2);
        }
        let asks = "SELECT COUNT(*) FROM order_refund WHERE amount = 510";
        assert_eq!((shop.count(asks).await, events(&shop, "returned").await), (4, 4));

        // And many requests for the same units are one.
        let (order, token) = sent(&shop, "many").await;
        let keys: Vec<String> = (0..6).map(|ask| format!("m{ask}")).collect();
        let asks = keys.iter().map(|key| ask(order, &[("CUP", 2)]).token(&token).key(key).to(&shop));
        let asked = join_all(asks).await.iter().filter(|reply| reply.status == 201).count();
        assert_eq!(asked, 1);
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn small_returns_are_approved_without_a_person() {
    let config = Config { returns_accept_up_to: 510, ..Config::for_testing() };
    on_each_database(config, async |shop| {
        let (order, token) = sent(&shop, "k").await;
        let small = ask(order, &[("CUP", 1)]).token(&token).key("a").to(&shop).await.expect(201).json();
        assert_eq!((&small["status"], &small["decision"]["by"]), (&json!("approved"), &json!("system:order")));
        assert_eq!(shop.count("SELECT COUNT(*) FROM order_refund WHERE amount = 255").await, 1);
        // Of one order together, or a large return would be asked for in small parts.
        let next = ask(order, &[("CUP", 1)]).token(&token).key("b").to(&shop).await.expect(201).json();
        assert_eq!(next["status"], "approved");
        let last = ask(order, &[("CUP", 1)]).token(&token).key("c").to(&shop).await.expect(201).json();
        assert_eq!(last["status"], "requested");
        let stock = "SELECT COUNT(*) FROM outbox WHERE type = 'order.returned.v1' AND data LIKE '%\"restock\":true%'";
        assert_eq!(shop.count(stock).await, 0, "stock waits for the goods");
        decide(&small, "receive", &json!({"restock": true})).to(&shop).await.expect(200);
        assert_eq!(shop.count(stock).await, 1);
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn returns_are_listed() {
    everywhere(async |shop| {
        let mut asked = Vec::new();
        for key in ["a", "b", "c"] {
            let (order, token) = sent(&shop, key).await;
            asked.push(ask(order, &[("CUP", 1)]).token(&token).key("r").to(&shop).await.expect(201).json());
        }
        approve(&asked[1]).to(&shop).await.expect(200);
        let ids = async |query: &str| {
            let page = get(&format!("/admin/returns?{query}")).admin().to(&shop).await.expect(200).json();
            let ids: Vec<Value> = page["items"].as_array().unwrap().iter().map(|back| back["id"].clone()).collect();
            (ids, page["next_cursor"].clone())
        };
        let id = |index: usize| asked[index]["id"].clone();
        assert_eq!(ids("").await, (vec![id(2), id(1), id(0)], json!(null)));
        assert_eq!(ids("status=requested").await.0, [id(2), id(0)]);
        assert_eq!(ids("status=approved").await.0, [id(1)]);
        let (first, cursor) = ids("limit=2").await;
        assert_eq!(first, [id(2), id(1)]);
        assert_eq!(ids(&format!("limit=2&cursor={}", cursor.as_str().unwrap())).await.0, [id(0)]);
        for query in ["status=lost", "status=", "limit=0", "cursor=zz", "colour=red"] {
            assert_eq!(get(&format!("/admin/returns?{query}")).admin().to(&shop).await.status, 400, "{query}");
        }
        let path = format!("/admin/returns/{}", asked[0]["id"].as_str().unwrap());
        assert_eq!(get(&path).admin().to(&shop).await.expect(200).json()["number"], "1000001");
        assert_eq!((get(&path).to(&shop).await.status, get("/admin/returns").to(&shop).await.status), (401, 401));
        let unknown = "/admin/returns/018f3a5e-0000-7000-8000-000000000000";
        assert_eq!(get(unknown).admin().to(&shop).await.code(), (404, "not-found".to_owned()));
        assert_eq!(get("/admin/returns/7").admin().to(&shop).await.status, 404);
        for (what, body, pointer) in [
            ("receive", json!({"lines": []}), "/lines"),
            ("receive", json!({"lines": lines(&[("CUP", 0)])}), "/lines/0/quantity"),
            ("receive", json!({"lines": [{"sku": "CUP", "quantity": 1, "price": 1}]}), "/lines/0/price"),
            ("refuse", json!({}), "/reason"),
            ("refuse", json!({"reason": " "}), "/reason"),
        ] {
            let reply = decide(&asked[0], what, &body).to(&shop).await.expect(422);
            assert_eq!(reply.json()["errors"][0]["pointer"], pointer, "{what} {body}");
        }
        shop.close().await;
    })
    .await;
}

fn paid_back(order: OrderId, refund: RefundId, amount: i64, so_far: i64) -> PaymentEvent {
    let gbp = |minor| Money::new(minor, Currency::GBP);
    let payment = PaymentId::new(order.uuid());
    PaymentRefunded { payment, order, refund, amount: gbp(amount), refunded: gbp(so_far) }.into()
}

/// A goodwill refund comes first; then no more is promised than it has left.
#[actix_web::test]
async fn no_more_is_promised_than_goodwill_has_left() {
    everywhere(async |shop| {
        let (order, token) = sent(&shop, "k").await;
        let goodwill = RefundId::new(kernel::clock::Ids::next(&kernel::clock::SystemIds));
        shop.charges.feed.publish(&paid_back(order, goodwill, 400, 400));
        shop.settle().await;
        let ask_for = |key: &'static str| ask(order, &[("CUP", 1)]).token(&token).key(key).to(&shop);
        let first = ask_for("a").await.expect(201).json();
        let received = decide(&first, "receive", &json!({})).to(&shop).await.expect(200).json();
        assert_eq!(received["amount"]["amount"], 255);
        let second = ask_for("b").await.expect(201).json();
        let received = decide(&second, "receive", &json!({})).to(&shop).await.expect(200).json();
        assert_eq!(received["amount"]["amount"], 110, "765 were paid, 400 and 255 are given back");
        let third = ask_for("c").await.expect(201).json();
        let received = decide(&third, "receive", &json!({})).to(&shop).await.expect(200).json();
        assert_eq!(received["amount"]["amount"], 0);

        let statuses = async || {
            let order = shown(&shop, order).await;
            let refunds = order["refunds"].as_array().unwrap();
            refunds.iter().map(|refund| refund["status"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(statuses().await, ["due", "due"]);
        let refund = |back: &Value| back["refund"].as_str().unwrap().parse::<RefundId>().unwrap();
        shop.charges.feed.publish(&paid_back(order, refund(&first), 255, 655));
        shop.settle().await;
        assert_eq!(statuses().await, ["paid", "due"]);
        let listed = get("/admin/orders?refund=due").admin().to(&shop).await.expect(200).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        let promises = shop.module.promises_after(None, 10).await.unwrap();
        assert_eq!(promises.iter().map(|promise| promise.amount.minor()).sum::<i64>(), 365);
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

/// A goodwill refund that order had not heard of yet: payment gives back what is left, and the rest is shown as work.
#[actix_web::test]
async fn a_promise_that_payment_could_not_keep_is_shown() {
    everywhere(async |shop| {
        let (order, token) = sent(&shop, "k").await;
        let back = ask(order, &[("CUP", 3)]).token(&token).key("a").to(&shop).await.expect(201).json();
        decide(&back, "receive", &json!({})).to(&shop).await.expect(200);
        let refund: RefundId = back["refund"].as_str().unwrap().parse().unwrap();
        let gbp = |minor| Money::new(minor, Currency::GBP);
        let goodwill = RefundId::new(kernel::clock::Ids::next(&kernel::clock::SystemIds));
        let (payment, reason) = (PaymentId::new(order.uuid()), "more than is left".to_owned());
        let refused = PaymentRefundRefused {
            payment,
            order,
            refund,
            asked: gbp(765),
            refunded: gbp(365),
            left: gbp(365),
            reason,
        };
        shop.charges.feed.publish(&paid_back(order, goodwill, 400, 400));
        shop.charges.feed.publish(&PaymentEvent::from(refused));
        shop.charges.feed.publish(&paid_back(order, refund, 365, 765));
        shop.settle().await;
        let shown = shown(&shop, order).await;
        let (paid, status) = (&shown["refunds"][0]["paid"]["amount"], &shown["refunds"][0]["status"]);
        assert_eq!(
            (paid, status, &shown["returns"][0]["refund_status"]),
            (&json!(365), &json!("refused"), &json!("refused"))
        );
        assert_eq!(shown["refunds"][0]["reason"], "more than is left");
        let listed = get("/admin/orders?refund=refused").admin().to(&shop).await.expect(200).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        let told = get(&format!("/orders/{order}/timeline")).admin().to(&shop).await.expect(200).json();
        assert!(
            told["items"].as_array().unwrap().iter().any(|item| item["what"] == "payment.refund-refused"),
            "{told}"
        );
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn requests_that_break_a_rule() {
    everywhere(async |shop| {
        let (order, token) = sent(&shop, "k").await;
        let path = format!("/orders/{order}/returns");
        for (body, pointer) in [
            (json!({"lines": [], "reason": "x"}), "/lines"),
            (json!({"lines": lines(&[("CUP", 0)]), "reason": "x"}), "/lines/0/quantity"),
            (json!({"lines": lines(&[("CUP", 1)]), "reason": ""}), "/reason"),
            (json!({"lines": lines(&[("CUP", 1)]), "reason": "4111111111111111"}), "/reason"),
            (json!({"lines": lines(&[("CUP", 1)]), "reason": "x", "amount": 5}), "/amount"),
        ] {
            let reply = post(&path, &body).token(&token).key("r").to(&shop).await.expect(422);
            assert_eq!(reply.json()["errors"][0]["pointer"], pointer);
        }
        let unknown = ask(order, &[("POT", 1)]).admin().key("r").to(&shop).await;
        assert_eq!(unknown.code(), (409, "returns-exceed-purchase".to_owned()));
        shop.close().await;
    })
    .await;
}
