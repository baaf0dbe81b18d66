//! Proves on live data what must always be true of orders.

use std::time::Duration;

use kernel::{OrderId, RefundId};
use kernel_db::{Db, DbError};
use kernel_module::Check;

use crate::{
    PromiseSummary,
    domain::Promised,
    persistence::{audit, refunds},
};

/// A placing may outlive its deadline by so much: that long a dead process may keep its lease, and a turn take.
const GRACE: Duration = Duration::from_mins(1);

/// What a person is shown of the orders that break a rule.
const SHOWN: usize = 10;

pub(crate) async fn all(db: &Db) -> Result<Vec<Check>, DbError> {
    let late = db.seams().now() - GRACE;
    let mut checks = vec![totals(db).await?];
    for rule in &audit::RULES {
        let found = audit::exceptions(db, rule, late).await?;
        let check = Check::new(rule.name, format!("{} exceptions", found.len()), "0 exceptions");
        let shown: Vec<String> = found.iter().take(SHOWN).map(ToString::to_string).collect();
        checks.push(if shown.is_empty() { check } else { check.with_detail(format!("orders {}", shown.join(", "))) });
    }
    Ok(checks)
}

async fn totals(db: &Db) -> Result<Check, DbError> {
    let [orders, lines] = audit::totals(db).await?.map(|(sum, orders)| format!("{sum} in {orders} orders"));
    Ok(Check::new("order: the totals add up to the lines", orders, lines))
}

pub(crate) async fn promises_after(
    db: &Db,
    after: Option<RefundId>,
    limit: u64,
) -> Result<Vec<PromiseSummary>, DbError> {
    let promises = refunds::after(db, after, limit).await?;
    let summary = |(order, promised): (OrderId, Promised)| {
        let Promised { promise, paid, status, .. } = promised;
        PromiseSummary { order, refund: promise.refund, amount: promise.amount, paid, status }
    };
    Ok(promises.into_iter().map(summary).collect())
}
