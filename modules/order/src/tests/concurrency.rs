//! Many at once.

use std::collections::{BTreeMap, HashSet};

use actix_web::http::Method;
use futures_util::future::join_all;
use kernel::OrderId;
use tokio::sync::Notify;

use super::{
    buyer::{Reply, bare, buy, status_of},
    fakes::{Claim, Fault},
    shop::{Shop, everywhere},
};

#[actix_web::test]
async fn twenty_repeats_of_a_key_are_one_order() {
    everywhere(async |shop| {
        for round in 0..5 {
            let key = format!("key-{round}");
            let repeats = (0..20).map(|_| async {
                loop {
                    let reply = buy(&shop, &key, &[("CUP", 2), ("POT", 1)], "tok_approve").await;
                    if reply.code() != (409, "idempotency-key-in-flight".to_owned()) {
                        return reply.expect(201);
                    }
                    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                }
            });
            let replies = join_all(repeats).await;
            let bodies: HashSet<Vec<u8>> = replies.iter().map(|reply| reply.body.clone()).collect();
            assert_eq!(bodies.len(), 1);
            let first = replies.iter().filter(|reply| reply.header("idempotency-replayed").is_none());
            assert_eq!(first.count(), 1);
        }
        assert_eq!(shop.count("SELECT COUNT(*) FROM orders").await, 5);
        assert_eq!(shop.charges.captures.lock().unwrap().len(), 5);
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn five_units_and_twenty_buyers() {
    everywhere(async |shop| {
        let keys: Vec<String> = (0..20).map(|buyer| format!("k{buyer}")).collect();
        let replies = join_all(keys.iter().map(|key| buy(&shop, key, &[("RARE", 1)], "tok_approve"))).await;
        let sold = replies.iter().filter(|reply| reply.status == 201).count();
        let refused = replies.iter().filter(|reply| reply.code() == (409, "out-of-stock".to_owned())).count();
        assert_eq!((sold, refused, shop.stock.available("RARE")), (5, 15, 0));
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

/// Cancelling and confirming race for every order; whoever wins, stock and money agree with it. Every fourth time
/// cancelling is let win, and every fourth time confirming; in between nobody knows.
#[actix_web::test]
async fn cancelling_races_confirming() {
    everywhere(async |shop| {
        shop.run();
        let mut replies = BTreeMap::new();
        for round in 0_u64..40 {
            let key = format!("k{round}");
            if round % 4 == 0 {
                shop.faults.next("authorize", [Fault::Wait]);
            }
            let confirmed = Notify::new();
            let buying = async {
                let reply = buy(&shop, &key, &[("CUP", 1)], "tok_approve").await;
                confirmed.notify_one();
                reply
            };
            let cancelling = async {
                let order = shop.stock.next_order(round).await;
                if round % 4 == 1 {
                    confirmed.notified().await;
                }
                cancel(&shop, order).await.expect(200);
                if round % 4 == 0 {
                    shop.faults.go_on();
                }
                order
            };
            let (reply, order) = tokio::join!(buying, cancelling);
            shop.all_ended().await;
            assert_eq!(status_of(&shop, order).await, "cancelled");
            if reply.status == 409 {
                assert_eq!(shop.stock.claim(order), Some(Claim::Released));
                assert!(!shop.charges.captures.lock().unwrap().contains(&order));
            }
            *replies.entry(reply.code()).or_insert(0) += 1;
        }
        let possible = [(201, String::new()), (409, "order-cancelled".to_owned())];
        assert!(replies.keys().eq(&possible), "{replies:?}");
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

async fn cancel(shop: &Shop, order: OrderId) -> Reply {
    bare(Method::POST, &format!("/orders/{order}/cancel")).admin().to(shop).await
}
