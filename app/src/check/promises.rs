//! Compares the refunds that orders promise with payment's: each is paid, pending, or shown as work to do.

use std::collections::HashMap;

use kernel::{DateTime, RefundId, Utc};
use kernel_db::DbError;
use kernel_module::{Check, Module as _};
use order::{Order, PromiseStatus, PromiseSummary};
use payment::{KeptPromise, Payment};

/// Rows read at a time.
const BATCH: u64 = 1_000;

/// What a person is shown of the promises that are not kept.
const SHOWN: usize = 10;

/// A promise may be on its way to payment, and the answer on its way back, for so long.
const ON_ITS_WAY: chrono::TimeDelta = chrono::TimeDelta::seconds(60);

#[derive(Debug, Default)]
struct Tally {
    promised: usize,
    kept: usize,
    broken: Vec<RefundId>,
    refused: usize,
    shown: usize,
}

pub(super) async fn are_kept(orders: &Order, payments: &Payment) -> Result<Vec<Check>, DbError> {
    let (mut tally, mut after) = (Tally::default(), None);
    let now = payments.db().seams().now();
    loop {
        let promises = orders.promises_after(after, BATCH).await?;
        let refunds: Vec<RefundId> = promises.iter().map(|promise| promise.refund).collect();
        let kept = payments.kept_promises(&refunds).await?;
        let kept: HashMap<RefundId, KeptPromise> = kept.into_iter().map(|kept| (kept.refund, kept)).collect();
        for promise in &promises {
            tally.count(promise, kept.get(&promise.refund), now);
        }
        after = refunds.last().copied();
        if !u64::try_from(promises.len()).is_ok_and(|rows| rows >= BATCH) {
            return Ok(tally.into_checks());
        }
    }
}

impl Tally {
    fn count(&mut self, promise: &PromiseSummary, kept: Option<&KeptPromise>, now: DateTime<Utc>) {
        if promise.status == PromiseStatus::Void || (kept.is_none() && is_on_its_way(promise.refund, now)) {
            return;
        }
        self.promised += 1;
        let keeps =
            kept.is_some_and(|kept| kept.needless || kept.paid + kept.open + kept.refused >= promise.amount.minor());
        if keeps {
            self.kept += 1;
        } else if self.broken.len() < SHOWN {
            self.broken.push(promise.refund);
        }
        if kept.is_some_and(|kept| kept.refused > 0) && !is_on_its_way(promise.refund, now) {
            self.refused += 1;
            self.shown += usize::from(promise.status == PromiseStatus::Refused);
        }
    }

    fn into_checks(self) -> Vec<Check> {
        let rule = "order and payment: every promise to give money back is paid, under way or shown as work";
        let kept = Check::new(rule, self.promised, self.kept);
        let broken: Vec<String> = self.broken.iter().map(RefundId::to_string).collect();
        let kept = if broken.is_empty() { kept } else { kept.with_detail(format!("refunds {}", broken.join(", "))) };
        let rule = "order and payment: what payment refuses to give back, the order shows (refused; shown)";
        vec![kept, Check::new(rule, self.refused, self.shown)]
    }
}

/// A refund's id says when it was promised.
fn is_on_its_way(refund: RefundId, now: DateTime<Utc>) -> bool {
    let promised = refund.uuid().get_timestamp().and_then(|at| {
        let (seconds, nanos) = at.to_unix();
        DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)
    });
    promised.is_some_and(|promised| now - promised < ON_ITS_WAY)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use kernel::{Currency, Money, RefundId, Seams};
    use order::{PromiseStatus, PromiseSummary};
    use payment::KeptPromise;

    use super::Tally;

    fn failed(promise: PromiseSummary, kept: Option<KeptPromise>, seconds: i64) -> usize {
        let mut tally = Tally::default();
        tally.count(&promise, kept.as_ref(), Seams::system().now() + TimeDelta::seconds(seconds));
        tally.into_checks().iter().filter(|check| !check.holds()).count()
    }

    #[test]
    fn every_way_to_break_a_promise_is_found() {
        let seams = Seams::system();
        let refund: RefundId = seams.id();
        let gbp = |minor| Money::new(minor, Currency::GBP);
        let promise = |status| PromiseSummary { order: seams.id(), refund, amount: gbp(700), paid: gbp(0), status };
        let kept = |paid, open, refused| Some(KeptPromise { refund, paid, open, refused, needless: false });
        let (due, refused) = (promise(PromiseStatus::Due), promise(PromiseStatus::Refused));
        for (name, promise, kept, seconds, expected) in [
            ("paid", due, kept(700, 0, 0), 90, 0),
            ("under way", due, kept(0, 700, 0), 90, 0),
            ("in part, and the rest is work", refused, kept(400, 0, 300), 90, 0),
            ("work that the order does not show", due, kept(400, 0, 300), 90, 1),
            ("the same, a moment ago", due, kept(400, 0, 300), 1, 0),
            ("dropped in silence", due, kept(400, 0, 0), 90, 1),
            ("dropped in silence a moment ago", due, kept(400, 0, 0), 1, 1),
            ("never heard of", due, None, 90, 1),
            ("not heard of yet", due, None, 1, 0),
            ("nothing was taken", promise(PromiseStatus::Void), None, 90, 0),
            (
                "nothing was taken, as payment says",
                due,
                Some(KeptPromise { refund, paid: 0, open: 0, refused: 0, needless: true }),
                90,
                0,
            ),
        ] {
            assert_eq!(failed(promise, kept, seconds), expected, "{name}");
        }
    }
}
