//! I3: an order that was acknowledged is there, whatever happens to the process.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use futures_util::future::join_all;
use serde_json::Value;

use crate::harness::{
    Answer, Api, Kind, Order, Place, Process, Program, Random, aloud, eventually, fresh_name, run, times, together,
    variable,
};

/// Clients that buy while the store is killed.
const CLIENTS: u64 = 8;

/// Kills on each database, unless `BANYAN_KILLS` says otherwise.
const KILLS: u64 = 3;

/// What a client has sent, by its key, and what it was told.
type Sent = BTreeMap<String, (Value, Option<Answer>)>;

#[test]
fn acknowledged_orders_survive_sqlite() {
    survive(Kind::Sqlite);
}

#[test]
fn acknowledged_orders_survive_postgres() {
    survive(Kind::Postgres);
}

fn survive(kind: Kind) {
    if !kind.is_available() {
        return;
    }
    let _turn = together();
    let kills = variable("BANYAN_KILLS").and_then(|kills| kills.parse().ok()).unwrap_or(KILLS * u64::from(times()));
    let seed = Random::seed();
    run(async {
        let place = Place::new(kind);
        let program = Program::at(&place);
        let mut random = Random::new(seed);
        let first = program.serves().await;
        first.admin().stocks_all(&[("cup", 1_000_000, 255), ("rare", 40, 900)]).await;
        first.stops().await;
        let (mut orders, mut in_doubt) = (0, 0);
        for _ in 0..kills {
            let sent = buy_until_killed(&program, &mut random).await;
            let store = program.serves().await;
            in_doubt += sent.values().filter(|(_, answer)| answer.is_none()).count();
            orders += every_key_has_one_order(&store, sent).await;
            store.stops().await;
        }
        let checked = program.says(&["check"]).await;
        assert_eq!(checked.code, Some(0), "BANYAN_SEED={seed}: {checked:?}");
        assert!(orders > 0, "no order was placed");
        aloud(&format!("{kind:?}: {kills} kills, {orders} orders, {in_doubt} of them in doubt (BANYAN_SEED={seed})"));
        place.clear().await;
    });
}

/// Lets clients buy from a store that dies at a random moment.
async fn buy_until_killed(program: &Program, random: &mut Random) -> Sent {
    let store = program.serves().await;
    let api = (*store).clone();
    let dead = Arc::new(AtomicBool::new(false));
    let sent = Arc::new(Mutex::new(Sent::new()));
    let clients = (0..CLIENTS).map(|client| {
        let random = Random::new(random.below(u64::MAX).wrapping_add(client));
        buys(api.clone(), random, Arc::clone(&dead), Arc::clone(&sent))
    });
    let clients: Vec<_> = clients.collect();
    let moment = Duration::from_millis(200 + random.below(1_500));
    let kill = async {
        tokio::time::sleep(moment).await;
        store.kill();
        dead.store(true, Relaxed);
    };
    tokio::join!(join_all(clients), kill);
    Arc::into_inner(sent).unwrap().into_inner().unwrap()
}

async fn buys(api: Api, mut random: Random, dead: Arc<AtomicBool>, sent: Arc<Mutex<Sent>>) {
    while !dead.load(Relaxed) {
        let (key, token) = (fresh_name(), *random.pick(&["tok_approve", "tok_approve", "tok_approve", "tok_decline"]));
        let sku = *random.pick(&["cup", "cup", "cup", "rare"]);
        let body = api.guest(&key).wants(&[(sku, 1), ("cup", 2)], token);
        sent.lock().unwrap().insert(key.clone(), (body.clone(), None));
        let asked = api.ask(reqwest::Method::POST, "/api/v1/orders").key(&key).json(&body).try_send().await;
        let Ok(answer) = asked else { continue };
        sent.lock().unwrap().insert(key, (body, Some(answer)));
    }
}

/// A client that was answered finds the order; one that was not repeats the request and gets exactly one. All orders end.
async fn every_key_has_one_order(store: &Process, sent: Sent) -> usize {
    let mut orders = 0;
    for (key, (body, told)) in sent {
        let guest = store.guest(&key);
        let repeated = eventually("the repeat is answered", async || {
            let answer = guest.orders(&key, &body).await;
            (answer.status != 409 || answer.text("/code") != "idempotency-key-in-flight").then_some(answer)
        })
        .await;
        if let Some(told) = told {
            assert_eq!((told.status, &told.body), (repeated.status, &repeated.body), "{told} and then {repeated}");
        }
        assert!(matches!(repeated.status, 201 | 202 | 402 | 409), "{repeated}");
        if repeated.status < 300 {
            let ended = guest.reads_until(&Order::of(&repeated), |read| read.text("/status") != "placed").await;
            assert!(matches!(ended.text("/status").as_str(), "confirmed" | "rejected"), "{ended}");
        }
        let found = store.admin().get(&format!("/orders?email={}", guest.email())).await.expect_status(200);
        assert_eq!(found.items().len(), 1, "one key, one order: {found}");
        orders += 1;
    }
    orders
}
