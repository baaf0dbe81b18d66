//! Many at once.

use std::collections::HashSet;

use futures_util::future::join_all;
use kernel_db::guard;

use super::{
    buyer::{bare, buy, status_of},
    fakes::Claim,
    shop::everywhere,
};

#[actix_web::test]
async fn twenty_repeats_of_a_key_are_one_order() {
    everywhere(async |shop| {
        for round in 0..5 {
            let key = format!("key {round}").replace(' ', "-");
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
        assert!(!guard::sabotaged("idempotency::unique"));
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

/// Cancelling and confirming race for every order; whoever wins, stock and money agree with it.
#[actix_web::test]
async fn cancelling_races_confirming() {
    everywhere(async |shop| {
        shop.run();
        let (mut cancelled_first, mut confirmed_first, mut seen) = (0, 0, HashSet::new());
        for round in 0_u64..40 {
            let key = format!("k{round}");
            let cancelling = async {
                let order = loop {
                    if let Some(order) = shop.stock.newest().filter(|order| seen.insert(*order)) {
                        break order;
                    }
                    tokio::task::yield_now().await;
                };
                for _ in 0..round % 20 {
                    tokio::task::yield_now().await;
                }
                bare(actix_web::http::Method::POST, &format!("/orders/{order}/cancel"))
                    .admin()
                    .to(&shop)
                    .await
                    .expect(200);
                order
            };
            let (reply, order) = tokio::join!(buy(&shop, &key, &[("CUP", 1)], "tok_approve"), cancelling);
            match reply.code() {
                (201, _) => confirmed_first += 1,
                (409, code) if code == "order-cancelled" => cancelled_first += 1,
                other => panic!("{other:?}"),
            }
            shop.all_ended().await;
            assert_eq!(status_of(&shop, order).await, "cancelled");
            if reply.status == 409 {
                assert_eq!(shop.stock.claim(order), Some(Claim::Released));
                assert!(!shop.charges.captures.lock().unwrap().contains(&order));
            }
        }
        assert!(cancelled_first > 0 && confirmed_first > 0, "no race: {cancelled_first} to {confirmed_first}");
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}
