//! I4 for units: whatever happens in whatever order, the level is what the ledger says, and a model agrees.

mod model;

use chrono::TimeDelta;
use kernel::OrderId;
use order_contract::OrderEvent;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::json;
use tokio::runtime::Runtime;

use self::model::{Model, Move, OPENING, ORDERS, SKUS, moves};
use crate::{
    events::{cancel, fulfil, take_back},
    house::{House, buyer},
    routes::adjust,
};

#[test]
fn the_level_is_the_ledger_on_sqlite() {
    play_all(64, async || Some(House::on_sqlite().await));
}

#[test]
fn the_level_is_the_ledger_on_postgres() {
    play_all(16, House::on_postgres);
}

fn play_all(cases: u32, open: impl AsyncFn() -> Option<House>) {
    let runtime = Runtime::new().unwrap();
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let played = runner.run(&prop::collection::vec(moves(), 1..40), |moves| {
        runtime.block_on(async {
            if let Some(house) = open().await {
                play(house.stocked(&SKUS.map(|sku| (sku, OPENING))).await, moves).await;
            }
        });
        Ok(())
    });
    played.unwrap();
}

/// Plays the same moves in the house and in the model; both must say yes or no to each, and count alike.
async fn play(house: House, moves: Vec<Move>) {
    let orders: [OrderId; ORDERS] = std::array::from_fn(|_| house.new_order());
    let mut model = Model::default();
    for wish in moves {
        let Some(next) = model.possible(wish) else { continue };
        assert_eq!(happens(&house, &orders, &next).await, model.play(&next), "{next:?}");
        for (index, name) in SKUS.iter().enumerate() {
            assert_eq!(house.level(name).await, model.shown(index), "{name} after {next:?}");
        }
    }
    house.prove().await;
    assert_eq!(house.inventory.rebuild().await.unwrap(), 0);
}

async fn happens(house: &House, orders: &[OrderId; ORDERS], next: &Move) -> bool {
    match next {
        Move::Hold(order, lines) => {
            let lines: Vec<_> = lines.iter().map(|&(sku, units)| (SKUS[sku], units)).collect();
            house.hold(orders[*order], &lines).await.is_ok()
        }
        Move::Commit(order) => house.stock().commit(&buyer(), orders[*order]).await.is_ok(),
        Move::Release(order) => house.stock().release(&buyer(), orders[*order]).await.is_ok(),
        Move::Lapse => {
            house.clock.advance(TimeDelta::minutes(20));
            house.inventory.sweep().await.is_ok()
        }
        Move::Cancel(order) => told(house, cancel(house, orders[*order])).await,
        Move::Fulfil { order, sku, units } => told(house, fulfil(house, orders[*order], &[(SKUS[*sku], *units)])).await,
        Move::TakeBack { order, sku, sent, kept, restock } => {
            let line = [(SKUS[*sku], sent + kept, *sent)];
            told(house, take_back(house, orders[*order], &line, *restock)).await
        }
        Move::Adjust(sku, units) => {
            let (status, _) = adjust(house, SKUS[*sku], json!({"delta": units, "reason": "count"})).await;
            assert!(status == 200 || status == 409, "{status}");
            status == 200
        }
    }
}

async fn told(house: &House, event: OrderEvent) -> bool {
    house.order.publish(&event);
    house.settle().await;
    true
}
