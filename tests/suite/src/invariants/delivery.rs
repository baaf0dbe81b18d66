//! I6: what was committed is delivered, once, whether or not anybody was told.

use std::time::Duration;

use super::{Verdict, ensure};
use crate::harness::{Kind, Order, Sabotage, Shop, alone, aloud, eventually, run, stories};

stories!(in_process crate::harness::Shop::deaf: a_deaf_bus_loses_nothing);

/// Subscribers are not woken: everything arrives by polling.
async fn a_deaf_bus_loses_nothing(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 100, 100).await;
    let mut orders: Vec<Order> = Vec::new();
    for _ in 0..10 {
        orders.push(ada.has_bought(&[("cup", 2)]).await);
    }
    for order in &orders[..3] {
        eventually("it can be cancelled", async || (ada.cancels(order).await.status == 200).then_some(())).await;
    }
    admin.fulfils(&orders[3], &[("cup", 2)]).await.expect_status(201);
    eventually("stock has heard of everything", async || {
        let level = admin.level("cup").await;
        (level.on_hand == 98 && level.committed == 12 && level.held == 0).then_some(())
    })
    .await;
    for order in &orders[..3] {
        ada.reads_until(order, |read| read.number("/payment/refunded") == 200).await;
    }
    let told = ada.timeline(&orders[0]).await.each("what");
    let mut once = told.clone();
    once.dedup();
    assert_eq!(told, once, "each thing is told once");
}

/// A relay that dies just before its commit has done nothing, and does it when it comes back.
#[test]
fn a_relay_that_dies_applies_each_event_once() {
    let _turn = alone();
    for kind in Kind::available() {
        let found = run(die_and_return(kind, "subscription::before_commit")).unwrap();
        aloud(&format!("delivered once on {kind:?}: {found}"));
    }
}

/// The same where the cursor moves in a transaction of its own: the event that it passed is lost.
#[test]
fn control_the_cursor_moves_with_the_effect() {
    let _turn = alone();
    for kind in Kind::available() {
        let sabotage = Sabotage::of("subscription::cursor_apart");
        let verdict = run(die_and_return(kind, "subscription::between"));
        drop(sabotage);
        let noticed = verdict.expect_err("a lost event was not noticed");
        aloud(&format!("control subscription::cursor_apart on {kind:?}: red, as it should be: {noticed}"));
    }
}

/// Products are made while every relay dies at `failpoint`; then the store is started again.
async fn die_and_return(kind: Kind, failpoint: &'static str) -> Verdict {
    let shop = Shop::open(kind).await;
    let death = Sabotage::doing(failpoint, "panic");
    let rows: Vec<String> = (0..20).map(|number| format!("S{number},Thing,1.00,GBP,,,7\n")).collect();
    let rows = rows.concat();
    let sheet = format!("sku,title,price,currency,description,category,stock\n{rows}");
    shop.admin().imports(&sheet).await.expect_status(200);
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let place = shop.leave().await;
    drop(death);

    let shop = Shop::open_at(place).await;
    shop.settle().await;
    let on_hand = shop.figure("inventory", "SELECT CAST(COALESCE(SUM(on_hand), 0) AS bigint) FROM level").await;
    shop.abandon().await;
    ensure(on_hand == 140, || format!("140 units were announced, {on_hand} have arrived"))?;
    Ok(format!("{on_hand} units in 20 events"))
}
