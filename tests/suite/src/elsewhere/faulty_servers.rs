//! Far sides that are not what they should be: the store starts, says what is wrong, stays small and quick, loses
//! nothing, and works as soon as a good far side is there.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use serde_json::Value;

use crate::harness::{
    Act, Answer, Cluster, FaultyServer, Foreign, Kind, Order, Process, aloud, eventually, run, together,
};

/// A far side, and what the log must say of it.
type Case = (&'static str, FarSide, &'static str);

#[derive(Debug, Clone, Copy)]
enum FarSide {
    Nobody,
    /// It misbehaves from its first word.
    Rude(Act),
    /// It shows the right contract and misbehaves when it is called.
    Polite(Act),
    /// The service written elsewhere, changed; and perhaps its key.
    Script(&'static [&'static str], Option<&'static str>),
}

const FLOOD: Act = Act::FiftyMegabytes { announced: false };
const ANNOUNCED: Act = Act::FiftyMegabytes { announced: true };

const CASES: [Case; 15] = [
    ("nobody", FarSide::Nobody, "nothing answers at"),
    ("HTML", FarSide::Rude(Act::Html), "answered 200 with text/html, so it is no port server"),
    ("50 MB", FarSide::Rude(FLOOD), "sent more than 65536 bytes, so it is no port server"),
    ("one byte a second", FarSide::Rude(Act::Drip), "did not answer within 3000 ms"),
    ("closes at once", FarSide::Rude(Act::Cut), "broke off its answer"),
    ("silence", FarSide::Rude(Act::Hang), "did not answer within 3000 ms"),
    ("expired token", FarSide::Rude(Act::Expired), "the service token expired 600 seconds ago: compare the clocks"),
    ("HTML when called", FarSide::Polite(Act::Html), "answered, but not with JSON"),
    ("50 MB when called", FarSide::Polite(FLOOD), "an answer is larger than answer_limit_bytes"),
    ("50 MB, announced, when called", FarSide::Polite(ANNOUNCED), "an answer is larger than answer_limit_bytes"),
    ("one byte a second when called", FarSide::Polite(Act::Drip), "the circuit breaker opened"),
    ("closes at once when called", FarSide::Polite(Act::Cut), "the circuit breaker opened"),
    ("expired token when called", FarSide::Polite(Act::Expired), "the far side refuses our service token"),
    (
        "another key",
        FarSide::Script(&["inventory.py"], Some("a service key that is not the one of the other side")),
        "was not signed with a key that is known",
    ),
    (
        "another contract",
        FarSide::Script(&["broken.py", "another-contract"], None),
        "serves another contract of `stock` v1",
    ),
];

/// What a store may have that takes 57 MiB when nothing happens: a few answers at their limit of 8 MiB, while they grow
/// and until the allocator gives them back.
const MEMORY: u64 = 224 * 1024 * 1024;
/// How long answers may take.
const BROWSING: Duration = Duration::from_secs(1);
const ORDERING: Duration = Duration::from_secs(5);

#[test]
fn a_store_lives_with_each_of_them() {
    let _turn = together();
    run(async {
        let lived: Vec<String> = stream::iter(CASES).map(lives_with).buffer_unordered(4).collect().await;
        for line in lived {
            aloud(&line);
        }
    });
}

/// What is there instead of inventory. It goes when this is dropped.
enum Running {
    Nobody,
    Faulty(FaultyServer),
    Script(#[expect(dead_code, reason = "it is kept running")] Foreign),
}

async fn starts(far: FarSide, cluster: &Cluster) -> Running {
    let (folder, endpoints) = (cluster.place.folder.path(), cluster.endpoints("inventory"));
    match far {
        FarSide::Nobody => Running::Nobody,
        FarSide::Rude(act) => Running::Faulty(FaultyServer::listens(endpoints, act, false).await),
        FarSide::Polite(act) => Running::Faulty(FaultyServer::listens(endpoints, act, true).await),
        FarSide::Script(words, key) => Running::Script(Foreign::with_key(folder, endpoints, words, key).await),
    }
}

async fn lives_with((name, far, words): Case) -> String {
    let cluster = Cluster::without("inventory", Kind::Sqlite, 60);
    let running = starts(far, &cluster).await;
    let store = cluster.opens_parted().await;
    store.admin().imports("sku,title,price,currency,stock\ncup,cup,1.00,GBP,5\n").await.expect_status(200);

    let (ordered, waited) = timed(async { store.guest("ada").buys(&[("cup", 2)]).await }).await;
    assert!(waited < ORDERING, "{name}: {waited:?} {ordered}");
    match ordered.status {
        503 => assert!(ordered.header("retry-after").is_some(), "{name}: {ordered}"),
        202 => assert_eq!(ordered.text("/status"), "placed", "{name}"),
        _ => panic!("{name}: {ordered}"),
    }
    browses(name, &store).await;
    is_said(name, &store, words).await;
    if let Running::Faulty(server) = &running {
        assert_eq!(
            server.was_called(),
            matches!(far, FarSide::Polite(_)),
            "{name}: who shows no contract is not called"
        );
    }
    browses(name, &store).await;
    let peak = store.peak_memory();
    assert!(peak < MEMORY, "{name}: {} MiB", peak >> 20);

    drop(running);
    let foreign = Foreign::serves(&cluster, &["inventory.py"]).await;
    nothing_is_lost(name, &store, &ordered).await;
    drop(foreign);
    store.stops().await;
    format!("a far side of {name}: {} after {} ms, {} MiB at most", ordered.status, waited.as_millis(), peak >> 20)
}

/// Browsing continues with every far side.
async fn browses(name: &str, store: &Process) {
    for path in ["/api/v1/products", "/api/v1/products/cup?include=availability", "/api/v1/products/cup"] {
        let (shown, waited) = timed(async { store.get(path).await }).await;
        assert!(shown.status == 200 && waited < BROWSING, "{name}: {path} took {waited:?}: {shown}");
        if path.contains("availability") {
            assert_eq!(shown.at("/variants/0/available"), Value::Null, "{name}: {shown}");
        }
    }
}

/// In the log, in the admin's view, and in health, which reports that no events arrive.
async fn is_said(name: &str, store: &Process, words: &str) {
    eventually(&format!("{name}: the log says `{words}`"), async || store.log().contains(words).then_some(())).await;
    let modules = store.admin().get("/admin/modules").await.expect_status(200).at("/modules");
    let inventory = modules.as_array().unwrap().iter().find(|module| module["name"] == "inventory").unwrap().clone();
    let is_polite = name.ends_with("when called");
    assert_eq!(inventory["trusted"], is_polite, "{name}: {inventory}");
    // A far side with another contract may still serve correct events.
    if name != "another contract" {
        eventually(&format!("{name}: no events of inventory arrive, and that is reported"), async || {
            let ready = store.shows("/health/ready").await.expect_status(200);
            ready.at("/modules").to_string().contains("the feed of inventory").then_some(())
        })
        .await;
    }
}

/// What was promised is kept as soon as inventory is there; and what was not promised was not done.
async fn nothing_is_lost(name: &str, store: &Process, ordered: &Answer) {
    let ada = store.guest("ada");
    let mut kept = 5;
    if ordered.status == 202 {
        let has_ended = |read: &Answer| match read.text("/status").as_str() {
            "placed" => false,
            "confirmed" => read.at("/payment/status") == "captured",
            _ => true,
        };
        let order = Order::of(ordered);
        let ends = async || Some(ada.reads(&order).await).filter(has_ended);
        let ended = eventually(&format!("{name}: the order comes to an end"), ends).await;
        assert!(matches!(ended.text("/status").as_str(), "confirmed" | "rejected"), "{name}: {ended}");
        let captured = if ended.text("/status") == "confirmed" { 200 } else { 0 };
        kept -= captured / 100;
        assert_eq!(ended.at("/payment/captured").as_i64().unwrap_or_default(), captured, "{name}: {ended}");
    }
    let stocked = async || {
        let level = store.admin().get("/admin/stock/cup").await;
        (level.status == 200 && level.number("/available") == kept).then_some(())
    };
    eventually(&format!("{name}: {kept} are left"), stocked).await;
    let bought = async || {
        let bought = store.guest("bob").buys(&[("cup", 1)]).await;
        (bought.status == 201).then_some(())
    };
    eventually(&format!("{name}: the store sells again"), bought).await;
}

async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let began = tokio::time::Instant::now();
    let done = work.await;
    (done, began.elapsed())
}
