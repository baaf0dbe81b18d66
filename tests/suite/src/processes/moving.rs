//! A module moves to another process and back during purchases, without a failed request.
//!
//! Both processes stand on one Postgres. Orders go to the store all the time; each is answered 201, every unit and
//! every penny is where it should be, and the same key still gets the same answer.

use std::{collections::HashSet, time::Duration};

use futures_util::future::join_all;
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::harness::{
    Answer, Api, Cluster, Endpoints, Guest, Kind, Order, Process, Program, Sale, acquainted, aloud, eventually,
    longest, run, together, while_people_buy,
};

/// Buyers during the move.
const CLIENTS: usize = 8;

/// Units of the one thing that is for sale. More than can be bought in time.
const UNITS: i64 = 1_000_000;
const PENCE: i64 = 255;

/// Between two moves.
const REST: Duration = Duration::from_millis(350);

#[test]
fn inventory_moves() {
    moves("inventory", 5);
}

#[test]
fn order_moves() {
    moves("order", 5);
}

#[test]
fn catalog_moves() {
    moves("catalog", 2);
}

#[test]
fn payment_moves() {
    moves("payment", 2);
}

fn moves(module: &'static str, rounds: usize) {
    if !Kind::Postgres.is_available() {
        return;
    }
    let _turn = together();
    run(async {
        let cluster = Cluster::patient(Kind::Postgres, &[module]);
        let (store, far) = (cluster.opens_store().await, cluster.opens_module(module).await);
        acquainted(&[&store, &far]).await;
        store.admin().stocks("cup", UNITS, PENCE).await;
        let (program, ada) = (cluster.store(), store.guest("ada"));
        let event = async { tokio::join!(to_and_fro(&program, &store, module, rounds), pending_orders(&ada)) };
        let ((moves, pending), sales) = while_people_buy((&[&store], CLIENTS), "cup", event).await;
        say(module, &moves, &sales);
        all_were_served(&sales);
        for order in &pending {
            ada.reads_until(order, |read| read.text("/status") == "confirmed").await;
        }
        repeats_get_the_same(&store, &sales).await;
        let sold = i64::try_from(sales.len() + pending.len()).unwrap();
        everything_is_counted(&cluster, &store, sold).await;
        who_and_when(&cluster, &store, module, rounds).await;
        survives_a_restart(&cluster, store, module).await;
        far.stops().await;
        cluster.is_sound().await;
        cluster.place.clear().await;
    });
}

/// When a move began and ended.
type Move = (Instant, Instant);

/// By the command line and by the admin operation in turn.
async fn to_and_fro(program: &Program, store: &Process, module: &str, rounds: usize) -> Vec<Move> {
    let mut moves = Vec::new();
    for turn in 0..2 * rounds {
        sleep(REST).await;
        let to = if turn % 2 == 0 { "remote" } else { "local" };
        let began = Instant::now();
        if turn % 4 < 2 {
            by_command(program, store, module, to).await;
        } else {
            by_operation(store, module, to).await;
        }
        moves.push((began, Instant::now()));
        assert_eq!(placement(store, module).await, to);
    }
    sleep(REST).await;
    moves
}

async fn by_command(program: &Program, store: &Process, module: &str, to: &str) {
    let said = program.says(&["place", module, to, "--url", &store.url()]).await;
    assert_eq!((said.code, said.out.as_str()), (Some(0), format!("{module} is {to} now\n").as_str()), "{said:?}");
}

async fn by_operation(store: &Process, module: &str, to: &str) {
    let body = json!({ "placement": to });
    let moved = store.admin().post(&format!("/admin/modules/{module}/placement"), &body).await.expect_status(200);
    assert_eq!((moved.text("/name"), moved.text("/placement")), (module.to_owned(), to.to_owned()), "{moved}");
}

async fn placement(store: &Api, module: &str) -> String {
    let view = store.admin().get("/admin/modules").await.expect_status(200);
    let modules = view.at("/modules").as_array().cloned().unwrap_or_default();
    let found = modules.iter().find(|known| known["name"] == module).expect("the module is shown");
    found["placement"].as_str().unwrap().to_owned()
}

/// Orders whose payments are decided a second later, when the module has moved on: whichever side reads the event then
/// ends them.
async fn pending_orders(ada: &Guest) -> Vec<Order> {
    let buys = (0..4).map(|_| ada.buys_with("tok_pending_then_approve", &[("cup", 2)]));
    let order = |taken: &Answer| {
        assert!(matches!(taken.status, 201 | 202), "{taken}");
        Order::of(taken)
    };
    join_all(buys).await.iter().map(order).collect()
}

fn say(module: &str, moves: &[Move], sales: &[Sale]) {
    let all = longest(sales.iter().map(Sale::took));
    let during = sales.iter().filter(|sale| moves.iter().any(|during| sale.waited_in(*during)));
    let during = longest(during.map(Sale::took));
    let slowest = longest(moves.iter().map(|(began, ended)| *ended - *began));
    let (count, sold) = (moves.len(), sales.len());
    aloud(&format!(
        "{module} moved {count} times under {sold} orders of {CLIENTS} clients: longest answer during a move {during} ms, \
         of all {all} ms, longest move {slowest} ms"
    ));
}

/// No request failed: every answer was a 201.
fn all_were_served(sales: &[Sale]) {
    let failed: Vec<String> = sales.iter().filter_map(failure).collect();
    assert_eq!(failed, Vec::<String>::new());
    assert!(sales.len() > 20, "hardly anybody bought: {}", sales.len());
}

fn failure(sale: &Sale) -> Option<String> {
    match &sale.answer {
        Ok(answer) if answer.status == 201 && answer.text("/status") == "confirmed" => None,
        Ok(answer) => Some(answer.to_string()),
        Err(error) => Some(error.clone()),
    }
}

/// Whichever side took the order, and whichever is asked now.
async fn repeats_get_the_same(store: &Process, sales: &[Sale]) {
    for sale in sales.iter().step_by(sales.len() / 20 + 1) {
        let again = store.guest(&sale.key).orders(&sale.key, &sale.body).await;
        let first = sale.answer.as_ref().unwrap();
        assert_eq!((again.status, &again.body), (first.status, &first.body), "{first} and then {again}");
    }
}

async fn everything_is_counted(cluster: &Cluster, store: &Process, sold: i64) {
    let level = eventually("every unit that was sold is set aside", async || {
        let level = store.admin().level("cup").await;
        (level.held == 0 && level.committed == 2 * sold).then_some(level)
    })
    .await;
    assert_eq!((level.on_hand, level.available), (UNITS, UNITS - 2 * sold));
    let confirmed = "SELECT COUNT(*) FROM orders WHERE status = 'confirmed'";
    let keys = "SELECT COUNT(DISTINCT key) FROM orders WHERE answer_status IN (201, 202)";
    assert_eq!((cluster.figure("order", confirmed).await, cluster.figure("order", keys).await), (sold, sold));
    assert_eq!(cluster.figure("order", "SELECT COUNT(*) FROM orders").await, sold, "nothing is doubled");
    assert_eq!(
        cluster.figure("order", "SELECT COUNT(*) FROM orders WHERE due_at IS NOT NULL").await,
        0,
        "every saga has ended"
    );
    let theirs = "SELECT CAST(SUM(amount) AS bigint) FROM simulated_ledger WHERE operation = 'capture'";
    for sql in [theirs, "SELECT CAST(SUM(captured) AS bigint) FROM payment"] {
        assert_eq!(cluster.figure("payment", sql).await, 2 * sold * PENCE, "{sql}");
    }
    cluster.is_sound().await;
}

/// The log of decisions stands with the module's data.
async fn who_and_when(cluster: &Cluster, store: &Process, module: &str, rounds: usize) {
    let by = "SELECT COUNT(*) FROM placement_change WHERE changed_by = 'admin' \
              AND changed_at BETWEEN now() - interval '5 minutes' AND now()";
    assert_eq!(cluster.figure(module, by).await, i64::try_from(2 * rounds).unwrap());
    let view = store.admin().get("/admin/modules").await.expect_status(200);
    let shown = view.at("/modules").as_array().unwrap().iter().find(|known| known["name"] == module).cloned().unwrap();
    assert_eq!((&shown["moved"]["by"], &shown["moved"]["placement"]), (&"admin".into(), &"local".into()), "{shown}");
    assert!(shown["moved"]["at"].is_string(), "{shown}");
    let turns = "SELECT COUNT(DISTINCT placement) FROM placement_change";
    assert_eq!(cluster.figure(module, turns).await, 2);
}

async fn survives_a_restart(cluster: &Cluster, store: Process, module: &'static str) {
    by_command(&cluster.store(), &store, module, "remote").await;
    store.stops().await;
    let store = cluster.opens_store().await;
    assert_eq!(placement(&store, module).await, "remote", "the decision outlives the process");
    acquainted(&[&store]).await;
    store.guest("bob").has_bought(&[("cup", 1)]).await;
    by_operation(&store, module, "local").await;
    store.guest("bob").has_bought(&[("cup", 1)]).await;
    store.stops().await;
}

/// How soon another copy of the store goes the new way.
const FOLLOWS: Duration = Duration::from_millis(1_500);

#[test]
fn a_second_copy_follows() {
    if !Kind::Postgres.is_available() {
        return;
    }
    let _turn = together();
    run(async {
        let cluster = Cluster::patient(Kind::Postgres, &["inventory"]);
        let (store, far) = (cluster.opens_store().await, cluster.opens_module("inventory").await);
        let endpoints = Endpoints::free();
        let second = cluster.program_at("second", &endpoints).serves().await;
        acquainted(&[&store, &second, &far]).await;
        store.admin().stocks("cup", UNITS, PENCE).await;
        let event = async {
            let mut followed = HashSet::new();
            for (first, other, to) in [(&store, &second, "remote"), (&second, &store, "local")] {
                sleep(REST).await;
                by_operation(first, "inventory", to).await;
                let moved = Instant::now();
                eventually("the other copy follows", async || {
                    (placement(other, "inventory").await == to).then_some(())
                })
                .await;
                followed.insert(moved.elapsed());
            }
            followed
        };
        let (followed, sales) = while_people_buy((&[&store, &second], CLIENTS), "cup", event).await;
        let slowest = longest(followed.into_iter());
        aloud(&format!("a second copy followed within {slowest} ms, under {} orders", sales.len()));
        assert!(slowest <= FOLLOWS.as_millis(), "{slowest} ms");
        all_were_served(&sales);
        everything_is_counted(&cluster, &second, i64::try_from(sales.len()).unwrap()).await;
        for process in [store, second, far] {
            process.stops().await;
        }
        cluster.place.clear().await;
    });
}
