//! A reader of events that has stopped until a person decides is not well, and can be mended beside its process.

use crate::harness::{ADMIN_KEY, Kind, Process, Split, UNITS, acquainted, copy_file, eventually, run, together};

/// The store's order.db comes back from an older backup, while inventory has read on.
async fn order_went_back(split: &Split) {
    let backup = split.data().join("backup");
    let store = split.parted().serves().await;
    let inventory = split.serves_inventory().await;
    acquainted(&[&store, &inventory]).await;
    store.admin().stocks("cup", UNITS, 100).await;
    let order = store.guest("ada").has_bought(&[("cup", 5)]).await;
    store.stops().await;
    copy_file("order", &split.data(), &backup);
    let store = split.parted().serves().await;
    acquainted(&[&store, &inventory]).await;
    store.guest("ada").cancels(&order).await.expect_status(200);
    eventually("inventory has read of it", async || (store.admin().level("cup").await.committed == 0).then_some(()))
        .await;
    store.stops().await;
    inventory.stops().await;
    copy_file("order", &backup, &split.data());
}

#[test]
fn a_reader_that_has_stopped_is_not_ready_and_is_mended_beside_its_process() {
    let _turn = together();
    run(async {
        let split = Split::new(Kind::Sqlite);
        order_went_back(&split).await;
        let store = split.parted().starts(&[], &["serve", "--no-demo"], &split.here.public);
        let refused = not_ready(&store).await;
        assert!(refused.contains("payment has stopped reading the events of order"), "{refused}");
        let arguments = ["serve", "--only", "inventory"];
        let inventory = split.inventory().starts(&[], &arguments, &split.there.public);
        let refused = not_ready(&inventory).await;
        assert!(refused.contains("inventory has stopped reading the events of order"), "{refused}");
        let health = split.inventory().says(&["health", "--url", &inventory.url()]).await;
        assert!(health.code == Some(1) && health.err.contains("went back"), "{health:?}");

        let beside = split.inventory();
        let parked = beside.says(&["events", "parked", "--only", "inventory"]).await;
        assert!(parked.code == Some(0) && parked.out.contains("no event is held back"), "{parked:?}");
        let seek = ["events", "seek", "--only", "inventory", "--consumer", "inventory", "--source", "order", "2"];
        let sought = beside.says(&seek).await;
        assert!(sought.code == Some(0) && sought.out.contains("goes on after event 2 of order"), "{sought:?}");
        for what in ["retry", "skip"] {
            let which = ["events", what, "--only", "inventory", "--consumer", "inventory", "--source", "order", "1"];
            let said = beside.says(&which).await;
            assert!(said.code == Some(1) && said.err.contains("holds no event 1 of order back"), "{said:?}");
        }
        eventually("it reads again", async || (inventory.get("/health/ready").await.status == 200).then_some(())).await;
        inventory.stops().await;
        store.stops().await;
    });
}

async fn not_ready(process: &Process) -> String {
    let answer = eventually("it is not ready", async || {
        let ready = process.ask(reqwest::Method::GET, "/health/ready").bearer(ADMIN_KEY).try_send().await.ok()?;
        (ready.status == 503).then_some(ready)
    })
    .await;
    assert_eq!(answer.text("/code"), "not-ready", "{answer}");
    answer.text("/detail")
}
