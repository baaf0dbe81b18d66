//! I4: money is neither made nor lost.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use reqwest::Method;
use uuid::Uuid;

use super::{Verdict, ensure, must_notice};
use crate::harness::{Answer, Order, Random, Shop, aloud, stories, times};

stories!(whatever_people_do_money_adds_up);

/// People at a time, and what each of them does.
const PEOPLE: u64 = 4;
const STEPS: u64 = 60;

async fn whatever_people_do_money_adds_up(shop: &Shop) {
    let seed = Random::seed();
    // Fewer where each answer costs several processes: those in one are the measure.
    let steps = if shop.away().is_empty() { STEPS * u64::from(times()) } else { STEPS / 3 };
    let found = live(shop, seed, steps).await.unwrap_or_else(|wrong| panic!("BANYAN_SEED={seed}: {wrong}"));
    aloud(&format!("money adds up: {found} (BANYAN_SEED={seed})"));
}

#[test]
fn control_a_penny_of_rounding() {
    must_notice("payment.rounding", async |shop| live(shop, Random::seed(), 6).await);
}

/// What one person has bought, and what is to come back for it.
struct Purchase {
    order: Order,
    /// An order that an admin gives money back for is not returned as well: then both sums stay exact.
    by_admin: bool,
    given_back: i64,
}

async fn live(shop: &Shop, seed: u64, steps: u64) -> Verdict {
    shop.admin().stocks_all(&[("cup", 10_000, 255), ("pot", 10_000, 3_199), ("pin", 10_000, 1)]).await;
    let people = (0..PEOPLE).map(|person| one_person(shop, seed.wrapping_add(person), steps));
    let lives: Vec<Vec<Purchase>> = join_all(people).await.into_iter().collect::<Result<_, _>>()?;
    shop.settle().await;
    books_balance(shop).await?;
    orders_agree_with_payments(shop).await?;
    let mut orders = 0;
    for purchase in lives.iter().flatten() {
        adds_up(shop, purchase).await?;
        orders += 1;
    }
    let moved = shop.figure("payment", "SELECT COUNT(*) FROM ledger").await;
    ensure(moved > 0, || "nothing ever moved".to_owned())?;
    Ok(format!("{orders} orders, {moved} rows in the ledger"))
}

async fn one_person(shop: &Shop, seed: u64, steps: u64) -> Result<Vec<Purchase>, String> {
    let (mut random, mut bought) = (Random::new(seed), Vec::new());
    for _ in 0..steps {
        act(shop, &mut random, &mut bought).await?;
    }
    Ok(bought)
}

async fn act(shop: &Shop, random: &mut Random, bought: &mut Vec<Purchase>) -> Result<(), String> {
    let guest = shop.guest("somebody");
    let sku = *random.pick(&["cup", "pot", "pin"]);
    let units = i64::try_from(random.below(4) + 1).unwrap();
    let action = random.below(10);
    if action < 4 || bought.is_empty() {
        let tokens = ["tok_approve", "tok_approve", "tok_approve", "tok_decline", "tok_pending_then_approve"];
        let token = *random.pick(&tokens);
        let placed = guest.buys_with(token, &[(sku, units), ("cup", 1)]).await;
        acceptable(&placed)?;
        if placed.status < 300 {
            bought.push(Purchase { order: Order::of(&placed), by_admin: random.below(2) == 0, given_back: 0 });
        }
        return Ok(());
    }
    let chosen = usize::try_from(random.below(bought.len().try_into().unwrap())).unwrap();
    let purchase = &mut bought[chosen];
    let admin = shop.admin();
    match action {
        4 => acceptable(&guest.cancels(&purchase.order).await),
        5 => acceptable(&admin.fulfils(&purchase.order, &[("cup", 1)]).await),
        6 | 7 if !purchase.by_admin => {
            let back = guest.returns(&purchase.order, &[(sku, units)], units % 2 == 0).await;
            acceptable(&back)?;
            if back.status == 201 {
                purchase.given_back += given_back(shop, &back).await?;
            }
            Ok(())
        }
        6..=8 if purchase.by_admin => {
            let payment = admin.payment_of(&purchase.order).await.text("/id");
            let pence = i64::try_from(random.below(200)).unwrap() + 1;
            let back = admin.refunds(&payment, pence).await;
            if matches!(back.status, 201 | 202) {
                purchase.given_back += pence;
            }
            acceptable(&back)
        }
        _ => {
            let payment = admin.payment_of(&purchase.order).await.text("/id");
            let what = *random.pick(&["capture", "capture", "void"]);
            acceptable(&admin.ask(Method::POST, &format!("/admin/payments/{payment}/{what}")).send().await)
        }
    }
}

/// What a return gives back: at once for units that were not sent, and when the shop receives the others.
async fn given_back(shop: &Shop, asked: &Answer) -> Result<i64, String> {
    let off = asked.at("/called_off/amount/amount").as_i64().unwrap_or_default();
    if asked.text("/status") != "requested" {
        return Ok(off + asked.number("/amount/amount"));
    }
    let received = shop.admin().receives(asked, true).await;
    ensure(received.status == 200, || received.to_string())?;
    Ok(off + received.number("/amount/amount"))
}

/// Whatever is asked, nothing fails.
fn acceptable(answer: &Answer) -> Result<(), String> {
    ensure(matches!(answer.status, 200..=202 | 402 | 409 | 422), || answer.to_string())
}

/// Debits equal credits, and the provider's books say what ours say.
async fn books_balance(shop: &Shop) -> Result<(), String> {
    let unequal = "SELECT COUNT(*) FROM (SELECT currency FROM ledger GROUP BY currency \
                   HAVING SUM(debited) <> SUM(credited)) AS unequal";
    let unequal = shop.figure("payment", unequal).await;
    ensure(unequal == 0, || "debits and credits differ".to_owned())?;
    for (sum, operation) in [("authorized", "authorize"), ("captured", "capture"), ("refunded", "refund")] {
        let differs = format!(
            "SELECT COUNT(*) FROM payment WHERE {sum} <> COALESCE((SELECT SUM(theirs.amount) FROM simulated_ledger AS \
             theirs WHERE theirs.authorization_reference = payment.id AND theirs.operation = '{operation}' \
             AND theirs.outcome = 'approved'), 0)"
        );
        let differs = shop.figure("payment", &differs).await;
        ensure(differs == 0, || format!("of {differs} payments the provider says another sum {sum}"))?;
    }
    Ok(())
}

type Sums = BTreeMap<Uuid, (i64, i64, i64)>;

async fn sums(shop: &Shop, module: &str, sql: &str) -> Sums {
    let cells = |row: &sea_orm::QueryResult| {
        let sum = |column| row.try_get_by_index::<i64>(column).unwrap();
        (row.try_get_by_index::<Uuid>(0).unwrap(), (sum(1), sum(2), sum(3)))
    };
    shop.rows(module, sql).await.iter().map(cells).collect()
}

async fn orders_agree_with_payments(shop: &Shop) -> Result<(), String> {
    let orders = sums(shop, "order", "SELECT id, authorized, captured, refunded FROM orders").await;
    let payments = sums(shop, "payment", "SELECT order_id, authorized, captured, refunded FROM payment").await;
    for (order, says) in &orders {
        let paid = payments.get(order).copied().unwrap_or_default();
        ensure(paid == *says, || format!("order {order} says {says:?}, its payment {paid:?}"))?;
    }
    ensure(payments.keys().all(|order| orders.contains_key(order)), || "a payment without an order".to_owned())
}

/// What is kept of the money is the price of what was kept of the goods.
async fn adds_up(shop: &Shop, purchase: &Purchase) -> Result<(), String> {
    let read = shop.guest("somebody").reads(&purchase.order).await;
    let (captured, refunded) = (read.number("/payment/captured"), read.number("/payment/refunded"));
    let expected = match read.text("/status").as_str() {
        "confirmed" | "fulfilled" => read.number("/total/amount") - purchase.given_back,
        _ => 0,
    };
    ensure(captured - refunded == expected, || format!("{expected} is to be kept: {read}"))
}
