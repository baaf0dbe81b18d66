//! I1: no more is sold than there is.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};

use super::{Verdict, ensure, must_notice};
use crate::harness::{Answer, Shop, fresh_key, stories};

stories!(a_thousand_buyers_fifty_units, one_sku_named_twice, cancelling_and_expiring_meanwhile);

/// Fewer of them where each answer costs several processes: those in one are the measure.
async fn a_thousand_buyers_fifty_units(shop: &Shop) {
    let buyers = if shop.away().is_empty() { 1_000 } else { 200 };
    rush(shop, 50, buyers, &[1]).await.unwrap();
}

async fn one_sku_named_twice(shop: &Shop) {
    rush(shop, 50, 60, &[1, 1]).await.unwrap();
}

#[test]
fn control_the_condition_of_the_update() {
    must_notice("stock.condition", async |shop| rush(shop, 5, 24, &[1]).await);
}

/// Sixteen clients, and in all `buyers` that each want lines of a SKU of which there are `units`.
async fn rush(shop: &Shop, units: i64, buyers: usize, lines: &[i64]) -> Verdict {
    let admin = shop.admin();
    admin.stocks("last", units, 100).await;
    let wanted: Vec<(&str, i64)> = lines.iter().map(|quantity| ("last", *quantity)).collect();
    let buy = async |buyer: usize| {
        let guest = shop.guest(&format!("buyer{buyer}"));
        let body = guest.wants(&wanted, "tok_approve");
        // Between processes a busy store may say "not now". In one it has no reason to.
        if shop.away().is_empty() { guest.buys(&wanted).await } else { guest.insists(&fresh_key(), &body).await }.status
    };
    let answers: Vec<u16> = stream::iter((0..buyers).map(buy)).buffer_unordered(16).collect().await;

    let mut told: BTreeMap<u16, i64> = BTreeMap::new();
    for status in answers {
        *told.entry(status).or_default() += 1;
    }
    let each: i64 = lines.iter().sum();
    let sold = units / each;
    let losers = i64::try_from(buyers).unwrap() - sold;
    ensure(told == BTreeMap::from([(201, sold), (409, losers)]), || format!("buyers were told {told:?}"))?;
    shop.settle().await;
    let level = admin.level("last").await;
    ensure(level.available == units % each && level.committed == sold * each, || {
        format!("left at the end: {level:?}")
    })?;
    Ok(format!("{sold} of {buyers} buyers got theirs"))
}

/// Buyers who change their minds, buyers who never pay, and buyers who mean it, all at once.
async fn cancelling_and_expiring_meanwhile(shop: &Shop) {
    let admin = shop.admin();
    admin.stocks("last", 10, 100).await;
    let act = async |buyer: usize| {
        let guest = shop.guest(&format!("buyer{buyer}"));
        match buyer % 4 {
            // Cancels at once.
            0 => {
                let bought = guest.buys(&[("last", 1)]).await;
                if bought.status == 201 {
                    let cancelled = guest.cancels(&crate::harness::Order::of(&bought)).await;
                    assert!(matches!(cancelled.status, 200 | 409), "{cancelled}");
                }
                bought
            }
            // Cannot pay.
            1 => guest.buys_with("tok_decline", &[("last", 2)]).await,
            // Makes holds lapse that are under way.
            2 => {
                shop.later(4);
                guest.buys(&[("last", 1)]).await
            }
            _ => guest.buys(&[("last", 1)]).await,
        }
    };
    let answers: Vec<Answer> = stream::iter((0..160).map(act)).buffer_unordered(16).collect().await;
    for answer in answers.iter().filter(|answer| !matches!(answer.status, 201 | 202 | 402 | 409)) {
        // Minutes that pass at once make the token of a call on its way too old, and a placing too late.
        assert!(!shop.away().is_empty() && answer.status == 503, "{answer}");
        assert!(answer.header("retry-after").is_some(), "{answer}");
    }
    shop.settle().await;

    let bought = "SELECT CAST(COALESCE(SUM(CAST(line.value ->> 'quantity' AS bigint)), 0) AS bigint) \
                  FROM orders, {each}(orders.lines) AS line WHERE orders.status = 'confirmed'";
    let level = admin.level("last").await;
    assert_eq!(level.committed, shop.figure("order", bought).await, "what is committed is what was bought");
    assert_eq!((level.on_hand, level.held), (10, 0));
    assert_eq!(level.available, 10 - level.committed);
}
