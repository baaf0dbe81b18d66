//! A store whose inventory is a service that was written elsewhere. Clients see no difference.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt as _, stream};
use inventory_contract::{Demand, Hold, RemoteStock, Stock as _};
use kernel::{CallContext, Seams, Sku};
use kernel_remote::{HttpTransport, RemoteClient, RemoteConfig, ServiceKeys, TokenSource};
use serde_json::json;

use super::is_sound;
use crate::harness::{
    Cluster, Endpoints, Foreign, Kind, Level, Order, Process, SERVICE_KEY, eventually, run, together,
};

/// Catalog, order and payment in the real binary, and inventory in Python.
async fn told(kind: Kind, tale: &impl AsyncFn(&Process, &Endpoints)) {
    let cluster = Cluster::without("inventory", kind, 30);
    let store = cluster.opens_parted().await;
    let foreign = Foreign::serves(&cluster, &["inventory.py"]).await;
    is_trusted(&store).await;
    tale(&store, cluster.endpoints("inventory")).await;
    assert_eq!(foreign.log().lines().count(), 1, "{}", foreign.log());
    is_sound(&cluster.parted(), &["check"]).await;
    store.stops().await;
    cluster.place.clear().await;
}

async fn is_trusted(store: &Process) {
    eventually("the far side is trusted", async || {
        let modules = store.admin().get("/admin/modules").await.expect_status(200);
        let modules = modules.at("/modules");
        let inventory = modules.as_array().unwrap().iter().find(|module| module["name"] == "inventory").unwrap();
        (inventory["trusted"] == true).then_some(())
    })
    .await;
}

#[expect(clippy::needless_pass_by_value, reason = "a story is told once")]
fn on_every_database(tale: impl AsyncFn(&Process, &Endpoints)) {
    let _turn = together();
    for kind in Kind::available() {
        run(told(kind, &tale));
    }
}

#[test]
fn a_customer_and_a_shopkeeper_cannot_tell() {
    on_every_database(async |store, _| {
        let (admin, ada) = (store.admin(), store.guest("ada"));
        admin.stocks("cup", 5, 255).await;
        let order = ada.has_bought(&[("cup", 3)]).await;
        let short = ada.buys(&[("cup", 3)]).await.expect_problem(409, "out-of-stock");
        assert_eq!(short.at("/lines"), json!([{"sku": "cup", "requested": 3, "available": 2}]));
        assert_eq!(store.get("/api/v1/stock/cup").await.json(), json!({"sku": "cup", "available": 2}));
        let product = store.get("/api/v1/products/cup?include=availability").await.expect_status(200);
        assert_eq!(product.at("/variants/0/available"), json!(2));

        ada.cancels(&order).await.expect_status(200);
        comes_to(store, "cup", Level { on_hand: 5, held: 0, committed: 0, available: 5 }).await;
        let kept = ada.has_bought(&[("cup", 2), ("cup", 1)]).await;
        comes_to(store, "cup", Level { on_hand: 5, held: 0, committed: 3, available: 2 }).await;
        admin.fulfils(&kept, &[("cup", 3)]).await.expect_status(201);
        comes_to(store, "cup", Level { on_hand: 2, held: 0, committed: 0, available: 2 }).await;
        let back = ada.returns(&kept, &[("cup", 1)], true).await.expect_status(201);
        admin.receives(&back, true).await.expect_status(200);
        comes_to(store, "cup", Level { on_hand: 3, held: 0, committed: 0, available: 3 }).await;

        let holds = admin.get(&format!("/admin/holds?order={}", kept.id)).await.expect_status(200);
        assert_eq!(
            (holds.each("status"), holds.number("/items/0/lines/0/outstanding")),
            (vec!["committed".to_owned()], 0)
        );
        let ledger = admin.get("/admin/stock/cup/ledger?limit=3").await.expect_status(200);
        assert_eq!(ledger.each("kind"), ["return", "fulfil", "commit"], "the newest first");
    });
}

#[test]
fn stock_is_kept_through_the_facade() {
    on_every_database(async |store, _| {
        let admin = store.admin();
        admin.stocks_all(&[("cup", 7, 100), ("pot", 1, 900)]).await;
        admin.adjusts("cup", &json!({"delta": -3, "reason": "damaged"})).await.expect_status(200);
        admin.adjusts("cup", &json!({"set_on_hand": 50, "reason": "count"})).await.expect_status(200);
        assert_eq!(admin.level("cup").await.available, 50);
        admin.adjusts("cup", &json!({"delta": -51, "reason": "count"})).await.expect_problem(409, "stock-claimed");
        admin
            .adjusts("cup", &json!({"delta": 1, "reason": "x", "more": 1}))
            .await
            .expect_invalid("/more", "unknown-field");
        admin.adjusts("hat", &json!({"delta": 1, "reason": "count"})).await.expect_problem(404, "unknown-sku");
        store.get("/api/v1/stock/hat").await.expect_problem(404, "unknown-sku");
        store.get("/api/v1/admin/stock").await.expect_problem(401, "unauthenticated");
        assert_eq!(admin.get("/admin/stock?below=2").await.each("sku"), ["pot"]);
        let first = admin.get("/admin/stock?limit=1").await.expect_status(200);
        let next = first.text("/next_cursor");
        assert_eq!(admin.get(&format!("/admin/stock?limit=1&cursor={next}")).await.each("sku"), ["pot"]);
        let news = admin.get("/admin/modules").await.expect_status(200);
        assert!(news.words().contains("\"inventory\""), "{news}");
    });
}

#[test]
fn nothing_is_oversold() {
    on_every_database(async |store, _| {
        assert_eq!(sold(store).await, 10);
        comes_to(store, "last", Level { on_hand: 10, held: 0, committed: 10, available: 0 }).await;
    });
}

#[test]
fn control_a_service_that_oversells() {
    let _turn = together();
    run(async {
        let cluster = Cluster::without("inventory", Kind::Sqlite, 30);
        let store = cluster.opens_parted().await;
        let _foreign = Foreign::serves(&cluster, &["broken.py", "oversells"]).await;
        is_trusted(&store).await;
        let sold = sold(&store).await;
        assert!(sold > 10, "only {sold} were sold");
    });
}

/// How many get theirs of fifty who want one each of ten, at once. The others are told that it is sold out.
async fn sold(store: &Process) -> usize {
    store.admin().stocks("last", 10, 100).await;
    let buy = async |buyer: usize| {
        let guest = store.guest(&format!("buyer{buyer}"));
        let answer = guest.buys(&[("last", 1)]).await;
        match answer.status {
            201 => true,
            202 => {
                let ended = guest.reads_until(&Order::of(&answer), |read| read.text("/status") != "placed").await;
                ended.text("/status") == "confirmed"
            }
            _ => {
                answer.expect_problem(409, "out-of-stock");
                false
            }
        }
    };
    let bought: Vec<bool> = stream::iter((0..50).map(buy)).buffer_unordered(50).collect().await;
    bought.into_iter().filter(|bought| *bought).count()
}

/// A hold whose order was never continued.
#[test]
fn a_hold_that_lapsed_is_given_back() {
    on_every_database(async |store, there| {
        store.admin().stocks("cup", 5, 100).await;
        let seams = Seams::system();
        let keys = ServiceKeys::new(SERVICE_KEY.into(), None).unwrap();
        let tokens = TokenSource::new(&keys, "suite", Arc::clone(&seams.clock));
        let config = RemoteConfig::default();
        let client = RemoteClient::new("inventory", &format!("http://{}", there.ports), tokens, &config).unwrap();
        let stock = RemoteStock::new(Arc::new(HttpTransport::new(client, config).unwrap()));
        let lines = vec![Demand { sku: Sku::parse("cup").unwrap(), quantity: 2 }];
        let until = seams.now() + Duration::from_secs(1);
        let hold = Hold { order: seams.id(), lines, until, unpaid: false };
        stock.hold(&CallContext::system("order"), hold).await.unwrap();
        comes_to(store, "cup", Level { on_hand: 5, held: 2, committed: 0, available: 3 }).await;
        comes_to(store, "cup", Level { on_hand: 5, held: 0, committed: 0, available: 5 }).await;
        assert_eq!(store.admin().get("/admin/holds").await.each("status"), ["expired"]);
    });
}

async fn comes_to(store: &Process, sku: &str, expected: Level) {
    let what = format!("{sku} comes to {expected:?}");
    eventually(&what, async || (store.admin().level(sku).await == expected).then_some(())).await;
}
