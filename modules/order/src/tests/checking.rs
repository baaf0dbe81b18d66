//! The proof that the data is sound, and that it would notice if it were not.

use super::{
    buyer::buy,
    fakes::Fault,
    shop::{Shop, on_each_database, span},
};
use crate::Config;
use kernel_module::Module;
use std::time::Duration;

async fn broken(shop: &Shop) -> Vec<String> {
    let checks = shop.module.check().await.unwrap();
    assert_eq!(checks.len(), 13);
    checks.into_iter().filter(|check| !check.holds()).map(|check| check.rule).collect()
}

async fn tamper(shop: &Shop, sql: &str) {
    shop.db.transact(async |tx| tx.run(sql, []).await).await.unwrap();
}

async fn lines(shop: &Shop, number: i64, lines: &str) {
    tamper(shop, &format!("UPDATE orders SET lines = '[{lines}]' WHERE number = {number}")).await;
}

#[actix_web::test]
async fn every_rule_can_be_broken() {
    let config = Config { answer_within_ms: 1_500, ..Config::for_testing() };
    on_each_database(config, async |shop| {
        buy(&shop, "a", &[("CUP", 2)], "tok_approve").await.expect(201);
        buy(&shop, "b", &[("CUP", 2)], "tok_decline").await.expect(402);
        assert_eq!(broken(&shop).await, [""; 0]);

        let totals = ["order: the totals add up to the lines", "order: every total is its lines"];
        lines(&shop, 1, r#"{"sku":"CUP","title":"CUP","quantity":3,"price":255}"#).await;
        assert_eq!(broken(&shop).await, totals);
        lines(&shop, 1, r#"{"sku":"POT","title":"CUP","quantity":2,"price":255}"#).await;
        assert_eq!(broken(&shop).await, ["order: every order is found by its SKUs"]);
        for counts in [
            r#""fulfilled":1,"returned":2"#,
            r#""fulfilled":1,"called_off":2"#,
            r#""called_off":-1"#,
            r#""returned":-1"#,
            r#""fulfilled":3"#,
        ] {
            lines(&shop, 1, &format!(r#"{{"sku":"CUP","title":"CUP","quantity":2,"price":255,{counts}}}"#)).await;
            assert!(broken(&shop).await.contains(&"order: no line counts more units than it has".to_owned()), "{counts}");
        }
        lines(&shop, 1, r#"{"sku":"CUP","title":"CUP","quantity":2,"price":255}"#).await;
        assert_eq!(broken(&shop).await, [""; 0]);

        tamper(&shop, "UPDATE orders SET captured = captured - 1 WHERE number = 1").await;
        assert_eq!(broken(&shop).await, ["order: every confirmed order is paid in full"]);
        tamper(&shop, "UPDATE orders SET captured = captured + 1 WHERE number = 1").await;

        tamper(&shop, "UPDATE orders SET authorized = 1, captured = 1 WHERE number = 2").await;
        assert_eq!(broken(&shop).await, ["order: no rejected order keeps money"]);
        tamper(&shop, "UPDATE orders SET captured = 0 WHERE number = 2").await;

        lines(&shop, 1, r#"{"sku":"CUP","title":"CUP","quantity":2,"price":255,"called_off":2}"#).await;
        assert_eq!(broken(&shop).await, ["order: every confirmed order has something left to send"]);
        lines(&shop, 1, r#"{"sku":"CUP","title":"CUP","quantity":2,"price":255}"#).await;
        let promise = "INSERT INTO order_refund (refund_id, order_id, cause, amount, paid, created_at, updated_at) \
                       SELECT id, id, 'return', 5, 5, created_at, created_at FROM orders WHERE number = 1";
        tamper(&shop, promise).await;
        assert_eq!(broken(&shop).await, ["order: no more was paid back on promises than was given back"]);
        tamper(&shop, "DELETE FROM order_refund").await;
        let asked = "INSERT INTO goods_return (id, order_id, refund_id, amount, lines, restock, reason, actor, created_at, \
                     status) SELECT id, id, id, 1, '[]', 0, 'x', 'guest', created_at, 'requested' FROM orders \
                     WHERE number = 2";
        tamper(&shop, asked).await;
        assert_eq!(broken(&shop).await, ["order: only what was sent is asked to be returned"]);
        tamper(&shop, "DELETE FROM goods_return").await;

        shop.faults.next("hold", [Fault::DieBefore]);
        buy(&shop, "c", &[("CUP", 2)], "tok_approve").await.expect(202);
        assert_eq!(broken(&shop).await, [""; 0]);
        shop.clock.advance(span(Duration::from_mins(2)));
        assert_eq!(broken(&shop).await, ["order: every placing has ended or is within its deadline"]);
        let counted = "INSERT INTO unpaid_order (order_id, client, buyer, units) SELECT id, 'c', 'b', 1 FROM orders WHERE number = 1";
        tamper(&shop, counted).await;
        assert!(broken(&shop).await.contains(&"order: every order that counts as unpaid waits for its payment".to_owned()));
        tamper(&shop, "DELETE FROM unpaid_order").await;
        tamper(&shop, "UPDATE orders SET saga = NULL, due_at = NULL").await;
        assert_eq!(broken(&shop).await, ["order: every order that is placed has a placing"]);
        lines(&shop, 3, "").await;
        assert!(broken(&shop).await.contains(&"order: every order has lines".to_owned()));
        shop.close().await;
    })
    .await;
}
