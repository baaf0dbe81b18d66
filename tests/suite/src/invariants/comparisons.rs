//! What `check` compares between modules: each rule is shown a store that breaks it, and names it.

use crate::harness::{Kind, Shop, run, together};

struct Damage {
    module: &'static str,
    harm: &'static str,
    mend: &'static str,
    rule: &'static str,
}

/// Ada's order of two cups stands, bob's of one was called off and paid back.
const DAMAGES: [Damage; 8] = [
    Damage {
        module: "payment",
        harm: "UPDATE payment SET captured = 199 WHERE captured = 200",
        mend: "UPDATE payment SET captured = 200 WHERE captured = 199",
        rule: "order and payment: orders whose payment says otherwise",
    },
    Damage {
        module: "payment",
        harm: "UPDATE payment SET captured = 199 WHERE captured = 200",
        mend: "UPDATE payment SET captured = 200 WHERE captured = 199",
        rule: "order and payment: the money of all orders in GBP",
    },
    Damage {
        module: "payment",
        harm: "UPDATE attempt SET amount = 99 WHERE operation = 'refund'",
        mend: "UPDATE attempt SET amount = 100 WHERE operation = 'refund'",
        rule: "order and payment: every promise to give money back is paid, under way or shown as work",
    },
    Damage {
        module: "payment",
        harm: "INSERT INTO refund_refusal (refund_id, payment_id, currency, asked, refunded, left_over, reason, \
               asked_by, created_at) SELECT id, payment_id, currency, 100, 0, 0, 'no', 'test', created_at FROM attempt \
               WHERE operation = 'refund'",
        mend: "DELETE FROM refund_refusal WHERE asked_by = 'test'",
        rule: "order and payment: what payment refuses to give back, the order shows (refused; shown)",
    },
    Damage {
        module: "inventory",
        harm: "UPDATE claim SET lines = '[[\"cup\", 2, 1]]' WHERE status = 'committed'",
        mend: "UPDATE claim SET lines = '[[\"cup\", 2, 2]]' WHERE status = 'committed'",
        rule: "order and inventory: every confirmed order has its claim on stock, for the units that are to be sent",
    },
    Damage {
        module: "inventory",
        harm: "UPDATE claim SET status = 'held' WHERE status = 'committed'",
        mend: "UPDATE claim SET status = 'committed' WHERE status = 'held'",
        rule: "order and inventory: every confirmed order has its claim on stock, for the units that are to be sent",
    },
    Damage {
        module: "inventory",
        harm: "INSERT INTO claim (order_id, status, until, unpaid, lines, in_ledger, version, created_at, created_by) \
               SELECT {stray}, 'held', until, 0, '[[\"hat\", 1, 1]]', 0, -1, created_at, created_by FROM claim \
               WHERE status = 'committed'",
        mend: "DELETE FROM claim WHERE version = -1",
        rule: "order and inventory: every open claim has its order",
    },
    Damage {
        module: "catalog",
        harm: "UPDATE variant SET sku = 'cap' WHERE sku = 'hat'",
        mend: "UPDATE variant SET sku = 'hat' WHERE sku = 'cap'",
        rule: "catalog and inventory: every SKU of the catalog has a level of stock",
    },
];

/// With the id of an order that never was in the place of `{stray}`.
fn named(shop: &Shop, harm: &str) -> String {
    let id = match shop.kind() {
        Kind::Sqlite => "x'00000000000070008000000000000001'",
        Kind::Postgres => "'00000000-0000-7000-8000-000000000001'::uuid",
    };
    harm.replace("{stray}", id)
}

async fn run_in(shop: &Shop, module: &str, sql: &str) {
    let done = shop.db(module).transact(|tx| async move { tx.run(sql, []).await }).await.unwrap();
    assert_eq!(done, 1, "{sql}");
}

async fn broken(shop: &Shop) -> Vec<String> {
    let checks = banyan::check::all(shop.store()).await.unwrap();
    checks.into_iter().filter(|check| !check.holds()).map(|check| check.rule).collect()
}

#[test]
fn every_rule_between_modules_is_seen_to_fail() {
    let _turn = together();
    for kind in Kind::available() {
        run(async {
            let shop = Shop::open(kind).await;
            shop.admin().stocks_all(&[("cup", 5, 100), ("hat", 5, 100)]).await;
            shop.guest("ada").has_bought(&[("cup", 2)]).await;
            let bob = shop.guest("bob");
            let called_off = bob.has_bought(&[("cup", 1)]).await;
            bob.cancels(&called_off).await.expect_status(200);
            shop.settle().await;
            // What is promised may be on its way for a minute.
            shop.later_seconds(90);
            shop.settle().await;
            assert_eq!(broken(&shop).await, Vec::<String>::new(), "{kind:?}");
            for Damage { module, harm, mend, rule } in DAMAGES {
                run_in(&shop, module, &named(&shop, harm)).await;
                let found = broken(&shop).await;
                assert!(found.iter().any(|found| found == rule), "{kind:?}: {harm}: only {found:?}");
                run_in(&shop, module, mend).await;
                assert_eq!(broken(&shop).await, Vec::<String>::new(), "{kind:?}: {mend}");
            }
            // A level that no product has is allowed, and named.
            let note = async || banyan::check::report(shop.store()).await.unwrap().notes;
            assert_eq!(note().await, Vec::<String>::new());
            let level =
                "INSERT INTO level (sku, on_hand, available, low_stock_threshold, version) VALUES ('cap', 0, 0, 0, 0)";
            run_in(&shop, "inventory", level).await;
            assert_eq!(note().await, ["1 levels of stock belong to no SKU of the catalog: cap"]);
            shop.abandon().await;
        });
    }
}
