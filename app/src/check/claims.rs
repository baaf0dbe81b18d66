//! Compares orders with inventory's claims.

use std::{collections::BTreeMap, time::Duration};

use inventory::ClaimSummary;
use kernel::OrderId;
use kernel_module::Check;
use order::{GoodsSummary, Order, Status};

use super::source::{Claims, Unseen};

/// Rows read at a time.
const BATCH: u64 = 1_000;

/// What a person is shown of the orders that differ.
const SHOWN: usize = 10;

/// Orders that seem to differ are looked at once more, when they are so few: a sale that is under way looks like one.
const LOOKED_AT_AGAIN: usize = 200;

/// Events that are under way arrive within this.
const SETTLES: Duration = Duration::from_secs(1);

/// An order that differs, and how.
type Differing = BTreeMap<OrderId, &'static str>;

/// Walks both sides from the newest order to the oldest, so that memory stays flat.
pub(super) async fn orders_and_claims(orders: &Order, claims: &Claims<'_>) -> Result<Vec<Check>, Unseen> {
    let (mut differing, mut counted) = (Differing::new(), 0_u64);
    let mut walk = Walk::default();
    loop {
        // Claims first: an order that came in between has no claim yet in what was read, and is not compared with it.
        let some = claims.before(walk.claims_after(), BATCH).await?;
        walk.take_claims(some, BATCH);
        let goods = orders.goods_before(walk.orders_after, BATCH).await?;
        let is_last = walk.take_orders(goods, BATCH);
        counted += walk.compare(&mut differing);
        if is_last && walk.has_all_claims {
            break;
        }
    }
    if !differing.is_empty() && differing.len() <= LOOKED_AT_AGAIN {
        tokio::time::sleep(SETTLES).await;
        differing = again(differing, orders, claims).await?;
    }
    Ok(checks(&differing, counted))
}

async fn again(differing: Differing, orders: &Order, claims: &Claims<'_>) -> Result<Differing, Unseen> {
    let ids: Vec<OrderId> = differing.into_keys().collect();
    let found = claims.of(&ids).await?;
    let goods = orders.goods_of(&ids).await?;
    let mut still = Differing::new();
    let goods: BTreeMap<OrderId, GoodsSummary> = goods.into_iter().map(|goods| (goods.order, goods)).collect();
    let found: BTreeMap<OrderId, ClaimSummary> = found.into_iter().map(|claim| (claim.order, claim)).collect();
    for id in ids {
        if let Some(how) = difference(goods.get(&id), found.get(&id)) {
            still.insert(id, how);
        }
    }
    Ok(still)
}

/// Both sides as they are read along.
#[derive(Debug, Default)]
struct Walk {
    orders: BTreeMap<OrderId, GoodsSummary>,
    claims: BTreeMap<OrderId, ClaimSummary>,
    /// The oldest that was read of each.
    orders_after: Option<OrderId>,
    oldest_claim: Option<OrderId>,
    has_all_orders: bool,
    has_all_claims: bool,
}

impl Walk {
    const fn claims_after(&self) -> Option<OrderId> {
        self.oldest_claim
    }

    fn take_claims(&mut self, claims: Vec<ClaimSummary>, limit: u64) {
        self.has_all_claims |= is_last(&claims, limit);
        self.oldest_claim = claims.last().map(|claim| claim.order).or(self.oldest_claim);
        self.claims.extend(claims.into_iter().map(|claim| (claim.order, claim)));
    }

    fn take_orders(&mut self, goods: Vec<GoodsSummary>, limit: u64) -> bool {
        self.has_all_orders |= is_last(&goods, limit);
        self.orders_after = goods.last().map(|goods| goods.order).or(self.orders_after);
        self.orders.extend(goods.into_iter().map(|goods| (goods.order, goods)));
        self.has_all_orders
    }

    /// Compares what both sides have been read down to, and forgets it; answers how many orders that were.
    fn compare(&mut self, differing: &mut Differing) -> u64 {
        let down_to = |all: bool, oldest: Option<OrderId>| if all { None } else { oldest };
        let floor =
            down_to(self.has_all_orders, self.orders_after).max(down_to(self.has_all_claims, self.oldest_claim));
        let (orders, claims) = match floor {
            None => (std::mem::take(&mut self.orders), std::mem::take(&mut self.claims)),
            Some(floor) => (self.orders.split_off(&floor), self.claims.split_off(&floor)),
        };
        for (id, goods) in &orders {
            if let Some(how) = difference(Some(goods), claims.get(id)) {
                differing.insert(*id, how);
            }
        }
        for (id, claim) in claims.iter().filter(|(id, _)| !orders.contains_key(id)) {
            if let Some(how) = difference(None, Some(claim)) {
                differing.insert(*id, how);
            }
        }
        u64::try_from(orders.len()).unwrap_or(u64::MAX)
    }
}

fn is_last<T>(batch: &[T], limit: u64) -> bool {
    u64::try_from(batch.len()).is_ok_and(|rows| rows < limit)
}

/// How an order and its claim contradict each other; `None` when they do not.
fn difference(goods: Option<&GoodsSummary>, claim: Option<&ClaimSummary>) -> Option<&'static str> {
    let outstanding = claim.map_or(0, |claim| if is_open(claim) { claim.outstanding } else { 0 });
    let Some(goods) = goods else {
        return (outstanding > 0).then_some("stock is claimed for an order that does not exist");
    };
    if goods.placing || goods.status == Status::Placed {
        return None;
    }
    let is_committed = claim.is_some_and(|claim| claim.status == "committed");
    match goods.status {
        Status::Confirmed | Status::Fulfilled if claim.is_none() => Some("a confirmed order has no claim on stock"),
        Status::Confirmed | Status::Fulfilled if !is_committed && goods.open > 0 => {
            Some("a confirmed order's claim on stock is not committed")
        }
        Status::Confirmed | Status::Fulfilled if outstanding != goods.open => {
            Some("an order's claim is for other units than those that are to be sent")
        }
        Status::Cancelled | Status::Rejected if outstanding > 0 => {
            Some("stock is claimed for an order that came to nothing")
        }
        _ => None,
    }
}

fn is_open(claim: &ClaimSummary) -> bool {
    matches!(claim.status.as_str(), "held" | "committed")
}

fn checks(differing: &Differing, counted: u64) -> Vec<Check> {
    let rules = [
        (
            "order and inventory: every confirmed order has its claim on stock, for the units that are to be sent",
            ["a confirmed", "an order's"],
        ),
        ("order and inventory: every open claim has its order", ["stock is", "stock is"]),
    ];
    let check = |(rule, begins): (&str, [&str; 2])| {
        let broken: Vec<_> =
            differing.iter().filter(|(_, how)| begins.iter().any(|word| how.starts_with(word))).collect();
        let shown: Vec<String> = broken.iter().take(SHOWN).map(|(order, how)| format!("{order}: {how}")).collect();
        let left = format!("{} of {counted} orders differ", broken.len());
        Check::new(rule, left, format!("0 of {counted} orders differ")).with_detail(shown.join("; "))
    };
    rules.into_iter().map(check).collect()
}

#[cfg(test)]
mod tests {
    use inventory::ClaimSummary;
    use kernel::{OrderId, Seams};
    use order::{GoodsSummary, Status};

    use super::{Differing, Walk, difference};

    fn goods(order: OrderId, status: Status, open: i64) -> GoodsSummary {
        GoodsSummary { order, status, open, placing: false }
    }

    fn claim(order: OrderId, status: &str, outstanding: i64) -> ClaimSummary {
        ClaimSummary { order, status: status.to_owned(), outstanding }
    }

    #[test]
    fn every_way_to_differ_is_found() {
        let order: OrderId = Seams::system().id();
        let (goods, claim) = (|status, open| goods(order, status, open), |status, units| claim(order, status, units));
        for (goods, claim, differs) in [
            (Some(goods(Status::Confirmed, 2)), Some(claim("committed", 2)), false),
            (Some(goods(Status::Confirmed, 2)), None, true),
            (Some(goods(Status::Fulfilled, 0)), None, true),
            (Some(goods(Status::Confirmed, 2)), Some(claim("held", 2)), true),
            (Some(goods(Status::Confirmed, 2)), Some(claim("released", 2)), true),
            (Some(goods(Status::Confirmed, 2)), Some(claim("committed", 1)), true),
            (Some(goods(Status::Fulfilled, 0)), Some(claim("committed", 0)), false),
            (Some(goods(Status::Fulfilled, 0)), Some(claim("committed", 1)), true),
            (Some(goods(Status::Placed, 2)), None, false),
            (Some(GoodsSummary { placing: true, ..goods(Status::Confirmed, 2) }), Some(claim("held", 2)), false),
            (Some(goods(Status::Cancelled, 2)), Some(claim("released", 2)), false),
            (Some(goods(Status::Cancelled, 2)), Some(claim("committed", 2)), true),
            (Some(goods(Status::Rejected, 2)), Some(claim("held", 2)), true),
            (Some(goods(Status::Rejected, 2)), Some(claim("refused", 2)), false),
            (None, Some(claim("held", 1)), true),
            (None, Some(claim("expired", 1)), false),
        ] {
            assert_eq!(difference(goods.as_ref(), claim.as_ref()).is_some(), differs, "{goods:?} {claim:?}");
        }
    }

    /// Pages of both sides end at different orders, and nothing is compared before both have come to it.
    #[test]
    fn sides_that_are_read_in_steps_are_compared_as_one() {
        let seams = Seams::system();
        let mut ids: Vec<OrderId> = (0..9).map(|_| seams.id()).collect();
        ids.sort();
        ids.reverse();
        // The third order has no claim, and the sixth claim no order.
        let orders: Vec<_> =
            ids.iter().enumerate().filter(|(n, _)| *n != 5).map(|(_, id)| goods(*id, Status::Confirmed, 1)).collect();
        let claims: Vec<_> =
            ids.iter().enumerate().filter(|(n, _)| *n != 2).map(|(_, id)| claim(*id, "committed", 1)).collect();
        let (mut walk, mut differing, mut counted) = (Walk::default(), Differing::new(), 0);
        let (mut orders, mut claims) = (orders.into_iter(), claims.into_iter());
        loop {
            walk.take_claims(claims.by_ref().take(2).collect(), 2);
            let all_orders = walk.take_orders(orders.by_ref().take(3).collect(), 3);
            counted += walk.compare(&mut differing);
            if all_orders && walk.has_all_claims {
                break;
            }
        }
        let mut expected = vec![ids[2], ids[5]];
        expected.sort();
        assert_eq!((differing.into_keys().collect::<Vec<_>>(), counted), (expected, 8));
    }
}
