//! Two processes of one store meet, and find that they do not stand on one store's data, or lead one module both.

use serde_json::Value;

use crate::harness::{
    ADMIN_KEY, Api, Cluster, Kind, Level, STORE, Sabotage, UNITS, acquainted, alone, copy_file, eventually, fresh_key,
    move_file, only, run, together,
};

/// What the health of `process` says of the module elsewhere, once it says `words`.
async fn says_of_inventory(process: &Api, words: &str) -> Value {
    eventually(&format!("health says `{words}`"), async || {
        let ready = process.shows("/health/ready").await;
        let far = ready.at("/elsewhere").as_array().cloned().unwrap_or_default();
        let inventory = far.into_iter().find(|far| far["name"] == "inventory")?;
        inventory["trouble"].as_str().is_some_and(|trouble| trouble.contains(words)).then_some(inventory)
    })
    .await
}

/// The file was moved, and not to where inventory's process looks for it. An empty inventory would be filled from old events.
#[test]
fn an_empty_inventory_is_not_taken_for_the_one_that_was_moved() {
    let _turn = together();
    run(async {
        let cluster = Cluster::without("inventory", Kind::Sqlite, 60);
        cluster.has_sold(5).await;
        let aside = cluster.data(STORE).join("aside");
        move_file("inventory", &cluster.data(STORE), &aside);
        let (store, inventory) = (cluster.opens_parted().await, cluster.opens_module("inventory").await);
        let said = says_of_inventory(&store, "another database").await;
        assert!(said["trusted"] == false && said["trouble"].as_str().unwrap().contains("inventory.db"), "{said}");
        let waiting = store.guest("bob").buys(&[("cup", 18)]).await.expect_status(202);
        let checked = cluster.parted().says(&["check"]).await;
        assert!(checked.code == Some(1) && checked.out.contains("tenure: the process of inventory"), "{checked:?}");

        inventory.stops().await;
        move_file("inventory", &aside, &cluster.data("inventory"));
        let inventory = cluster.opens_module("inventory").await;
        acquainted(&[&store, &inventory]).await;
        let order = crate::harness::Order::of(&waiting);
        let ended = store.guest("bob").reads_until(&order, |read| read.text("/status") != "placed").await;
        assert_eq!(ended.text("/status"), "rejected", "18 of 15 units: {ended}");
        let level = Level { on_hand: UNITS, held: 0, committed: 5, available: UNITS - 5 };
        assert_eq!(store.admin().level("cup").await, level);
        inventory.stops().await;
        store.stops().await;
    });
}

#[test]
fn another_stores_inventory_is_not_trusted() {
    let _turn = together();
    run(async {
        let (cluster, other) =
            (Cluster::without("inventory", Kind::Sqlite, 60), Cluster::without("inventory", Kind::Sqlite, 60));
        cluster.has_sold(5).await;
        other.has_sold(1).await;
        move_file("inventory", &cluster.data(STORE), &cluster.data(STORE).join("aside"));
        move_file("inventory", &other.data(STORE), &cluster.data("inventory"));
        let (store, inventory) = (cluster.opens_parted().await, cluster.opens_module("inventory").await);
        let said = says_of_inventory(&store, "belongs to another store").await;
        assert_eq!(said["trusted"], false, "{said}");
        store.guest("bob").buys(&[("cup", 1)]).await.expect_status(202);
        // The other process does not read this store's events either: they are about orders that it does not know.
        eventually("inventory does not read another store's events", async || {
            let ready = inventory.shows("/health/ready").await.expect_status(200);
            let troubles = ready.at("/modules/0/troubles").to_string();
            (troubles.contains("the feed of order is away") && troubles.contains("another store")).then_some(())
        })
        .await;
        let healthy = cluster.parted().says(&["health", "--url", &store.url()]).await;
        assert!(healthy.out.contains("not trusted") && healthy.out.contains("another store"), "{healthy:?}");
        inventory.stops().await;
        store.stops().await;
    });
}

/// The file was copied, not moved: the store sells from its own, and the copy must not be taken for the module.
#[test]
fn two_processes_do_not_lead_one_module() {
    let _turn = together();
    run(async {
        let cluster = Cluster::without("inventory", Kind::Sqlite, 60);
        cluster.has_sold(5).await;
        copy_file("inventory", &cluster.data(STORE), &cluster.data("inventory"));
        let store = cluster.opens_store().await;
        let inventory =
            cluster.program("inventory").starts(&[], &only("inventory"), &cluster.endpoints("inventory").public);
        let refused = eventually("the copy gives way", async || {
            let ready = inventory.ask(reqwest::Method::GET, "/health/ready").bearer(ADMIN_KEY).try_send().await.ok()?;
            (ready.status == 503).then_some(ready)
        })
        .await;
        assert!(refused.text("/code") == "not-ready", "{refused}");
        assert!(refused.text("/detail").contains("inventory has two leaders"), "{refused}");
        assert!(inventory.log().contains("it leads inventory too"), "{}", inventory.log());
        // The store goes on, and says so as well: it was told where inventory could be.
        eventually("the store says so", async || {
            let ready = store.shows("/health/ready").await.expect_status(200);
            ready.words().contains("it leads inventory too").then_some(())
        })
        .await;
        store.guest("bob").has_bought(&[("cup", 1)]).await;
        store.stops().await;

        // Now the module is to be there: the store's own file goes, and the copy is the module.
        move_file("inventory", &cluster.data(STORE), &cluster.data(STORE).join("aside"));
        let store = cluster.opens_parted().await;
        acquainted(&[&store, &inventory]).await;
        eventually("the copy is the module", async || {
            (inventory.get("/health/ready").await.status == 200).then_some(())
        })
        .await;
        inventory.stops().await;
        store.stops().await;
    });
}

/// Each process made an admin key of its own: calls work, and the admin is told.
#[test]
fn two_admin_keys_are_noticed() {
    let _turn = together();
    run(async {
        let cluster = Cluster::without("inventory", Kind::Sqlite, 60);
        let mut alone = cluster.program("inventory");
        let another = format!("another-admin-key-{}-of-this-process", fresh_key());
        alone.set("BANYAN__ADMIN__KEY", another.as_str());
        let (store, inventory) = (cluster.opens_parted().await, alone.serves_with(&[], &only("inventory")).await);
        for (process, key) in [(&store, ADMIN_KEY), (&inventory, another.as_str())] {
            eventually("health says so", async || {
                let ready =
                    process.ask(reqwest::Method::GET, "/health/ready").bearer(key).send().await.expect_status(200);
                let far = ready.at("/elsewhere/0");
                let said = far["trouble"].as_str().unwrap_or_default().contains("different admin keys");
                (said && far["trusted"] == true).then_some(())
            })
            .await;
            let log = process.log();
            assert!(log.contains("different admin keys") && !log.contains("server secrets"), "{log}");
            assert!(!log.contains(&another) && !log.contains(ADMIN_KEY), "{log}");
        }
        inventory.stops().await;
        let inventory = cluster.opens_module("inventory").await;
        eventually("all is well", async || {
            store.shows("/health/ready").await.at("/elsewhere/0/trouble").is_null().then_some(())
        })
        .await;
        inventory.stops().await;
        store.stops().await;
    });
}

/// What the health of a store says of inventory once it has looked at it.
async fn finds(process: &Api) -> Value {
    eventually("the store has looked at inventory", async || {
        let ready = process.shows("/health/ready").await;
        let far = ready.at("/elsewhere").as_array().cloned().unwrap_or_default();
        far.into_iter().find(|far| far["name"] == "inventory" && far["reachable"] == true)
    })
    .await
}

/// An inventory for a store that has sold, and which is not the one that the store knows.
async fn wrong_inventory(is_empty: bool) -> Cluster {
    let cluster = Cluster::without("inventory", Kind::Sqlite, 60);
    cluster.has_sold(5).await;
    move_file("inventory", &cluster.data(STORE), &cluster.data(STORE).join("aside"));
    if !is_empty {
        let other = Cluster::without("inventory", Kind::Sqlite, 60);
        other.has_sold(1).await;
        move_file("inventory", &other.data(STORE), &cluster.data("inventory"));
    }
    cluster
}

#[test]
fn control_another_database_and_another_store_are_trusted_without_the_guard() {
    let _turn = alone();
    for (is_empty, words) in [(true, "another database"), (false, "belongs to another store")] {
        run(async {
            let cluster = wrong_inventory(is_empty).await;
            let inventory = cluster.opens_module("inventory").await;
            let (store, api) = cluster.opens_in_process(STORE).await;
            assert_eq!(says_of_inventory(&api, words).await["trusted"], false);
            store.stop().await;
            let missing = Sabotage::of("tenure::unread");
            let (store, api) = cluster.opens_in_process(STORE).await;
            let said = finds(&api).await;
            assert!(said["trusted"] == true && said["trouble"].is_null(), "the test would notice: {said}");
            drop(missing);
            store.stop().await;
            inventory.stops().await;
        });
    }
}

#[test]
fn control_two_processes_lead_one_module_without_the_guard() {
    let _turn = alone();
    run(async {
        let cluster = Cluster::without("inventory", Kind::Sqlite, 60);
        cluster.has_sold(5).await;
        copy_file("inventory", &cluster.data(STORE), &cluster.data("inventory"));
        let store = cluster.opens_store().await;
        let missing = Sabotage::of("tenure::unread");
        let (inventory, api) = cluster.opens_in_process("inventory").await;
        let others = eventually("the copy has looked at the others", async || {
            let ready = api.shows("/health/ready").await;
            let far = ready.at("/elsewhere").as_array().cloned().unwrap_or_default();
            (ready.status == 200 && far.iter().all(|far| far["reachable"] == true)).then_some(far)
        })
        .await;
        assert!(others.iter().all(|far| far["trusted"] == true), "the test would notice: {others:?}");
        drop(missing);
        let refused = eventually("the copy gives way", async || {
            let ready = api.shows("/health/ready").await;
            (ready.status == 503).then_some(ready)
        })
        .await;
        assert!(refused.text("/detail").contains("inventory has two leaders"), "{refused}");
        inventory.stop().await;
        store.stops().await;
    });
}

#[test]
fn control_two_admin_keys_go_unnoticed_without_the_guard() {
    let _turn = alone();
    run(async {
        let cluster = Cluster::without("inventory", Kind::Sqlite, 60);
        let mut alone = cluster.program("inventory");
        alone.set("BANYAN__ADMIN__KEY", format!("another-admin-key-{}-of-this-process", fresh_key()));
        let inventory = alone.serves_with(&[], &only("inventory")).await;
        let missing = Sabotage::of("tenure::unread");
        let (store, api) = cluster.opens_in_process(STORE).await;
        let said = finds(&api).await;
        assert!(said["trusted"] == true && said["trouble"].is_null(), "the test would notice: {said}");
        drop(missing);
        says_of_inventory(&api, "different admin keys").await;
        store.stop().await;
        inventory.stops().await;
    });
}

/// How far inventory has read the orders' events, and what its readers complain of.
async fn has_read(inventory: &Api) -> (i64, String) {
    let readers = inventory.shows("/api/v1/admin/events").await.expect_status(200).at("/readers");
    let of_order = readers.as_array().unwrap().iter().find(|reader| reader["source"] == "order").unwrap().clone();
    let ready = inventory.shows("/health/ready").await;
    let troubles = [ready.at("/modules/0/troubles").to_string(), ready.words()].concat();
    (of_order["position"].as_i64().unwrap(), troubles)
}

/// The events of another store are not read: the cursor stays, and health says why. Without the guard they are.
#[test]
fn control_another_stores_events_are_read_without_the_guard() {
    let _turn = alone();
    run(async {
        let cluster = wrong_inventory(false).await;
        let store = cluster.opens_parted().await;
        store.guest("bob").buys(&[("cup", 1)]).await.expect_status(202);
        let (inventory, api) = cluster.opens_in_process("inventory").await;
        let before = eventually("it says why it does not read", async || {
            let (position, troubles) = has_read(&api).await;
            troubles.contains("the feed of order is away").then_some(position)
        })
        .await;
        let missing = Sabotage::of("feed::untrusted");
        eventually("it reads another store's events: the test would notice", async || {
            let (position, troubles) = has_read(&api).await;
            (position != before || !troubles.contains("the feed of order is away")).then_some(())
        })
        .await;
        drop(missing);
        inventory.stop().await;
        store.stops().await;
    });
}
