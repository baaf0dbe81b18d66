//! I14: no buyer can empty the shop for the others by holding stock without paying.

use std::time::Duration;

use tokio::time::Instant;

use super::{Verdict, ensure, must_notice, must_notice_in};
use crate::harness::{Answer, Order, Shop, aloud, eventually, stories};

stories!(in crate::harness::Shop::besieged: hoarders_leave_something_for_the_others);
stories!(in_process crate::harness::Shop::besieged: unpaid_orders_are_counted);

async fn hoarders_leave_something_for_the_others(shop: &Shop) {
    let found = hoard(shop).await.unwrap();
    aloud(&format!("hoarders leave something for the others: {found}"));
}

async fn unpaid_orders_are_counted(shop: &Shop) {
    let found = pile_up(shop).await.unwrap();
    aloud(&format!("unpaid orders are counted: {found}"));
}

#[test]
fn control_the_share_of_unpaid_orders() {
    must_notice_in(Shop::besieged, "stock.unpaid_share", hoard);
}

#[test]
fn control_the_count_of_unpaid_orders() {
    must_notice_in(Shop::besieged, "order.unpaid_cap", pile_up);
}

#[test]
fn control_the_strength_of_keys() {
    must_notice("order.strong_key", async |shop| {
        shop.admin().stocks("cup", 5, 100).await;
        let ada = shop.guest("ada");
        let answer = ada.orders("1", &ada.wants(&[("cup", 1)], "tok_approve")).await;
        ensure(answer.status == 422, || format!("a guest's key of one letter is taken: {answer}"))?;
        Ok("short keys are refused".to_owned())
    });
}

fn code(answer: &Answer) -> String {
    answer.json()["code"].as_str().unwrap_or_default().to_owned()
}

/// How many cups can be bought, as anyone may ask.
async fn free(shop: &Shop) -> i64 {
    shop.get("/api/v1/stock/cup").await.expect_status(200).number("/available")
}

/// One order names everything and is never paid for; its buyer comes again and again. The others buy what is left, and
/// may buy all of it.
async fn hoard(shop: &Shop) -> Verdict {
    let admin = shop.admin();
    admin.stocks("cup", 100, 100).await;
    admin.stocks("last", 1, 100).await;
    let (mallory, ada) = (shop.guest("mallory"), shop.guest("ada"));
    let everything: &[(&str, i64)] = &[("cup", 100), ("last", 1)];
    let taken = mallory.buys_with("tok_pending_then_approve", everything).await;
    ensure(matches!(taken.status, 202 | 409), || format!("buying everything may be a sale: {taken}"))?;
    let began = Instant::now();
    while free(shop).await < 50 {
        ensure(began.elapsed() < Duration::from_secs(15), || "one unpaid order keeps the shop empty".to_owned())?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut tries = 0;
    while tries < 20 {
        tries += 1;
        let again = mallory.buys_with("tok_unavailable", everything).await;
        ensure(again.status == 409, || format!("it may be done again: {again}"))?;
        ensure(free(shop).await == 100, || "for a moment the shop is empty again".to_owned())?;
    }
    // Half of it, and the last unit of another thing, may wait for their payment.
    let half = mallory.buys_with("tok_pending_then_approve", &[("cup", 50), ("last", 1)]).await;
    ensure(half.status == 202, || format!("who pays late may buy, too: {half}"))?;
    let more = mallory.buys_with("tok_pending_then_approve", &[("cup", 1)]).await;
    ensure(code(&more) == "held-by-unpaid-orders", || format!("more than half is held unpaid: {more}"))?;
    let rest = ada.buys(&[("cup", 50)]).await;
    ensure(rest.status == 201, || format!("the other half cannot be bought: {rest}"))?;
    let order = Order::of(&half);
    mallory.cancels(&order).await.expect_status(200);
    eventually("what was called off is free", async || (free(shop).await == 50).then_some(())).await;
    let rest = ada.buys(&[("cup", 50)]).await;
    ensure(rest.status == 201, || format!("all that is left cannot be bought at once: {rest}"))?;
    shop.later(11);
    shop.settle().await;
    Ok(format!("{tries} tries in vain"))
}

/// One email places many small orders and pays for none.
async fn pile_up(shop: &Shop) -> Verdict {
    shop.admin().stocks("cup", 1_000, 100).await;
    let (mallory, ada) = (shop.guest("mallory"), shop.guest("ada"));
    let mut waiting = Vec::new();
    for _ in 0..8 {
        let answer = mallory.buys_with("tok_pending_then_approve", &[("cup", 1)]).await;
        if answer.status == 202 {
            waiting.push(Order::of(&answer));
        }
    }
    let counted = "SELECT COUNT(*) FROM orders WHERE due_at IS NOT NULL AND unpaid = 2";
    let began = Instant::now();
    while shop.figure("order", "SELECT COUNT(*) FROM orders WHERE due_at IS NOT NULL AND unpaid < 2").await > 0 {
        ensure(began.elapsed() < Duration::from_secs(15), || "not every order is counted in time".to_owned())?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let orders = shop.figure("order", counted).await;
    ensure(orders <= 5, || format!("{orders} orders of one email wait for their payment"))?;
    let more = mallory.buys_with("tok_pending_then_approve", &[("cup", 1)]).await;
    ensure(code(&more) == "too-many-unpaid-orders" && more.header("retry-after").is_some(), || more.to_string())?;
    let honest = ada.buys(&[("cup", 900)]).await;
    ensure(honest.status == 201, || format!("another buyer cannot buy: {honest}"))?;
    for order in &waiting {
        mallory.cancels(order).await;
    }
    shop.later(11);
    shop.settle().await;
    Ok(format!("{orders} of 8 orders wait"))
}
