//! Orders that are called off.

use actix_web::http::Method;
use kernel::OrderId;
use serde_json::json;

use super::{
    buyer::{Call, bare, buy, get, post, status_of},
    fakes::{Claim, Fault},
    shop::everywhere,
};

fn cancel(order: OrderId) -> Call {
    bare(Method::POST, &format!("/orders/{order}/cancel"))
}

#[actix_web::test]
async fn a_confirmed_order_is_cancelled_by_its_owner() {
    everywhere(async |shop| {
        let reply = buy(&shop, "k", &[("CUP", 1)], "tok_approve").await.expect(201);
        let (order, token) = (reply.order(), reply.token());
        assert_eq!(cancel(order).to(&shop).await.status, 404);
        let done = cancel(order).token(&token).key("c").to(&shop).await.expect(200);
        assert_eq!(done.json()["status"], "cancelled");
        let again = cancel(order).token(&token).key("c").to(&shop).await.expect(200);
        assert_eq!((&again.body, again.header("idempotency-replayed")), (&done.body, Some("true")));
        let twice = cancel(order).token(&token).to(&shop).await;
        assert_eq!(twice.code(), (409, "illegal-move".to_owned()));
        assert_eq!(twice.json()["order_status"], "cancelled");
        assert_eq!(shop.count("SELECT COUNT(*) FROM outbox WHERE type = 'order.cancelled.v1'").await, 1);
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn what_left_the_house_is_not_cancelled() {
    everywhere(async |shop| {
        let order = buy(&shop, "k", &[("CUP", 2)], "tok_approve").await.expect(201).order();
        let some = json!({"lines": [{"sku": "CUP", "quantity": 1}]});
        post(&format!("/orders/{order}/fulfilments"), &some).admin().to(&shop).await.expect(201);
        let refused = cancel(order).admin().to(&shop).await;
        assert_eq!(refused.code(), (409, "already-sent".to_owned()));
        assert!(refused.json()["detail"].as_str().unwrap().contains("/lines/cancel"), "{}", refused.json());
        shop.close().await;
    })
    .await;
}

/// The saga finds out before its pivot, and gives back what it claimed.
#[actix_web::test]
async fn an_order_is_cancelled_while_it_is_placed() {
    everywhere(async |shop| {
        shop.faults.next("authorize", [Fault::Wait]);
        let cancelling = async {
            let order = shop.placing().await;
            cancel(order).admin().to(&shop).await.expect(200);
            shop.faults.go_on();
            order
        };
        let (reply, order) = tokio::join!(buy(&shop, "k", &[("RARE", 5)], "tok_approve"), cancelling);
        assert_eq!(reply.code(), (409, "order-cancelled".to_owned()));
        assert_eq!((shop.stock.claim(order), shop.stock.available("RARE")), (Some(Claim::Released), 5));
        assert_eq!(shop.charges.captures.lock().unwrap().len(), 0);
        assert_eq!(status_of(&shop, order).await, "cancelled");
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

/// While a provider makes everyone wait, nobody carries the saga; cancelling has it taken up at once.
#[actix_web::test]
async fn an_order_is_cancelled_while_its_payment_is_pending() {
    everywhere(async |shop| {
        shop.run();
        let cancelling = async {
            let order = shop.pending().await;
            cancel(order).admin().to(&shop).await.expect(200);
            order
        };
        let (reply, order) = tokio::join!(buy(&shop, "k", &[("RARE", 5)], "tok_pending"), cancelling);
        assert_eq!(reply.code(), (409, "order-cancelled".to_owned()));
        assert_eq!(shop.stock.available("RARE"), 5);
        let shown = get(&format!("/orders/{order}")).admin().to(&shop).await.expect(200).json();
        assert_eq!(shown["status"], "cancelled");
        shop.close().await;
    })
    .await;
}
