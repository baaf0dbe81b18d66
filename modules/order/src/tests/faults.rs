//! Calls that are not answered, and processes that die.

use futures_util::future::join_all;
use kernel::OrderId;
use payment_contract::ChargeStatus;
use std::time::Duration;

use super::{
    buyer::{Reply, buy, status_of},
    fakes::{Claim, Fault},
    shop::{Shop, everywhere, on_each_database, span},
};
use crate::Config;

/// The calls of an order that is met, and of one that is declined.
const CALLS: [(&str, &str); 6] = [
    ("hold", "tok_approve"),
    ("authorize", "tok_approve"),
    ("capture", "tok_approve"),
    ("commit", "tok_approve"),
    ("void", "tok_decline"),
    ("release", "tok_decline"),
];

async fn assert_ended_well(shop: &Shop, order: OrderId) {
    let claim = shop.stock.claim(order);
    let charge = shop.charges.charge(order).map(|charge| charge.status);
    let captures = shop.charges.captures.lock().unwrap().iter().filter(|captured| **captured == order).count();
    let status = status_of(shop, order).await;
    let sound = match status.as_str() {
        "confirmed" => {
            matches!(claim, Some(Claim::Committed(_))) && charge == Some(ChargeStatus::Captured) && captures == 1
        }
        "rejected" => {
            !matches!(claim, Some(Claim::Held(..) | Claim::Committed(_)))
                && matches!(charge, None | Some(ChargeStatus::Declined | ChargeStatus::Voided))
        }
        _ => false,
    };
    assert!(sound, "{order} is {status}, its stock {claim:?}, its payment {charge:?}, captured {captures} times");
}

#[actix_web::test]
async fn an_unknown_outcome_is_found_out() {
    everywhere(async |shop| {
        for (number, (call, token)) in CALLS.into_iter().enumerate() {
            for (fault, times) in [(Fault::LostAfter, 1), (Fault::LostAfter, 3), (Fault::Away, 2)] {
                shop.faults.next(call, vec![fault; times]);
                let key = format!("{number}-{fault:?}-{times}");
                let reply = buy(&shop, &key, &[("CUP", 1)], token).await;
                let reply = reply.expect(if token == "tok_approve" { 201 } else { 402 });
                assert_ended_well(&shop, reply.order()).await;
            }
        }
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

/// Whatever step a process dies at, the next one finishes what it began, and the key has one answer.
#[actix_web::test]
async fn a_process_may_die_at_any_step() {
    let config = Config { answer_within_ms: 10, lease_ms: 60, ..Config::for_testing() };
    on_each_database(config, async |shop| {
        for (call, token) in CALLS {
            for fault in [Fault::DieBefore, Fault::DieAfter] {
                shop.faults.next(call, [fault]);
                let promised: Reply = buy(&shop, &format!("{call}-{fault:?}"), &[("CUP", 1)], token).await.expect(202);
                assert!(shop.unfinished().await.contains(&promised.order()));
            }
        }
        let died = shop.unfinished().await;
        assert_eq!(died.len(), 2 * CALLS.len());
        shop.run();
        shop.all_ended().await;
        for order in died {
            assert_ended_well(&shop, order).await;
        }
        shop.settled().await;
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

/// Two hundred orders, each with faults of its own that a seed decides.
#[actix_web::test]
async fn faults_by_the_hundred() {
    let config = Config { answer_within_ms: 150, lease_ms: 90, ..Config::for_testing() };
    on_each_database(config, async |shop| {
        shop.run();
        shop.stock.set("RARE", 40);
        let keys: Vec<(u64, String)> = (0..200).map(|seed| (seed, format!("seed-{seed}"))).collect();
        for wave in keys.chunks(20) {
            let orders = wave.iter().map(|(seed, key)| {
                let pick = |salt: u64, count: u64| (seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (8 * salt)) % count;
                let faults = [Fault::Away, Fault::LostAfter, Fault::DieBefore, Fault::DieAfter];
                let fault = |salt| faults[usize::try_from(pick(salt, 4)).unwrap()];
                shop.faults.next(CALLS[usize::try_from(pick(1, 6)).unwrap()].0, [fault(2), fault(3)]);
                let token = if pick(4, 4) == 0 { "tok_decline" } else { "tok_approve" };
                let sku = if pick(5, 3) == 0 { "RARE" } else { "CUP" };
                let shop = &shop;
                async move { buy(shop, key, &[(sku, 1)], token).await }
            });
            for reply in join_all(orders).await {
                assert!(matches!(reply.status, 201 | 202 | 402 | 409), "{}", reply.json());
            }
        }
        shop.all_ended().await;
        let page = kernel::Limit::new(100).unwrap();
        let mut filter = crate::persistence::query::Filter::default();
        let mut seen = 0;
        loop {
            let orders = crate::persistence::query::page(shop.db.reader(), &filter, page).await.unwrap();
            for order in &orders.items {
                assert_ended_well(&shop, order.id()).await;
                seen += 1;
            }
            let Some(last) = orders.items.last().filter(|_| orders.next_cursor.is_some()) else { break };
            filter.before = Some(last.terms.number);
        }
        assert_eq!(seen, 200);
        shop.settled().await;
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn a_hold_that_ran_out_is_taken_again_or_the_money_is_given_up() {
    everywhere(async |shop| {
        shop.run();
        for (key, left, status) in [("a", 5, "confirmed"), ("b", 4, "rejected")] {
            shop.stock.set("RARE", 5);
            let reply = async {
                let order = shop.pending().await;
                shop.stock.lapse(order, "RARE", left);
                shop.charges.tell(order, true);
                order
            };
            let (_, order) = tokio::join!(buy(&shop, key, &[("RARE", 5)], "tok_pending"), reply);
            shop.all_ended().await;
            assert_eq!(status_of(&shop, order).await, status);
            assert_ended_well(&shop, order).await;
        }
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn a_payment_that_never_comes_is_given_up() {
    let config = Config { answer_within_ms: 30, pending_payment_minutes: 15, ..Config::for_testing() };
    on_each_database(config, async |shop| {
        shop.run();
        let order = buy(&shop, "k", &[("RARE", 5)], "tok_pending").await.expect(202).order();
        assert_eq!(shop.stock.available("RARE"), 0);
        shop.clock.advance(span(Duration::from_mins(16)));
        shop.all_ended().await;
        assert_eq!(status_of(&shop, order).await, "rejected");
        assert_ended_well(&shop, order).await;
        shop.close().await;
    })
    .await;
}

/// Payment has only written down that the money is to be freed: the order ends, and hears later that it is.
#[actix_web::test]
async fn a_void_that_is_only_written_down_ends_the_order() {
    let config = Config { answer_within_ms: 30, pending_payment_minutes: 15, ..Config::for_testing() };
    on_each_database(config, async |shop| {
        shop.run();
        let order = buy(&shop, "k", &[("RARE", 5)], "tok_pending").await.expect(202).order();
        shop.charges.voids_later.store(true, std::sync::atomic::Ordering::Relaxed);
        shop.clock.advance(span(Duration::from_mins(16)));
        shop.all_ended().await;
        assert_eq!(status_of(&shop, order).await, "rejected");
        assert_eq!(shop.charges.charge(order).map(|charge| charge.status), Some(ChargeStatus::Voiding));
        assert_eq!(shop.stock.available("RARE"), 5, "the stock is free again");
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}

/// After the pivot the stock turns out to be gone: the order is cancelled, and the event gives the money back.
#[actix_web::test]
async fn a_confirmed_order_whose_stock_is_lost_is_cancelled() {
    everywhere(async |shop| {
        shop.faults.next("authorize", [Fault::Wait]);
        let losing = async {
            let order = shop.placing().await;
            shop.stock.release_now(order);
            shop.faults.go_on();
            order
        };
        let (reply, order) = tokio::join!(buy(&shop, "k", &[("RARE", 5)], "tok_approve"), losing);
        assert_eq!(reply.code(), (409, "stock-lost".to_owned()));
        assert_eq!(status_of(&shop, order).await, "cancelled");
        let cancelled = "SELECT COUNT(*) FROM outbox WHERE type = 'order.cancelled.v1'";
        assert_eq!(shop.count(cancelled).await, 1);
        shop.assert_sound().await;
        shop.close().await;
    })
    .await;
}
