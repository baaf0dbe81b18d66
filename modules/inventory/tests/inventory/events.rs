//! What inventory does with the others' news, and what it tells itself.

use catalog_contract::{CatalogEvent, ProductCreated, ProductUpdated};
use inventory_contract::{InventoryEvent, StockRefusal};
use kernel::{Currency, Event, Money, OrderId, ProductId};
use kernel_db::{parking, subscription::Step};
use kernel_module::Module;
use order_contract::{
    OrderCancelled, OrderEvent, OrderFulfilled, OrderLine, OrderRejected, OrderReturned, ReturnedLine,
};
use port::PortError;

use crate::{
    house::{House, buyer, introduced, sku},
    on_both,
};

on_both! {
    async fn a_new_sku_opens_once(house: House) {
        let house = house.stocked(&[("CUP", 10), ("POT", 0)]).await;
        house.hold(house.new_order(), &[("CUP", 4)]).await.unwrap();
        house.catalog.publish(&updated(&[("CUP", 99), ("JUG", 3), ("JUG", 8)]));
        house.catalog.publish(&updated(&[("JUG", 7)]));
        house.settle().await;
        assert_eq!(house.level("CUP").await, "10/4/0/6");
        assert_eq!(house.level("POT").await, "0/0/0/0");
        assert_eq!(house.level("JUG").await, "3/0/0/3");
        assert_eq!(house.published().await, []);
        house.prove().await;
    }

    async fn an_import_passes_in_batches(house: House) {
        for product in 0..1_200 {
            let name = format!("SKU-{product}");
            let skus = vec![introduced(&name, product % 7)];
            let created = ProductCreated {
                product: house.db.seams().id::<ProductId>(),
                slug: name.clone(),
                title: name,
                introduced: skus,
            };
            house.catalog.publish(&CatalogEvent::from(created));
        }
        house.settle().await;
        assert_eq!(house.level("SKU-1199").await, "2/0/0/2");
        house.prove().await;
    }

    async fn an_order_that_ends_gives_its_stock_back(house: House) {
        let house = house.stocked(&[("CUP", 10), ("POT", 10)]).await;
        let (cancelled, rejected, unknown) = (house.new_order(), house.new_order(), house.new_order());
        house.hold(cancelled, &[("CUP", 4), ("POT", 1)]).await.unwrap();
        house.stock().commit(&buyer(), cancelled).await.unwrap();
        house.hold(rejected, &[("POT", 2), ("CUP", 3)]).await.unwrap();
        assert_eq!(house.level("CUP").await, "10/3/4/3");

        house.order.publish(&cancel(&house, cancelled));
        for order in [rejected, unknown] {
            house.order.publish(&OrderEvent::from(OrderRejected { order, reason: "payment-declined".to_owned() }));
        }
        house.settle().await;
        assert_eq!(house.level("CUP").await, "10/0/0/10");
        for order in [cancelled, rejected, unknown] {
            let late = house.hold(order, &[("CUP", 1)]).await;
            assert_eq!(late, Err(PortError::Refused(StockRefusal::Released { order })));
        }
        house.order.publish(&cancel(&house, cancelled));
        house.settle().await;
        assert_eq!(house.level("POT").await, "10/0/0/10");
        house.prove().await;
    }

    async fn goods_leave_and_come_back(house: House) {
        let house = house.stocked(&[("CUP", 10), ("POT", 10)]).await;
        let order = house.new_order();
        house.hold(order, &[("CUP", 6), ("POT", 2)]).await.unwrap();
        house.stock().commit(&buyer(), order).await.unwrap();
        house.order.publish(&fulfil(&house, order, &[("CUP", 4)]));
        house.settle().await;
        assert_eq!(house.level("CUP").await, "6/0/2/4");

        // Five cups come back, one of which had never left; the four that had are sold again.
        house.order.publish(&take_back(&house, order, &[("CUP", 5, 4)], true));
        house.settle().await;
        assert_eq!(house.level("CUP").await, "10/0/1/9");
        // The pots never left, and are broken.
        house.order.publish(&take_back(&house, order, &[("POT", 2, 0)], false));
        house.settle().await;
        assert_eq!(house.level("POT").await, "8/0/0/8");
        house.prove().await;

        house.order.publish(&fulfil(&house, order, &[("CUP", 1)]));
        house.order.publish(&take_back(&house, order, &[("CUP", 1, 1)], false));
        house.settle().await;
        assert_eq!(house.level("CUP").await, "9/0/0/9");
        house.prove().await;
    }

    /// An order is confirmed before its hold is turned into a commitment, and goods may leave in between.
    async fn goods_may_leave_before_the_commitment(house: House) {
        let house = house.stocked(&[("CUP", 10)]).await;
        let (ada, ben) = (house.new_order(), house.new_order());
        house.hold(ada, &[("CUP", 3)]).await.unwrap();
        house.hold(ben, &[("CUP", 3)]).await.unwrap();
        house.order.publish(&fulfil(&house, ada, &[("CUP", 2)]));
        house.settle().await;
        house.stock().commit(&buyer(), ada).await.unwrap();
        assert_eq!(house.level("CUP").await, "8/3/1/4");

        house.clock.advance(chrono::TimeDelta::hours(1));
        assert_eq!(house.inventory.sweep().await.unwrap(), 1);
        house.order.publish(&fulfil(&house, ben, &[("CUP", 3)]));
        house.settle().await;
        house.stock().commit(&buyer(), ben).await.unwrap();
        assert_eq!(house.level("CUP").await, "5/0/1/4");
        house.prove().await;
    }

    /// What cannot be true is set aside with its order, and changes nothing.
    async fn news_that_contradicts_waits_for_a_person(house: House) {
        let house = house.stocked(&[("CUP", 10)]).await;
        let (ada, ben) = (house.new_order(), house.new_order());
        for order in [ada, ben] {
            house.hold(order, &[("CUP", 2)]).await.unwrap();
            house.stock().commit(&buyer(), order).await.unwrap();
        }
        house.order.publish(&fulfil(&house, ada, &[("CUP", 3)]));
        house.order.publish(&fulfil(&house, ben, &[("CUP", 2)]));
        for subscription in house.inventory.subscriptions() {
            while subscription.step().await.unwrap() != Step::Idle {}
        }
        let waiting = parking::list(&house.db).await.unwrap();
        assert_eq!(waiting.len(), 1);
        assert_eq!(waiting[0].stream, ada.to_string());
        assert_eq!(house.level("CUP").await, "8/0/2/6");
        house.prove().await;
    }

    async fn low_stock_is_told_once_for_each_crossing(house: House) {
        let house = house.stocked(&[("CUP", 8), ("POT", 2)]).await;
        let low = |available: i64| format!("CUP {available}/5");
        let mut orders = Vec::new();
        for _ in 0..5 {
            orders.push(house.new_order());
            house.hold(orders[orders.len() - 1], &[("CUP", 1)]).await.unwrap();
        }
        assert_eq!(told_low(&house).await, [low(4)]);
        // Back above, and below again.
        for order in orders {
            house.stock().release(&buyer(), order).await.unwrap();
        }
        house.hold(house.new_order(), &[("CUP", 7)]).await.unwrap();
        assert_eq!(told_low(&house).await, [low(4), low(1)]);
        // A hold that is refused tells nothing, nor does a level that was low from the start.
        house.hold(house.new_order(), &[("CUP", 2)]).await.unwrap_err();
        house.hold(house.new_order(), &[("POT", 1)]).await.unwrap();
        assert_eq!(told_low(&house).await, [low(4), low(1)]);
        house.prove().await;
    }
}

/// Published once, an event is read for ever: these texts are never changed, only added to.
#[test]
fn every_version_that_was_ever_published_still_reads() {
    let order = "018f3a5e-0000-7000-8000-000000000000";
    for (event_type, data) in [
        ("stock.low.v1", r#"{"sku":"CUP","available":4,"threshold":5}"#.to_owned()),
        ("stock.adjusted.v1", r#"{"sku":"CUP","delta":-3,"on_hand":7,"reason":"damaged"}"#.to_owned()),
        ("hold.expired.v1", format!(r#"{{"order":"{order}"}}"#)),
    ] {
        let event = InventoryEvent::decode(event_type, &data).unwrap();
        assert_eq!(event.event_type(), event_type);
        let written: serde_json::Value = event.data().unwrap();
        assert_eq!(written, serde_json::from_str::<serde_json::Value>(&data).unwrap());
    }
}

async fn told_low(house: &House) -> Vec<String> {
    let low = |event| match event {
        InventoryEvent::Low(low) => Some(format!("{} {}/{}", low.sku, low.available, low.threshold)),
        _ => None,
    };
    house.published().await.into_iter().filter_map(low).collect()
}

fn updated(skus: &[(&str, i64)]) -> CatalogEvent {
    let introduced = skus.iter().map(|&(sku, units)| introduced(sku, units)).collect();
    let product = ProductId::new(uuid::Uuid::from_u128(7));
    let (slug, title) = ("jugs".to_owned(), "Jugs".to_owned());
    CatalogEvent::from(ProductUpdated { product, slug, title, introduced, withdrawn: Vec::new() })
}

pub(crate) fn cancel(house: &House, order: OrderId) -> OrderEvent {
    let (reason, by) = ("changed my mind".to_owned(), Some("guest".to_owned()));
    OrderEvent::from(OrderCancelled { order, reason, refund: house.db.seams().id(), by, amount: None })
}

pub(crate) fn fulfil(house: &House, order: OrderId, lines: &[(&str, i64)]) -> OrderEvent {
    let lines = lines.iter().map(|&(name, quantity)| OrderLine { sku: sku(name), quantity }).collect();
    OrderEvent::from(OrderFulfilled { order, fulfilment: house.db.seams().id(), lines, complete: false, by: None })
}

/// Lines are SKU, quantity, and how many of it had been sent.
pub(crate) fn take_back(house: &House, order: OrderId, lines: &[(&str, i64, i64)], restock: bool) -> OrderEvent {
    let line = |&(name, quantity, shipped): &(&str, i64, i64)| ReturnedLine { sku: sku(name), quantity, shipped };
    OrderEvent::from(OrderReturned {
        order,
        return_id: house.db.seams().id(),
        refund: house.db.seams().id(),
        amount: Money::new(100, Currency::GBP),
        lines: lines.iter().map(line).collect(),
        restock,
        reason: "too small".to_owned(),
        by: Some("admin".to_owned()),
        called_off: false,
        order_status: None,
    })
}
