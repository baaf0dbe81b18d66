//! A reader of events that has stopped until a person decides is not well, and can be mended beside its process.

use crate::harness::{
    ADMIN_KEY, Api, Cluster, Kind, STORE, Sabotage, UNITS, acquainted, alone, copy_file, eventually, only, run,
    together,
};

/// The store's order.db comes back from an older backup, while inventory has read on.
async fn order_went_back(cluster: &Cluster) {
    let backup = cluster.data(STORE).join("backup");
    let store = cluster.opens_parted().await;
    let inventory = cluster.opens_module("inventory").await;
    acquainted(&[&store, &inventory]).await;
    store.admin().stocks("cup", UNITS, 100).await;
    let order = store.guest("ada").has_bought(&[("cup", 5)]).await;
    store.stops().await;
    copy_file("order", &cluster.data(STORE), &backup);
    let store = cluster.opens_parted().await;
    acquainted(&[&store, &inventory]).await;
    store.guest("ada").cancels(&order).await.expect_status(200);
    eventually("inventory has read of it", async || (store.admin().level("cup").await.committed == 0).then_some(()))
        .await;
    store.stops().await;
    inventory.stops().await;
    copy_file("order", &backup, &cluster.data(STORE));
}

#[test]
fn a_reader_that_has_stopped_is_not_ready_and_is_mended_beside_its_process() {
    let _turn = together();
    run(async {
        let cluster = Cluster::without("inventory", Kind::Sqlite, 60);
        order_went_back(&cluster).await;
        let store = cluster.parted().starts(&[], &["serve", "--no-demo"], &cluster.endpoints(STORE).public);
        let refused = not_ready(&store).await;
        assert!(refused.contains("payment has stopped reading the events of order"), "{refused}");
        let arguments = ["serve", "--only", "inventory"];
        let inventory = cluster.program("inventory").starts(&[], &arguments, &cluster.endpoints("inventory").public);
        let refused = not_ready(&inventory).await;
        assert!(refused.contains("inventory has stopped reading the events of order"), "{refused}");
        let health = cluster.program("inventory").says(&["health", "--url", &inventory.url()]).await;
        assert!(health.code == Some(1) && health.err.contains("went back"), "{health:?}");

        let beside = cluster.program("inventory");
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

async fn not_ready(process: &Api) -> String {
    let answer = eventually("it is not ready", async || {
        let ready = process.ask(reqwest::Method::GET, "/health/ready").bearer(ADMIN_KEY).try_send().await.ok()?;
        (ready.status == 503).then_some(ready)
    })
    .await;
    assert_eq!(answer.text("/code"), "not-ready", "{answer}");
    answer.text("/detail")
}

/// The same by the address of the process, which may be on another machine.
#[test]
fn a_reader_that_has_stopped_is_mended_by_the_address_of_its_process() {
    let _turn = together();
    run(async {
        let cluster = Cluster::without("inventory", Kind::Sqlite, 60);
        order_went_back(&cluster).await;
        let store = cluster.parted().starts(&[], &["serve", "--no-demo"], &cluster.endpoints(STORE).public);
        let inventory =
            cluster.program("inventory").starts(&[], &only("inventory"), &cluster.endpoints("inventory").public);
        not_ready(&inventory).await;
        // From the other process's folder, so that it is the address that counts.
        let far = cluster.parted();
        let at = inventory.url();
        let parked = far.says(&["events", "parked", "--url", &at]).await;
        assert!(parked.code == Some(0) && parked.out.contains("no event is held back"), "{parked:?}");
        let lag = far.says(&["events", "lag", "--url", &at]).await;
        assert!(lag.code == Some(0) && lag.out.contains("inventory") && lag.out.contains("elsewhere"), "{lag:?}");
        assert!(!lag.out.contains("payment"), "only what that process hosts: {lag:?}");
        let decides = async |what: &str, consumer: &str, position: &str| {
            let source = ["--consumer", consumer, "--source", "order", position];
            far.says(&[&["events", what, "--url", &at][..], &source].concat()).await
        };
        for what in ["retry", "skip"] {
            let said = decides(what, "inventory", "1").await;
            assert!(said.code == Some(1) && said.err.contains("holds no event 1 of order back"), "{said:?}");
        }
        let said = decides("seek", "payment", "2").await;
        assert!(
            said.code == Some(1) && said.err.contains("payment does not read the events of order here"),
            "{said:?}"
        );
        let said = decides("seek", "inventory", "1000").await;
        assert!(said.code == Some(1) && said.err.contains("no cursor can stand after event 1000"), "{said:?}");
        let said = decides("seek", "inventory", "2").await;
        assert!(said.code == Some(0) && said.out.contains("goes on after event 2 of order"), "{said:?}");
        eventually("it reads again", async || (inventory.get("/health/ready").await.status == 200).then_some(())).await;
        let mut stranger = cluster.parted();
        stranger.set("BANYAN__ADMIN__KEY", "a-key-that-no-process-of-the-store-has");
        let said = stranger.says(&["events", "parked", "--url", &at]).await;
        assert!(said.code == Some(1) && said.err.contains("401"), "{said:?}");
        inventory.stops().await;
        store.stops().await;
    });
}

#[test]
fn control_a_stopped_reader_is_ready_without_the_guard() {
    let _turn = alone();
    run(async {
        let cluster = Cluster::without("inventory", Kind::Sqlite, 60);
        order_went_back(&cluster).await;
        let store = cluster.parted().starts(&[], &["serve", "--no-demo"], &cluster.endpoints(STORE).public);
        not_ready(&store).await;
        let (inventory, api) = cluster.opens_in_process("inventory").await;
        let refused = not_ready(&api).await;
        assert!(refused.contains("inventory has stopped reading the events of order"), "{refused}");
        let missing = Sabotage::of("health::stranded");
        let ready = api.shows("/health/ready").await;
        assert_eq!(ready.status, 200, "the test would notice: {ready}");
        drop(missing);
        assert_eq!(api.shows("/health/ready").await.status, 503);
        inventory.stop().await;
        store.stops().await;
    });
}
