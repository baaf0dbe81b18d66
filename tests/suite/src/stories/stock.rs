//! Counting and correcting.

use serde_json::json;

use crate::harness::{Level, Shop, stories};

stories!(
    a_correction_says_who_and_why,
    a_ledger_tells_the_whole_way_to_a_level,
    low_stock_is_told_once,
    stock_is_listed,
    claimed_units_cannot_be_taken_away,
    holds_are_shown,
);

async fn a_correction_says_who_and_why(shop: &Shop) {
    let admin = shop.admin();
    admin.stocks("cup", 10, 100).await;
    let level = admin.adjusts("cup", &json!({"delta": -3, "reason": "damaged"})).await.expect_status(200);
    assert_eq!((level.number("/on_hand"), level.number("/available")), (7, 7));
    admin.adjusts("cup", &json!({"set_on_hand": 50, "reason": "count"})).await.expect_status(200);
    let ledger = admin.get("/admin/stock/cup/ledger").await.expect_status(200);
    assert_eq!(ledger.each("kind"), ["adjust", "adjust", "opening"], "the newest first");
    assert_eq!(ledger.each("reason")[..2], ["count", "damaged"]);
    assert_eq!(ledger.each("actor")[..2], ["admin", "admin"]);
    assert_eq!(ledger.each("delta_on_hand"), ["43", "-3", "10"]);
    admin.adjusts("hat", &json!({"delta": 1, "reason": "count"})).await.expect_problem(404, "unknown-sku");
    shop.get("/api/v1/stock/hat").await.expect_problem(404, "unknown-sku");
}

async fn a_ledger_tells_the_whole_way_to_a_level(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 10, 100).await;
    let kept = ada.has_bought(&[("cup", 3)]).await;
    let cancelled = ada.has_bought(&[("cup", 2)]).await;
    shop.settle().await;
    ada.cancels(&cancelled).await.expect_status(200);
    admin.fulfils(&kept, &[("cup", 3)]).await.expect_status(201);
    let back = ada.returns(&kept, &[("cup", 1)], true).await.expect_status(201);
    admin.receives(&back, true).await.expect_status(200);
    shop.settle().await;

    let level = admin.level("cup").await;
    assert_eq!(level, Level { on_hand: 8, held: 0, committed: 0, available: 8 });
    let (mut sums, mut cursor) = ([0, 0, 0], String::new());
    for _ in 0..20 {
        let page = admin.get(&format!("/admin/stock/cup/ledger?limit=3{cursor}")).await.expect_status(200);
        for row in page.items() {
            for (sum, part) in sums.iter_mut().zip(["delta_on_hand", "delta_held", "delta_committed"]) {
                *sum += row[part].as_i64().unwrap();
            }
        }
        let Some(next) = page.at("/next_cursor").as_str().map(str::to_owned) else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(sums, [level.on_hand, level.held, level.committed]);
}

async fn low_stock_is_told_once(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 8, 100).await;
    let told = async || {
        shop.settle().await;
        shop.figure("inventory", "SELECT COUNT(*) FROM outbox WHERE type = 'stock.low.v1'").await
    };
    ada.has_bought(&[("cup", 3)]).await;
    assert_eq!(told().await, 0, "five are left, and five is the threshold");
    ada.has_bought(&[("cup", 1)]).await;
    assert_eq!(told().await, 1);
    ada.has_bought(&[("cup", 1)]).await;
    assert_eq!(told().await, 1, "once for each crossing");
    admin.adjusts("cup", &json!({"delta": 10, "reason": "delivery"})).await.expect_status(200);
    assert_eq!(told().await, 1);
    ada.has_bought(&[("cup", 9)]).await;
    assert_eq!(told().await, 2, "it has crossed again");
}

async fn stock_is_listed(shop: &Shop) {
    let admin = shop.admin();
    admin.stocks_all(&[("a", 1, 100), ("b", 20, 100), ("c", 3, 100)]).await;
    assert_eq!(admin.get("/admin/stock").await.each("sku"), ["a", "b", "c"]);
    assert_eq!(admin.get("/admin/stock?below=4").await.each("sku"), ["a", "c"]);
    let first = admin.get("/admin/stock?limit=2").await.expect_status(200);
    let next = first.text("/next_cursor");
    assert_eq!(admin.get(&format!("/admin/stock?limit=2&cursor={next}")).await.each("sku"), ["c"]);
    assert_eq!(shop.get("/api/v1/stock/b").await.expect_status(200).json(), json!({"sku": "b", "available": 20}));
    admin.get("/admin/stock?limit=101").await.expect_status(400);
}

async fn claimed_units_cannot_be_taken_away(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 10, 100).await;
    ada.has_bought(&[("cup", 8)]).await;
    shop.settle().await;
    let before = shop.snapshot().await;
    admin.adjusts("cup", &json!({"delta": -3, "reason": "damaged"})).await.expect_problem(409, "stock-claimed");
    admin.adjusts("cup", &json!({"set_on_hand": 7, "reason": "count"})).await.expect_problem(409, "stock-claimed");
    assert_eq!(shop.snapshot().await, before);
    admin.adjusts("cup", &json!({"set_on_hand": 8, "reason": "count"})).await.expect_status(200);
    assert_eq!(admin.level("cup").await, Level { on_hand: 8, held: 0, committed: 8, available: 0 });
}

async fn holds_are_shown(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 10, 100).await;
    let order = ada.has_bought(&[("cup", 2), ("cup", 1)]).await;
    ada.has_bought(&[("cup", 1)]).await;
    shop.settle().await;
    let holds = admin.get(&format!("/admin/holds?order={}", order.id)).await.expect_status(200);
    assert_eq!(holds.each("status"), ["committed"]);
    assert_eq!(holds.at("/items/0/lines"), json!([{"sku": "cup", "quantity": 3, "outstanding": 3}]));
    assert_eq!(admin.get("/admin/holds").await.items().len(), 2);
}
