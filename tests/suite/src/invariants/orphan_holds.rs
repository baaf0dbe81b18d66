//! I5: no hold is without an order.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use futures_util::{StreamExt as _, stream};
use inventory_contract::{Demand, Hold};
use kernel::{CallContext, OrderId, Seams, Sku};

use super::{Verdict, ensure, must_notice_doing};
use crate::harness::{Kind, Shop, alone, aloud, eventually, run, stories, times};

stories!(a_hold_that_nobody_wants_lapses);

/// Where the one who carries an order may fall over.
const STEPS: [&str; 10] = [
    "checkout::hold",
    "checkout::authorize",
    "checkout::confirm",
    "checkout::capture",
    "checkout::commit",
    "checkout::finish",
    "checkout::turn",
    "checkout::void",
    "checkout::release",
    "checkout::reject",
];

async fn a_hold_that_nobody_wants_lapses(shop: &Shop) {
    lapse(shop).await.unwrap();
}

#[test]
fn control_a_sweeper_that_dies_before_its_commit() {
    must_notice_doing("stock.sweep.before_commit", "panic", lapse);
}

/// Holds of orders that were never placed: the process that asked for them died first.
async fn lapse(shop: &Shop) -> Verdict {
    let admin = shop.admin();
    admin.stocks("cup", 100, 100).await;
    for minutes in [-60, 1, 15, 60] {
        let hold = Hold {
            order: Seams::system().id::<OrderId>(),
            lines: vec![Demand { sku: Sku::parse("cup").unwrap(), quantity: 3 }],
            until: shop.db("order").seams().now() + chrono::TimeDelta::minutes(minutes),
            unpaid: false,
        };
        shop.stock().hold(&CallContext::system("suite"), hold).await.unwrap();
    }
    shop.later(61);
    for _ in 0..100 {
        if admin.level("cup").await.available == 100 {
            return Ok("all holds have lapsed".to_owned());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(format!("held without an order: {:?}", admin.level("cup").await))
}

/// Orders are left alone at every step; then time passes, once forth and once back, and one sweep.
#[test]
fn orders_abandoned_at_every_step() {
    let _turn = alone();
    for kind in Kind::available() {
        let found = run(async {
            let shop = Shop::open(kind).await;
            let found = abandon_everywhere(&shop).await.unwrap();
            shop.close().await;
            found
        });
        aloud(&format!("no orphan holds on {kind:?}: {found}"));
    }
}

async fn abandon_everywhere(shop: &Shop) -> Verdict {
    shop.admin().stocks("cup", 10_000, 100).await;
    let times = usize::try_from(times()).unwrap();
    let falls: Vec<Falls> = STEPS.into_iter().map(|step| Falls::at(step, 4 * times)).collect();
    let tokens = ["tok_approve", "tok_approve", "tok_decline", "tok_pending_then_decline"];
    let buy =
        async |number: usize| shop.guest("ada").buys_with(tokens[number % tokens.len()], &[("cup", 2)]).await.status;
    let answers: Vec<u16> = stream::iter((0..48 * times).map(buy)).buffer_unordered(48).collect().await;
    let strange: Vec<&u16> = answers.iter().filter(|status| !matches!(status, 201 | 202 | 402)).collect();
    ensure(strange.is_empty(), || format!("buyers were told {strange:?}"))?;
    for minutes in [60, -120, 121] {
        shop.later(minutes);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    shop.settle().await;
    let unhit: Vec<&str> = falls.iter().filter(|falls| falls.count() == 0).map(|falls| falls.step).collect();
    ensure(unhit.is_empty(), || format!("no process died at {unhit:?}"))?;
    let fallen: usize = falls.iter().map(Falls::count).sum();
    drop(falls);

    eventually("all holds have ended", async || (shop.admin().level("cup").await.held == 0).then_some(())).await;
    let open = "SELECT CAST(COALESCE(SUM(CAST(line.value ->> 'quantity' AS bigint)), 0) AS bigint) \
                  FROM orders, {each}(orders.lines) AS line WHERE orders.status = 'confirmed'";
    let (open, level) = (shop.figure("order", open).await, shop.admin().level("cup").await);
    ensure(level.committed == open, || format!("{open} units are owed to open orders: {level:?}"))?;
    Ok(format!("{} orders, {fallen} falls at {} steps, {open} units committed", answers.len(), STEPS.len()))
}

/// Makes the first few who pass a step fall over there, and counts them.
struct Falls {
    step: &'static str,
    passed: Arc<AtomicUsize>,
    most: usize,
}

impl Falls {
    fn at(step: &'static str, most: usize) -> Self {
        let passed = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&passed);
        let fall = move || assert!(counted.fetch_add(1, Relaxed) >= most, "falls over at {step}, as told");
        fail::cfg_callback(step, fall).unwrap();
        Self { step, passed, most }
    }

    fn count(&self) -> usize {
        self.passed.load(Relaxed).min(self.most)
    }
}

impl Drop for Falls {
    fn drop(&mut self) {
        fail::remove(self.step);
    }
}
