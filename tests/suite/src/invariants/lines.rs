//! I10: whatever the line between two processes does, orders come out as if there were none: the same results, or a
//! clean 503 or 202 and an order that is decided afterwards.
//!
//! Eight buyers buy while the line is bad. No stock is held twice, no money is taken twice, what the other
//! modules serve goes on, and once the line is good again every order is decided.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

use futures_util::future::join_all;
use kernel::{Clock as _, clock::SystemClock};
use serde_json::Value;

use super::{Verdict, ensure};
use crate::harness::{
    Answer, Cluster, Fault, Kind, Lines, Order, Place, Placement, Random, STORE, Sabotage, Shop, Site, alone, aloud,
    fresh_name, impatience, in_time, run,
};

/// Who buy at the same time.
const BUYERS: u64 = 8;

/// How long a line is bad, unless it is cut off.
const BAD: Duration = Duration::from_secs(5);

/// How long it is cut off: longer than a placing may take.
const PARTITION: Duration = Duration::from_mins(1);

/// The units of the SKU that is plentiful, and of the one that is scarce.
const PLENTY: i64 = 100_000;
const FEW: i64 = 10;

/// What a buyer has sent under one key, and the answers.
type Sent = BTreeMap<String, (Value, Answer)>;

/// Tests of one fault on the line to inventory and to payment, on every database.
macro_rules! faults {
    ($($name:ident: $fault:expr),+ $(,)?) => {$(
        mod $name {
            use super::*;

            #[test]
            fn inventory_on_sqlite() {
                endured("inventory", Kind::Sqlite, ($fault, BAD));
            }

            #[test]
            fn inventory_on_postgres() {
                endured("inventory", Kind::Postgres, ($fault, BAD));
            }

            #[test]
            fn payment_on_sqlite() {
                endured("payment", Kind::Sqlite, ($fault, BAD));
            }

            #[test]
            fn payment_on_postgres() {
                endured("payment", Kind::Postgres, ($fault, BAD));
            }
        }
    )+};
}

faults!(
    half_a_second_of_delay: Fault::Delay(Duration::from_millis(500)),
    five_resets_in_a_hundred: Fault::Resets(5),
    answers_are_lost_after_the_deed: Fault::LostAnswers(30),
    every_command_comes_twice: Fault::Duplicates,
    nobody_listens: Fault::Refusal,
);

#[test]
fn inventory_is_cut_off_for_a_minute() {
    endured("inventory", Kind::Postgres, (Fault::Silence, PARTITION));
}

#[test]
fn payment_is_cut_off_for_a_minute() {
    endured("payment", Kind::Sqlite, (Fault::Silence, PARTITION));
}

/// Payment without the row that says who asks the provider, in this process, and every command comes twice.
#[test]
fn control_the_claim_on_a_payment() {
    let _turn = alone();
    for kind in Kind::available() {
        let verdict = run(async {
            let (shop, lines) = behind("payment", kind, Random::seed(), true).await;
            let sabotage = Sabotage::of("payment.claim");
            let verdict = endure(&shop, &lines, (Fault::Duplicates, Duration::from_secs(2))).await;
            drop(sabotage);
            shop.abandon().await;
            verdict
        });
        let noticed = verdict.expect_err("commands came twice without a guard, and the test did not fail");
        aloud(&format!("control payment.claim on {kind:?}: red, as it should be: {noticed}"));
    }
}

fn endured(module: &'static str, kind: Kind, fault: (Fault, Duration)) {
    let site = Site { kind, placement: Placement::Remote(module) };
    if !site.is_available() {
        return;
    }
    let seed = Random::seed();
    run(async {
        let (shop, lines) = behind(module, kind, seed, false).await;
        let found = endure(&shop, &lines, fault).await;
        let found = found.unwrap_or_else(|wrong| panic!("BANYAN_SEED={seed}: {wrong}"));
        let checked = shop.cluster().unwrap().program().says(&["check"]).await;
        assert_eq!(checked.code, Some(0), "{checked:?}");
        shop.close().await;
        aloud(&format!("{module} on {kind:?} behind {:?}: {found}", fault.0));
    });
}

/// A shop whose `module` is elsewhere, with lines between: what the store asks it, and what it reads of the store.
async fn behind(module: &'static str, kind: Kind, seed: u64, here: bool) -> (Shop, Lines) {
    let place = Place::new(kind);
    let words = [place.rehearsal(), impatience()].concat();
    let mut cluster = Cluster::of(place, &[module], words);
    let mut lines = Lines::new(seed);
    for member in [module, STORE] {
        let mut found = cluster.endpoints(member).clone();
        found.ports = lines.lead_to(&found.ports).await;
        cluster.is_found(member, found);
    }
    let in_process: &[&str] = if here { &[module] } else { &[] };
    (Shop::of(cluster.starts(in_process).await), lines)
}

async fn endure(shop: &Shop, lines: &Lines, (fault, lasts): (Fault, Duration)) -> Verdict {
    shop.admin().stocks_all(&[("cup", PLENTY, 255), ("rare", FEW, 900)]).await;
    let over = AtomicBool::new(false);
    let weather = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        lines.suffer(fault);
        tokio::time::sleep(lasts).await;
        over.store(true, Relaxed);
    };
    let buyers = join_all((0..BUYERS).map(|buyer| buy(shop, Random::new(buyer), &over)));
    let (bought, browsed, ()) = tokio::join!(buyers, browse(shop, &over), weather);
    lines.suffer(Fault::Nothing);
    let browsed = browsed?;
    let sent: Sent = bought.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    ensure(lines.struck() > 0, || "nothing was wrong with the line".to_owned())?;

    nobody_pays_twice(shop).await?;
    let began = SystemClock.now();
    in_time("every order is decided", async || {
        (shop.figure("order", "SELECT COUNT(*) FROM orders WHERE due_at IS NOT NULL").await == 0).then_some(())
    })
    .await?;
    let took = SystemClock.now() - began;
    let units = every_key_has_one_order(shop, &sent).await?;
    shop.settle().await;
    adds_up(shop, units).await?;
    let told = told(&sent);
    Ok(format!(
        "{} orders, told {told:?}; {} exchanges were struck, the catalog was read {browsed} times; all was decided \
         {} ms after the line was good again",
        sent.len(),
        lines.struck(),
        took.num_milliseconds()
    ))
}

/// Buys until it is over, and says what was sent and answered.
async fn buy(shop: &Shop, mut random: Random, over: &AtomicBool) -> Result<Sent, String> {
    let mut sent = Sent::new();
    while !over.load(Relaxed) {
        let token = *random.pick(&["tok_approve", "tok_approve", "tok_approve", "tok_decline"]);
        let sku = *random.pick(&["cup", "cup", "cup", "rare"]);
        let key = fresh_name();
        let guest = shop.guest(&key);
        let body = guest.wants(&[(sku, 1), ("cup", 2)], token);
        let answer = guest.orders(&key, &body).await;
        ensure(matches!(answer.status, 201 | 202 | 402 | 409 | 503), || answer.to_string())?;
        ensure(answer.status != 503 || answer.header("retry-after").is_some(), || format!("no Retry-After: {answer}"))?;
        let waits = answer.status == 202;
        sent.insert(key, (body, answer));
        if waits {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
    Ok(sent)
}

/// Reads what is in the store's own process, again and again: none of it may fail.
async fn browse(shop: &Shop, over: &AtomicBool) -> Result<usize, String> {
    let mut read = 0;
    while !over.load(Relaxed) {
        for path in ["/api/v1/products", "/api/v1/products/cup", "/api/v1/products/cup?include=availability"] {
            let answer = shop.get(path).await;
            ensure(answer.status == 200, || answer.to_string())?;
            read += 1;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(read)
}

fn told(sent: &Sent) -> BTreeMap<u16, usize> {
    let mut told = BTreeMap::new();
    for (_, answer) in sent.values() {
        *told.entry(answer.status).or_default() += 1;
    }
    told
}

/// Asks once more with every key, now that all orders are decided. A client that was told the outcome is told the same, and no
/// key has two. Answers how many units of each SKU the confirmed ones took.
async fn every_key_has_one_order(shop: &Shop, sent: &Sent) -> Result<BTreeMap<String, i64>, String> {
    let mut units = BTreeMap::from([("cup".to_owned(), 0), ("rare".to_owned(), 0)]);
    for (key, (body, first)) in sent {
        let guest = shop.guest(key);
        let again = guest.insists(key, body).await;
        let is_same = (again.status, &again.body) == (first.status, &first.body);
        ensure(is_same || first.is_not_now(), || format!("{first} and then {again}"))?;
        let kept = shop.admin().get(&format!("/orders?email={}", guest.email())).await.expect_status(200);
        ensure(kept.items().len() == 1, || format!("one key, one order: {kept}"))?;
        let id = kept.each("id").remove(0);
        let order = Order { id, token: String::new(), placed: Value::Null };
        let ended = shop.admin().reads(&order).await.expect_status(200);
        let status = ended.text("/status");
        ensure((first.status == 201) <= (status == "confirmed"), || format!("{first}, and then it is {status}"))?;
        let is_told_no = !matches!(first.status, 201 | 202) && !first.is_not_now();
        ensure(is_told_no <= (status == "rejected"), || format!("{first}, but it is {status}"))?;
        if status == "confirmed" {
            for line in ended.at("/lines").as_array().unwrap() {
                *units.get_mut(line["sku"].as_str().unwrap()).unwrap() += line["quantity"].as_i64().unwrap();
            }
        }
    }
    Ok(units)
}

/// Stock is committed to confirmed orders alone, and the provider has taken their money once.
async fn adds_up(shop: &Shop, units: BTreeMap<String, i64>) -> Result<(), String> {
    for (sku, sold) in units {
        let level = shop.admin().level(&sku).await;
        ensure((level.held, level.committed) == (0, sold), || format!("{sold} of {sku} were sold: {level:?}"))?;
    }
    let confirmed = shop.figure("order", "SELECT COUNT(*) FROM orders WHERE status = 'confirmed'").await;
    let taken = "SELECT COUNT(*) FROM simulated_ledger WHERE operation = 'capture' AND outcome = 'approved'";
    let taken = shop.figure("payment", taken).await;
    ensure(taken == confirmed, || format!("the provider took money {taken} times for {confirmed} orders"))?;
    nobody_pays_twice(shop).await
}

/// By the provider's own books.
async fn nobody_pays_twice(shop: &Shop) -> Result<(), String> {
    let twice = "SELECT COUNT(*) FROM (SELECT order_id FROM simulated_ledger WHERE outcome = 'approved' \
                 GROUP BY order_id, operation HAVING COUNT(*) > 1) AS twice";
    let twice = shop.figure("payment", twice).await;
    ensure(twice == 0, || format!("{twice} orders were charged twice"))
}
