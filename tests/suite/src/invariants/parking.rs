//! I7: one event that cannot be applied holds up its own stream, and no other.

use kernel_db::{DbError, Dialect};
use serde_json::json;

use crate::harness::{Shop, eventually, stories};

stories!(only_the_poisoned_stream_waits);

/// Publishes an event of `stream` that cannot be read, or that can.
async fn publish(shop: &Shop, stream: &str, version: i64, data: &str) {
    let db = shop.db("catalog");
    let seams = db.seams();
    db.transact(|tx| async move {
        // As the store does: on Postgres the position comes from the head of the log.
        let sql = match tx.dialect() {
            Dialect::Sqlite => {
                "INSERT INTO outbox (id, type, stream, stream_version, time, data) VALUES (?, ?, ?, ?, ?, ?)"
            }
            Dialect::Postgres => {
                "WITH turn AS (UPDATE outbox_head SET position = position + 1 RETURNING position) \
                 INSERT INTO outbox (position, id, type, stream, stream_version, time, data) \
                 SELECT turn.position, ?, ?, ?, ?, ?, ? FROM turn"
            }
        };
        let values: [sea_orm::Value; 6] = [
            seams.ids.next().into(),
            "product.created.v1".into(),
            stream.into(),
            version.into(),
            seams.now().into(),
            data.into(),
        ];
        tx.run(sql, values).await?;
        Ok::<(), DbError>(())
    })
    .await
    .unwrap();
}

fn introduces(stream: &str, sku: &str) -> String {
    json!({"product": stream, "slug": "x", "title": "x", "introduced": [{"sku": sku, "opening_stock": 7}]}).to_string()
}

/// The poisoned product is none of the catalog's.
async fn only_the_poisoned_stream_waits(shop: &Shop) {
    shop.need_not_add_up();
    let admin = shop.admin();
    let poisoned = "01890000-0000-7000-8000-00000000dead";
    publish(shop, poisoned, 1, "{\"product\": \"poison\"}").await;
    publish(shop, poisoned, 2, &introduces(poisoned, "BEHIND")).await;
    admin.stocks_all(&[("cup", 5, 100), ("pot", 5, 100)]).await;
    let known = async |sku: &str| admin.get(&format!("/admin/stock/{sku}")).await.status == 200;
    assert!(!known("BEHIND").await, "what comes later in the poisoned stream waits");

    // Tries come ever more rarely, so time is made to pass between them.
    let program = shop.program();
    eventually("the event is parked", async || {
        shop.later_seconds(10);
        let parked = shop.parked().await;
        parked.iter().any(|event| event.state == "parked").then_some(())
    })
    .await;
    let parked = shop.parked().await;
    let first = &parked[0];
    let name = [&first.consumer, &first.source].map(String::clone);
    let position = first.position.to_string();
    assert_eq!((first.stream.as_str(), first.tries), (poisoned, 8));
    assert_eq!(parked.len(), 2, "and the one behind it");

    let listed = program.says(&["events", "parked"]).await;
    assert_eq!(listed.code, Some(0), "{listed:?}");
    assert!(listed.out.contains(poisoned) && listed.out.contains("parked"), "{listed:?}");
    let view = shop.api_of("inventory").admin().get("/admin/modules").await.expect_status(200);
    assert!(view.words().contains(poisoned), "{view}");

    let which = ["--consumer", &name[0], "--source", &name[1], &position];
    let mend = async |how: &str| program.says(&[&["events", how][..], &which[..]].concat()).await;
    let retried = mend("retry").await;
    assert_eq!(retried.code, Some(0), "{retried:?}");
    eventually("it is tried again, in vain", async || {
        shop.later_seconds(10);
        let parked = shop.parked().await;
        parked.iter().any(|event| event.state == "parked").then_some(())
    })
    .await;
    assert!(!known("BEHIND").await);

    let skipped = mend("skip").await;
    assert_eq!(skipped.code, Some(0), "{skipped:?}");
    eventually("those behind it go on", async || known("BEHIND").await.then_some(())).await;
    let none = program.says(&["events", "parked"]).await;
    assert!(none.out.contains("no event is held back"), "{none:?}");
    let wrong = mend("skip").await;
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
}
