//! I2: no order is charged twice.

use std::collections::BTreeSet;

use futures_util::{StreamExt as _, future::join_all, stream};

use super::{Verdict, ensure, must_notice};
use crate::harness::{Shop, aloud, fresh_key, stories, times};

stories!(fifty_keys_twenty_repeats_each);

/// Fewer keys where each answer costs several processes: those in one are the measure.
async fn fifty_keys_twenty_repeats_each(shop: &Shop) {
    let keys = if shop.away().is_empty() { 50 * usize::try_from(times()).unwrap() } else { 10 };
    let found = repeats(shop, keys, 20).await.unwrap();
    aloud(&format!("no order is charged twice: {found}"));
}

#[test]
fn control_the_uniqueness_of_keys() {
    must_notice("idempotency::unique", async |shop| repeats(shop, 3, 5).await);
}

/// The number of keys, and how often each is sent at the same time. One in five meets a provider that takes the money and says
/// nothing.
async fn repeats(shop: &Shop, keys: usize, repeats: usize) -> Verdict {
    shop.admin().stocks("cup", 10_000, 100).await;
    let one_key = async |number: usize| {
        let token = if number.is_multiple_of(5) { "tok_timeout_then_approve" } else { "tok_approve" };
        let (key, ada) = (fresh_key(), shop.guest("ada"));
        let body = ada.wants(&[("cup", 1)], token);
        let answers = join_all((0..repeats).map(|_| ada.insists(&key, &body))).await;
        let first = &answers[0];
        ensure(matches!(first.status, 201 | 202), || first.to_string())?;
        let other = answers.iter().find(|answer| (answer.status, &answer.body) != (first.status, &first.body));
        ensure(other.is_none(), || format!("one key, two answers: {first} and {}", other.unwrap()))?;
        Ok::<String, String>(first.text("/id"))
    };
    let ids: Vec<Result<String, String>> = stream::iter((0..keys).map(one_key)).buffer_unordered(4).collect().await;
    let ids: BTreeSet<String> = ids.into_iter().collect::<Result<_, _>>()?;
    shop.settle().await;

    let keys = i64::try_from(keys).unwrap();
    ensure(ids.len() == usize::try_from(keys).unwrap(), || format!("{} orders for {keys} keys", ids.len()))?;
    let placed = shop.figure("order", "SELECT COUNT(*) FROM orders").await;
    ensure(placed == keys, || format!("{placed} orders are kept for {keys} keys"))?;
    let taken = "SELECT COUNT(*) FROM simulated_ledger WHERE operation = 'capture' AND outcome = 'approved'";
    let taken = shop.figure("payment", taken).await;
    ensure(taken == keys, || format!("the provider took money {taken} times for {keys} keys"))?;
    let twice = "SELECT COUNT(*) FROM (SELECT order_id FROM simulated_ledger WHERE outcome = 'approved' \
                 GROUP BY order_id, operation HAVING COUNT(*) > 1) AS twice";
    let twice = shop.figure("payment", twice).await;
    ensure(twice == 0, || format!("{twice} orders were charged twice"))?;
    let committed = shop.admin().level("cup").await.committed;
    ensure(committed == keys, || format!("{committed} units went to {keys} keys"))?;
    Ok(format!("{keys} keys, {repeats} repeats of each, {taken} charges"))
}
