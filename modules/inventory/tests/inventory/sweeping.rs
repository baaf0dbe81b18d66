//! I5: no hold without an order that needs it.

use std::sync::Arc;

use chrono::TimeDelta;
use inventory_contract::{HoldExpired, InventoryEvent, StockRefusal};
use kernel::OrderId;
use port::PortError;
use tokio::task::JoinSet;

use crate::{
    house::{House, buyer},
    on_both,
};

on_both! {
    async fn the_sweeper_frees_what_lapsed_and_nothing_else(house: House) {
        let house = house.stocked(&[("CUP", 10_000), ("POT", 10_000)]).await;
        let (mut abandoned, mut committed) = (Vec::new(), 0);
        for number in 0..150 {
            let order = house.new_order();
            house.hold(order, &[("CUP", 2), ("POT", 1)]).await.unwrap();
            match number % 3 {
                0 => abandoned.push(order),
                1 => house.stock().release(&buyer(), order).await.unwrap(),
                _ => {
                    house.stock().commit(&buyer(), order).await.unwrap();
                    committed += 1;
                }
            }
        }
        assert_eq!((abandoned.len(), committed), (50, 50));

        // An hour back, nothing has lapsed; an hour on, everything has.
        house.clock.advance(-TimeDelta::hours(1));
        assert_eq!(house.inventory.sweep().await.unwrap(), 0);
        assert_eq!(house.level("CUP").await, "10000/100/100/9800");
        house.clock.advance(TimeDelta::hours(2));
        assert_eq!(house.inventory.sweep().await.unwrap(), 50);
        assert_eq!(house.level("CUP").await, "10000/0/100/9900");
        assert_eq!(house.inventory.sweep().await.unwrap(), 0);

        let mut told = expired(&house).await;
        told.sort();
        assert_eq!(told, abandoned);
        house.prove().await;
    }

    async fn sweepers_side_by_side_expire_a_hold_once(house: House) {
        let house = Arc::new(house.stocked(&[("CUP", 100), ("POT", 100)]).await);
        for number in 0..60 {
            let lines = if number % 2 == 0 { [("CUP", 1), ("POT", 1)] } else { [("POT", 1), ("CUP", 1)] };
            house.hold(house.new_order(), &lines).await.unwrap();
        }
        house.clock.advance(TimeDelta::hours(1));
        let mut sweepers = JoinSet::new();
        for _ in 0..4 {
            let house = house.clone();
            sweepers.spawn(async move { house.inventory.sweep().await.unwrap() });
        }
        assert_eq!(sweepers.join_all().await.iter().sum::<usize>(), 60);
        assert_eq!(expired(&house).await.len(), 60);
        assert_eq!(house.level("CUP").await, "100/0/0/100");
        house.prove().await;
    }

    /// Each order's claim is wanted by a sweep, a commitment and a release at the same moment.
    async fn a_claim_that_everybody_wants_goes_to_one_of_them(house: House) {
        let house = Arc::new(house.stocked(&[("CUP", 300), ("POT", 300)]).await);
        let mut orders = Vec::new();
        for _ in 0..100 {
            orders.push(house.new_order());
            house.hold(orders[orders.len() - 1], &[("POT", 1), ("CUP", 2)]).await.unwrap();
        }
        house.clock.advance(TimeDelta::hours(1));
        let mut racers = JoinSet::new();
        let (sweeper, committer, releaser) = (house.clone(), house.clone(), house.clone());
        let (to_commit, to_release) = (orders.clone(), orders.into_iter().step_by(3));
        racers.spawn(async move { sweeper.inventory.sweep().await.map(drop).unwrap() });
        racers.spawn(async move {
            for order in to_commit {
                match committer.stock().commit(&buyer(), order).await {
                    Ok(()) | Err(PortError::Refused(StockRefusal::Released { .. })) => {}
                    Err(other) => panic!("{other:?}"),
                }
            }
        });
        racers.spawn(async move {
            for order in to_release {
                releaser.stock().release(&buyer(), order).await.unwrap();
            }
        });
        racers.join_all().await;
        // Of 100 orders 34 were released, and the other 66 committed, expired in between or not.
        assert_eq!(house.level("CUP").await, "300/0/132/168");
        assert_eq!(house.level("POT").await, "300/0/66/234");
        house.prove().await;
    }
}

async fn expired(house: &House) -> Vec<OrderId> {
    let order = |event| match event {
        InventoryEvent::HoldExpired(HoldExpired { order }) => Some(order),
        _ => None,
    };
    house.published().await.into_iter().filter_map(order).collect()
}
