//! I1: nothing is sold twice. `tests/controls` shows that these tests can fail.

use std::sync::Arc;

use chrono::TimeDelta;
use inventory_contract::StockRefusal;
use kernel::OrderId;
use port::PortError;
use tokio::task::JoinSet;

use crate::{
    house::{House, buyer},
    on_both,
    race::{FAIR, UNITS, thousand_buyers},
};

on_both! {
    async fn a_thousand_buyers_and_fifty_units(house: House) {
        let house = Arc::new(house.stocked(&[("CUP", UNITS)]).await);
        assert_eq!(thousand_buyers(&house, &[("CUP", 1)]).await, FAIR);
        assert_eq!(house.level("CUP").await, "50/50/0/0");
        house.prove().await;
    }

    async fn a_cart_that_names_one_sku_twice(house: House) {
        let house = Arc::new(house.stocked(&[("CUP", 2 * UNITS), ("POT", 5_000)]).await);
        assert_eq!(thousand_buyers(&house, &[("CUP", 1), ("POT", 2), ("CUP", 1)]).await, FAIR);
        assert_eq!(house.level("CUP").await, "100/100/0/0");
        assert_eq!(house.level("POT").await, "5000/100/0/4900");
        house.prove().await;
    }

    /// Fifty orders hold everything. While a crowd tries to buy, a third of them cancel, a third lapse, and
    /// the others are committed.
    async fn cancelling_and_expiring_while_a_crowd_buys(house: House) {
        let house = Arc::new(house.stocked(&[("CUP", UNITS), ("POT", 1_000)]).await);
        let mut first: Vec<OrderId> = Vec::new();
        for _ in 0..UNITS {
            first.push(house.new_order());
            house.hold(first[first.len() - 1], &[("POT", 1), ("CUP", 1)]).await.unwrap();
        }
        for order in first.iter().skip(2).step_by(3) {
            house.stock().commit(&buyer(), *order).await.unwrap();
        }
        house.clock.advance(TimeDelta::hours(1));
        let mut others = JoinSet::new();
        let (giver, sweeper, committer) = (house.clone(), house.clone(), house.clone());
        let cancelled: Vec<OrderId> = first.iter().copied().step_by(3).collect();
        let lapsed: Vec<OrderId> = first.iter().copied().skip(1).step_by(3).collect();
        others.spawn(async move {
            for order in cancelled {
                giver.stock().release(&buyer(), order).await.unwrap();
            }
        });
        others.spawn(async move { sweeper.inventory.sweep().await.map(drop).unwrap() });
        others.spawn(async move {
            for order in lapsed {
                match committer.stock().commit(&buyer(), order).await {
                    Ok(()) | Err(PortError::Refused(StockRefusal::OutOfStock { .. })) => {}
                    Err(other) => panic!("{other:?}"),
                }
            }
        });
        let crowd = thousand_buyers(&house, &[("CUP", 1), ("POT", 1)]).await;
        others.join_all().await;
        assert_eq!(crowd.failed, 0, "{crowd:?}");
        assert!(crowd.sold <= 34, "only what 34 gave back could be sold: {crowd:?}");
        house.prove().await;
    }
}
