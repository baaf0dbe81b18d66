//! Orders that are not paid for share a part of each SKU, and leave the rest to the others.

use std::sync::Arc;

use inventory_contract::{Shortage, StockRefusal};
use port::{PortError, PortResult};
use tokio::task::JoinSet;

use crate::{
    house::{House, buyer},
    on_both,
};

/// How much room there is, where a hold is refused for want of it.
fn room<T: std::fmt::Debug>(held: PortResult<T, StockRefusal>) -> Vec<(String, i64, i64)> {
    let Err(PortError::Refused(StockRefusal::HeldByUnpaidOrders { lines })) = held else { panic!("{held:?}") };
    let line = |Shortage { sku, requested, available }| (sku.to_string(), requested, available);
    lines.into_iter().map(line).collect()
}

on_both! {
    async fn unpaid_orders_hold_a_part_and_others_the_rest(house: House) {
        let house = house.stocked(&[("CUP", 100), ("POT", 10), ("ONE", 1)]).await;
        let (first, second) = (house.new_order(), house.new_order());
        house.hold_unpaid(first, &[("CUP", 30), ("POT", 5)]).await.unwrap();
        let refused = house.hold_unpaid(second, &[("CUP", 21), ("POT", 1)]).await;
        assert_eq!(room(refused), [("CUP".to_owned(), 21, 20), ("POT".to_owned(), 1, 0)]);
        let again = house.hold_unpaid(second, &[("CUP", 21), ("POT", 1)]).await;
        assert_eq!(room(again).len(), 2, "the first answer, also when there is room again");
        // An order that is about to be paid for may take everything that is left.
        house.hold(house.new_order(), &[("CUP", 70), ("POT", 5)]).await.unwrap();
        assert_eq!(house.level("CUP").await, "100/100/0/0");
        // Half of one is none: the last unit can be bought by those whose payment takes long, too.
        house.hold_unpaid(house.new_order(), &[("ONE", 1)]).await.unwrap();
        house.prove().await;
    }

    async fn a_claim_that_is_not_paid_for_in_time_is_kept_where_there_is_room(house: House) {
        let house = house.stocked(&[("CUP", 10)]).await;
        let (all, some) = (house.new_order(), house.new_order());
        house.hold(all, &[("CUP", 10)]).await.unwrap();
        assert_eq!(room(house.hold_unpaid(all, &[("CUP", 10)]).await), [("CUP".to_owned(), 10, 5)]);
        assert_eq!(house.level("CUP").await, "10/10/0/0", "until it is released");
        house.stock().release(&buyer(), all).await.unwrap();
        house.hold(some, &[("CUP", 5)]).await.unwrap();
        for _ in 0..3 {
            house.hold_unpaid(some, &[("CUP", 5)]).await.unwrap();
        }
        assert_eq!(room(house.hold_unpaid(house.new_order(), &[("CUP", 1)]).await).len(), 1);
        // It keeps what it has when there is less to share.
        let sold = house.new_order();
        house.hold(sold, &[("CUP", 4)]).await.unwrap();
        house.stock().commit(&buyer(), sold).await.unwrap();
        house.hold_unpaid(some, &[("CUP", 5)]).await.unwrap();
        // Once it is paid for, its units are sold, and the last one can be held.
        house.stock().commit(&buyer(), some).await.unwrap();
        house.hold_unpaid(house.new_order(), &[("CUP", 1)]).await.unwrap();
        assert_eq!(house.level("CUP").await, "10/1/9/0");
        house.prove().await;
    }

    async fn what_a_lapsed_claim_held_is_room_again(house: House) {
        let house = house.stocked(&[("CUP", 10)]).await;
        house.hold_unpaid(house.new_order(), &[("CUP", 5)]).await.unwrap();
        house.clock.advance(chrono::TimeDelta::hours(1));
        house.inventory.sweep().await.unwrap();
        let next = house.new_order();
        house.hold_unpaid(next, &[("CUP", 5)]).await.unwrap();
        house.stock().release(&buyer(), next).await.unwrap();
        house.hold_unpaid(house.new_order(), &[("CUP", 5)]).await.unwrap();
        house.prove().await;
    }

    /// Sixteen at a time, half of them new and half of them kept.
    async fn a_crowd_of_hoarders_gets_no_more_than_the_part(house: House) {
        let house = Arc::new(house.stocked(&[("CUP", 101), ("POT", 1_000)]).await);
        let mut hoarders = JoinSet::new();
        for number in 0..16 {
            let house = Arc::clone(&house);
            hoarders.spawn(async move {
                let mut kept = 0;
                for _ in 0..12 {
                    let order = house.new_order();
                    if number % 2 == 0 && house.hold(order, &[("POT", 1), ("CUP", 1)]).await.is_err() {
                        continue;
                    }
                    match house.hold_unpaid(order, &[("POT", 1), ("CUP", 1)]).await {
                        Ok(_) => kept += 1,
                        Err(PortError::Refused(StockRefusal::HeldByUnpaidOrders { .. })) => {
                            house.stock().release(&buyer(), order).await.unwrap();
                        }
                        Err(PortError::Refused(StockRefusal::OutOfStock { .. })) => {}
                        Err(error) => panic!("{error:?}"),
                    }
                }
                kept
            });
        }
        let kept: i64 = hoarders.join_all().await.into_iter().sum();
        assert_eq!(kept, 50, "half of 101");
        assert_eq!(house.level("CUP").await, "101/50/0/51");
        house.hold(house.new_order(), &[("CUP", 51)]).await.unwrap();
        house.prove().await;
    }
}
