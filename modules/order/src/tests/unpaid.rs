//! Orders that hold stock and are not paid for.

use std::{sync::atomic::Ordering::Relaxed, time::Duration};

use futures_util::future::join_all;
use serde_json::json;

use super::{
    buyer::{Call, Reply, buy, get, post, purchase, status_of},
    fakes::Fault,
    shop::{Shop, on_each_database, span},
};
use crate::Config;

/// Short waits, no grace, and room for two unpaid orders of one email and three of one address.
fn strict() -> Config {
    Config {
        answer_within_ms: 500,
        unpaid_grace_ms: 0,
        unpaid_orders_per_email: 2,
        unpaid_orders_per_address: 3,
        unpaid_units_per_address: 100,
        unpaid_tries_per_email: 0,
        unpaid_tries_per_address: 0,
        ..Config::for_testing()
    }
}

fn order_of(email: &str, quantity: i64, token: &str) -> Call {
    let mut body = purchase(&[("CUP", quantity)], token);
    body["email"] = json!(email);
    post("/orders", &body)
}

async fn counted(shop: &Shop) -> i64 {
    shop.count("SELECT COUNT(*) FROM orders WHERE due_at IS NOT NULL AND unpaid = 2").await
}

fn too_many() -> (u16, String) {
    (429, "too-many-unpaid-orders".to_owned())
}

#[actix_web::test]
async fn an_email_and_an_address_have_so_many_places() {
    on_each_database(strict(), async |shop| {
        shop.run();
        let pending =
            async |key: &str, email: &str, quantity| order_of(email, quantity, "tok_pending").key(key).to(&shop).await;
        let first = pending("a", "ada@example.com", 1).await.expect(202);
        pending("b", "Ada@Example.com", 1).await.expect(202);
        let refused = pending("c", "ada@example.com", 1).await;
        assert_eq!((refused.code(), refused.header("retry-after")), (too_many(), Some("1")));
        assert_eq!(
            pending("d", "bob@example.com", 99).await.code(),
            too_many(),
            "more units than the address may have"
        );
        pending("e", "bob@example.com", 5).await.expect(202);
        assert_eq!(pending("f", "eve@example.com", 1).await.code(), too_many(), "the address has as many as it may");
        assert_eq!(counted(&shop).await, 3);
        // The admin's orders do not count, and nothing that is answered is forgotten.
        order_of("ada@example.com", 1, "tok_pending").key("g").admin().to(&shop).await.expect(202);
        assert_eq!(pending("a", "ada@example.com", 1).await.body, first.body);

        // What is paid for leaves its place.
        shop.charges.tell(first.order(), true);
        while status_of(&shop, first.order()).await != "confirmed" {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        pending("h", "ada@example.com", 1).await.expect(202);
        for order in shop.unfinished().await {
            shop.charges.tell(order, false);
        }
        shop.all_ended().await;
        assert_eq!(shop.stock.available("CUP"), 1_000_000 - 1);
        shop.settled().await;
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

/// All orders are let in, because none is counted yet. Then exactly as many get a place as the limit allows.
#[actix_web::test]
async fn places_are_given_one_by_one() {
    let config = Config { unpaid_orders_per_email: 4, unpaid_orders_per_address: 50, ..strict() };
    on_each_database(config, async |shop| {
        shop.run();
        let keys: Vec<String> = (0..16).map(|number| format!("k{number}")).collect();
        let orders = keys.iter().map(|key| order_of("ada@example.com", 1, "tok_pending").key(key).to(&shop));
        let replies: Vec<Reply> = join_all(orders).await;
        let waiting = replies.iter().filter(|reply| reply.status == 202).count();
        let refused = replies.iter().filter(|reply| reply.code() == too_many()).count();
        assert_eq!((waiting, refused, counted(&shop).await), (4, 12, 4));
        for order in shop.unfinished().await {
            shop.charges.tell(order, true);
        }
        shop.all_ended().await;
        assert_eq!(shop.stock.available("CUP"), 1_000_000 - 4);
        shop.settled().await;
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn an_order_has_the_time_of_a_normal_payment() {
    let config = Config { unpaid_grace_ms: 60_000, ..strict() };
    on_each_database(config, async |shop| {
        shop.stock.crowded.store(true, Relaxed);
        shop.run();
        let order = buy(&shop, "a", &[("RARE", 5)], "tok_pending").await.expect(202).order();
        assert_eq!((counted(&shop).await, shop.stock.available("RARE")), (0, 0), "it holds everything");
        shop.clock.advance(span(Duration::from_mins(2)));
        shop.all_ended().await;
        assert_eq!(status_of(&shop, order).await, "rejected");
        let read = get(&format!("/orders/{order}")).admin().to(&shop).await.expect(200).json();
        assert_eq!(read["rejection"]["code"], "held-by-unpaid-orders");
        assert_eq!(read["rejection"]["lines"], json!([{"sku": "RARE", "requested": 5, "available": 0}]));
        assert_eq!(shop.stock.available("RARE"), 5);
        shop.settled().await;
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

/// Once an order has failed unpaid, the buyer's next orders are limited to the shared part at once, for a while.
#[actix_web::test]
async fn who_hoarded_is_trusted_less_for_a_while() {
    let config = Config { unpaid_tries_per_email: 1, unpaid_grace_ms: 1, ..strict() };
    on_each_database(config, async |shop| {
        shop.run();
        shop.stock.crowded.store(true, Relaxed);
        let hoarded = order_of("eve@example.com", 5, "tok_pending").key("a").to(&shop).await;
        assert_eq!(hoarded.code(), (409, "held-by-unpaid-orders".to_owned()));
        assert_eq!(shop.count("SELECT COUNT(*) FROM unpaid_order").await, 1);
        let again = order_of("eve@example.com", 5, "tok_approve").key("b").to(&shop).await;
        assert_eq!(again.code(), (409, "held-by-unpaid-orders".to_owned()), "not even for a moment");
        assert_eq!(shop.charges.charge(again.order()), None, "and nothing is asked of payment");
        order_of("ada@example.com", 5, "tok_approve").key("c").to(&shop).await.expect(201);
        shop.clock.advance(span(Duration::from_mins(11)));
        order_of("eve@example.com", 5, "tok_approve").key("d").to(&shop).await.expect(201);
        let forgotten = shop.module.orders().forget_unpaid(500).await.unwrap();
        assert_eq!((forgotten, shop.count("SELECT COUNT(*) FROM unpaid_order").await), (1, 0));
        shop.settled().await;
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn a_payment_that_is_not_answered_holds_stock_for_a_short_time() {
    on_each_database(strict(), async |shop| {
        shop.run();
        shop.faults.next("authorize", [Fault::Away; 10_000]);
        let order = buy(&shop, "a", &[("RARE", 5)], "tok_approve").await.expect(202).order();
        assert_eq!(counted(&shop).await, 1);
        let texts = shop.texts("SELECT client || buyer FROM orders WHERE client IS NOT NULL").await;
        assert!(texts.iter().all(|text| text.len() == 44 && !text.contains("127") && !text.contains('@')), "{texts:?}");
        shop.clock.advance(span(Duration::from_secs(11)));
        shop.all_ended().await;
        let read = get(&format!("/orders/{order}")).admin().to(&shop).await.expect(200).json();
        assert_eq!(read["rejection"]["code"], "payment-unavailable");
        assert_eq!(shop.stock.available("RARE"), 5);
        shop.settled().await;
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

/// An order whose payment is not answered is asked about ever more rarely, so that many of them cost the others little.
#[actix_web::test]
async fn a_payment_that_is_not_answered_is_asked_for_ever_more_rarely() {
    let config = Config { retry_ms: 10, ..strict() };
    on_each_database(config, async |shop| {
        shop.run();
        shop.faults.next("authorize", [Fault::Away; 10_000]);
        buy(&shop, "a", &[("CUP", 5)], "tok_approve").await.expect(202);
        tokio::time::sleep(Duration::from_secs(3)).await;
        let calls = 10_000 - shop.faults.left("authorize");
        assert!((4..=14).contains(&calls), "{calls} calls in three seconds and a half");
        shop.clock.advance(span(Duration::from_secs(11)));
        shop.all_ended().await;
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}
