//! Three whole stores on one Postgres, and one of them is killed: nothing is lost, and what it had is taken over.

use std::{
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

use chrono::TimeDelta;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::harness::{
    Answer, Api, Cluster, Endpoints, Hands, Kind, Order, Process, aloud, eventually, fresh_name, longest, run, together,
};

const COPIES: usize = 3;
const CLIENTS: usize = 9;

/// The copy that is killed.
const DOOMED: usize = 0;

/// When it is killed, and for how long people buy on.
const ALIVE: Duration = Duration::from_secs(2);
const AFTERWARDS: Duration = Duration::from_secs(4);

/// When an order is placed that is under way at the kill for sure: its provider is waited for, in vain, for a second.
const SLOW_AT: Duration = Duration::from_millis(1_500);

/// Nothing is delayed by more.
const LONGEST_DELAY: Duration = Duration::from_secs(10);

/// An order, from where it was sent to where its end was to be seen.
#[derive(Debug)]
struct Sale {
    /// The copy that was asked first, and whether it broke off.
    copy: usize,
    cut: bool,
    began: Instant,
    /// When its buyer knew that it stands, and when its timeline said so: that is written by a reaction.
    confirmed: Instant,
    told: Instant,
}

/// The copies as buyers see them.
struct Chain {
    apis: Vec<Api>,
    over: AtomicBool,
}

#[test]
fn a_killed_copy_is_taken_over() {
    if !Kind::Postgres.is_available() {
        return;
    }
    let _turn = together();
    run(async {
        let cluster = Cluster::new(Kind::Postgres, &[]);
        let (hands, clocks) = Hands::in_folder(cluster.place.folder.path());
        let mut copies = Vec::new();
        for name in ["first", "second", "third"] {
            let mut program = cluster.program_at(name, &Endpoints::free());
            program.set("BANYAN__MODULES__ORDER__CART_SWEEP_SECONDS", "1");
            program.set("BANYAN__MODULES__PAYMENT__SIMULATED__PENDING_MS", "3600000");
            for (name, file) in &clocks {
                program.set(name, file.clone());
            }
            copies.push(program.serves().await);
        }
        copies[DOOMED].admin().stocks("cup", 1_000_000, 255).await;
        let waiting = copies[DOOMED].guest("ada").buys_with("tok_pending_then_approve", &[("cup", 1)]).await;
        let waiting = Order::of(&waiting.expect_status(202));
        let cart = json!({ "currency": "GBP" });
        copies[DOOMED].ask(Method::POST, "/api/v1/carts").json(&cart).send().await.expect_status(201);
        let chain = Chain { apis: copies.iter().map(|copy| (**copy).clone()).collect(), over: AtomicBool::new(false) };
        let event = async {
            sleep(ALIVE).await;
            copies.remove(DOOMED).kill();
            let killed = Instant::now();
            sleep(AFTERWARDS).await;
            chain.over.store(true, Relaxed);
            killed
        };
        // One of the killed copy's orders waits for its provider at that moment: its saga is in that memory alone.
        let slow = async {
            sleep(SLOW_AT).await;
            vec![chain.sells(DOOMED, "tok_timeout_then_approve").await]
        };
        let buyers = join_all((0..CLIENTS).map(|client| chain.buys(client % COPIES)));
        let (killed, sales, slow) = tokio::join!(event, buyers, slow);
        let sales: Vec<Sale> = sales.into_iter().flatten().chain(slow).collect();
        delays(&sales, killed);
        everything_is_there(&cluster, &copies[0], i64::try_from(sales.len()).unwrap()).await;
        time_passes(&cluster, &copies[0], (&hands, &waiting)).await;
        for copy in copies {
            copy.stops().await;
        }
        cluster.is_sound().await;
        cluster.place.clear().await;
    });
}

impl Chain {
    async fn buys(&self, copy: usize) -> Vec<Sale> {
        let mut sales = Vec::new();
        while !self.over.load(Relaxed) {
            sales.push(self.sells(copy, "tok_approve").await);
            sleep(Duration::from_millis(25)).await;
        }
        sales
    }

    /// Buys one thing, at another copy when this one breaks off, and looks until the order's story is told.
    async fn sells(&self, copy: usize, token: &str) -> Sale {
        let key = fresh_name();
        let body = self.apis[copy].guest(&key).wants(&[("cup", 1)], token);
        let (began, mut at, mut cut) = (Instant::now(), copy, false);
        let answer = loop {
            match self.apis[at].ask(Method::POST, "/api/v1/orders").key(&key).json(&body).try_send().await {
                Ok(answer) if is_answered(&answer) => break answer,
                Ok(_) => sleep(Duration::from_millis(50)).await,
                Err(_) => {
                    cut |= at == copy;
                    at = (at + 1) % COPIES;
                }
            }
        };
        let order = Order::of(&answer);
        let confirmed = self.sees(&mut at, &order, "", |read| read["status"] == "confirmed").await;
        let what = |story: &Value| story.to_string().contains("\"confirmed\"");
        let told = self.sees(&mut at, &order, "/timeline", what).await;
        Sale { copy, cut, began, confirmed, told }
    }

    /// When `order` is first seen to be as it should.
    async fn sees(&self, at: &mut usize, order: &Order, below: &str, is_so: impl Fn(&Value) -> bool) -> Instant {
        let path = format!("{}{below}", order.path());
        let until = Instant::now() + 3 * LONGEST_DELAY;
        loop {
            match self.apis[*at].ask(Method::GET, &path).order_token(&order.token).try_send().await {
                Ok(answer) if answer.status == 200 && is_so(&answer.json()) => return Instant::now(),
                Ok(answer) => assert!(Instant::now() < until, "{answer}"),
                Err(_) => *at = (*at + 1) % COPIES,
            }
            sleep(Duration::from_millis(10)).await;
        }
    }
}

/// One that is being worked on is asked for again.
fn is_answered(answer: &Answer) -> bool {
    if answer.status == 409 {
        assert_eq!(answer.text("/code"), "idempotency-key-in-flight", "{answer}");
        return false;
    }
    assert!(matches!(answer.status, 201 | 202), "{answer}");
    true
}

/// How much later than ever things happened, of what the killed copy had and of all else.
fn delays(sales: &[Sale], killed: Instant) {
    let had = |sale: &&Sale| sale.copy == DOOMED && sale.began <= killed && (sale.cut || sale.told > killed);
    let since = |moment: Instant| moment.saturating_duration_since(killed);
    let cut = sales.iter().filter(|sale| sale.cut && sale.began <= killed).count();
    let confirmed = longest(sales.iter().filter(had).map(|sale| since(sale.confirmed)));
    let told = longest(sales.iter().filter(had).map(|sale| since(sale.told)));
    let others = longest(sales.iter().filter(|sale| !had(sale)).map(|sale| sale.told - sale.began));
    aloud(&format!(
        "a copy was killed under {} orders, with {cut} under way: these were confirmed within {confirmed} ms of the kill, \
         in the timeline within {told} ms; any other order from buying to its timeline: {others} ms",
        sales.len()
    ));
    assert!(cut > 0, "nothing was under way");
    for delay in [confirmed, told, others] {
        assert!(delay <= LONGEST_DELAY.as_millis(), "{delay} ms");
    }
}

/// Every buyer has one order, confirmed, and nothing else is there.
async fn everything_is_there(cluster: &Cluster, copy: &Process, sold: i64) {
    eventually("the units of each order are set aside", async || {
        let level = copy.admin().level("cup").await;
        (level.held == 1 && level.committed == sold).then_some(())
    })
    .await;
    for (module, sql, expected) in [
        ("order", "SELECT COUNT(*) FROM orders", sold + 1),
        ("order", "SELECT COUNT(*) FROM orders WHERE status = 'confirmed'", sold),
        ("order", "SELECT COUNT(*) FROM orders WHERE due_at IS NOT NULL", 1),
        ("payment", "SELECT CAST(SUM(captured) AS bigint) FROM payment", 255 * sold),
    ] {
        eventually(sql, async || (cluster.figure(module, sql).await == expected).then_some(())).await;
    }
}

/// An order of the killed copy still waits for its payment, and a cart for its owner. Their time comes.
async fn time_passes(cluster: &Cluster, copy: &Process, (hands, waiting): (&Hands, &Order)) {
    hands.turn(TimeDelta::minutes(16));
    copy.guest("ada").reads_until(waiting, |read| read.text("/status") == "rejected").await;
    eventually("nothing is held", async || (copy.admin().level("cup").await.held == 0).then_some(())).await;
    hands.turn(TimeDelta::hours(73));
    let carts = "SELECT COUNT(*) FROM cart";
    eventually("the cart is swept", async || (cluster.figure("order", carts).await == 0).then_some(())).await;
}
