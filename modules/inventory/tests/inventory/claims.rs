//! What the conformance cases cannot see: the counts behind the answers.

use std::time::Duration;

use chrono::TimeDelta;
use inventory_contract::{Demand, Hold, Shortage, StockRefusal};
use port::{Executed, PortError};

use crate::{
    house::{House, buyer, sku},
    on_both,
};

on_both! {
    async fn units_move_from_held_to_committed_to_free(house: House) {
        let house = house.stocked(&[("CUP", 10), ("POT", 4)]).await;
        let order = house.new_order();
        house.hold(order, &[("CUP", 3), ("POT", 4)]).await.unwrap();
        assert_eq!((house.level("CUP").await, house.level("POT").await), ("10/3/0/7".to_owned(), "4/4/0/0".to_owned()));
        house.stock().commit(&buyer(), order).await.unwrap();
        assert_eq!((house.level("CUP").await, house.level("POT").await), ("10/0/3/7".to_owned(), "4/0/4/0".to_owned()));
        house.stock().release(&buyer(), order).await.unwrap();
        assert_eq!((house.level("CUP").await, house.level("POT").await), ("10/0/0/10".to_owned(), "4/0/0/4".to_owned()));
        house.prove().await;
    }

    async fn an_order_of_675_lines_is_one_hold(house: House) {
        let names: Vec<String> = (0..675).map(|number| format!("SKU-{number}")).collect();
        let levels: Vec<(&str, i64)> = names.iter().map(|name| (name.as_str(), 100)).collect();
        let lines: Vec<(&str, i64)> = names.iter().map(|name| (name.as_str(), 2)).collect();
        let house = house.stocked(&levels).await;
        let order = house.new_order();
        house.hold(order, &lines).await.unwrap();
        house.stock().commit(&buyer(), order).await.unwrap();
        assert_eq!(house.level("SKU-674").await, "100/0/2/98");
        house.prove().await;
    }

    async fn an_expired_hold_is_committed_if_there_is_stock(house: House) {
        let house = house.stocked(&[("CUP", 5)]).await;
        let (ada, ben) = (house.new_order(), house.new_order());
        house.hold(ada, &[("CUP", 3)]).await.unwrap();
        house.clock.advance(TimeDelta::minutes(16));
        assert_eq!(house.inventory.sweep().await.unwrap(), 1);
        house.stock().commit(&buyer(), ada).await.unwrap();
        assert_eq!(house.level("CUP").await, "5/0/3/2");

        house.hold(ben, &[("CUP", 2)]).await.unwrap();
        house.clock.advance(TimeDelta::minutes(16));
        assert_eq!(house.inventory.sweep().await.unwrap(), 1);
        house.hold(house.new_order(), &[("CUP", 1)]).await.unwrap();
        let lines = vec![Shortage { sku: sku("CUP"), requested: 2, available: 1 }];
        let late = house.stock().commit(&buyer(), ben).await;
        assert_eq!(late, Err(PortError::Refused(StockRefusal::OutOfStock { lines })));
        house.prove().await;
    }

    async fn an_expired_hold_is_taken_anew_or_refused_for_good(house: House) {
        let house = house.stocked(&[("CUP", 5)]).await;
        let order = house.new_order();
        for _ in 0..2 {
            house.hold(order, &[("CUP", 3)]).await.unwrap();
            assert_eq!(house.level("CUP").await, "5/3/0/2");
            house.clock.advance(TimeDelta::minutes(16));
            assert_eq!(house.inventory.sweep().await.unwrap(), 1);
            assert_eq!(house.level("CUP").await, "5/0/0/5");
        }
        let other = house.new_order();
        house.hold(other, &[("CUP", 4)]).await.unwrap();
        let refused = house.hold(order, &[("CUP", 3)]).await;
        assert!(matches!(refused, Err(PortError::Refused(StockRefusal::OutOfStock { .. }))), "{refused:?}");
        house.stock().release(&buyer(), other).await.unwrap();
        assert_eq!(house.hold(order, &[("CUP", 3)]).await, refused);
        house.prove().await;
    }

    async fn more_than_can_be_counted_is_out_of_stock(house: House) {
        let house = house.stocked(&[("CUP", 5)]).await;
        let lines = [("CUP", i64::MAX), ("CUP", i64::MAX)];
        let refused = house.hold(house.new_order(), &lines).await;
        let lines = vec![Shortage { sku: sku("CUP"), requested: i64::MAX, available: 5 }];
        assert_eq!(refused, Err(PortError::Refused(StockRefusal::OutOfStock { lines })));
    }

    async fn a_call_whose_time_is_spent_does_nothing(house: House) {
        let house = house.stocked(&[("CUP", 5)]).await;
        let (late, order) = (buyer().within(Duration::ZERO), house.new_order());
        let lines = vec![Demand { sku: sku("CUP"), quantity: 1 }];
        let hold = Hold { order, lines, until: house.in_minutes(15), unpaid: false };
        let spent = PortError::Deadline { executed: Executed::No };
        assert_eq!(house.stock().hold(&late, hold).await, Err(spent.clone()));
        assert_eq!(house.stock().commit(&late, order).await, Err(spent.clone()));
        assert_eq!(house.stock().release(&late, order).await, Err(spent.clone()));
        assert_eq!(house.stock().levels(&late, vec![sku("CUP")]).await, Err(spent));
        assert_eq!(house.level("CUP").await, "5/0/0/5");
    }

    async fn an_order_without_lines_holds_nothing(house: House) {
        let order = house.new_order();
        house.hold(order, &[]).await.unwrap();
        house.hold(order, &[]).await.unwrap();
        house.stock().commit(&buyer(), order).await.unwrap();
        house.stock().release(&buyer(), order).await.unwrap();
        house.prove().await;
    }
}
