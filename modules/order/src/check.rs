//! Proves on live data what must always be true of orders.

use kernel::{OrderId, RefundId};
use kernel_db::{Db, DbError};
use kernel_module::Check;
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use crate::{
    GoodsSummary, PaymentSummary, PromiseSummary,
    domain::Promised,
    persistence::{refunds, select},
};

/// A placing may outlive its deadline by so much: that long a dead process may keep its lease, and a turn take.
const GRACE_SECONDS: u64 = 60;

/// What a person is shown of the orders that break a rule.
const SHOWN: usize = 10;

pub(crate) async fn all(db: &Db) -> Result<Vec<Check>, DbError> {
    let late = db.seams().now() - std::time::Duration::from_secs(GRACE_SECONDS);
    Ok(vec![
        totals(db).await?,
        none(db, "order: every total is its lines", UNEQUAL, vec![]).await?,
        none(db, "order: every placing has ended or is within its deadline", OVERDUE, vec![late.into()]).await?,
        none(db, "order: every order that is placed has a placing", ORPHANED, vec![]).await?,
        none(db, "order: every confirmed order is paid in full", UNPAID, vec![]).await?,
        none(db, "order: no rejected order keeps money", KEPT, vec![]).await?,
        none(db, "order: every order has lines", EMPTY, vec![]).await?,
        none(db, "order: every order that counts as unpaid waits for its payment", COUNTED, vec![]).await?,
        none(db, "order: every order is found by its SKUs", UNFOUND, vec![]).await?,
        none(db, "order: no line counts more units than it has", MISCOUNTED, vec![]).await?,
        none(db, "order: every confirmed order has something left to send", DONE, vec![]).await?,
        none(db, "order: only what was sent is asked to be returned", OVERASKED, vec![]).await?,
        none(db, "order: no more was paid back on promises than was given back", OVERPAID, vec![]).await?,
    ])
}

/// The lines of an order's row.
macro_rules! lines {
    () => {
        "{each}(orders.lines) AS line"
    };
}

/// A count of a line; one that is not written is 0.
macro_rules! count {
    ($member:literal) => {
        concat!("COALESCE(CAST(line.value ->> '", $member, "' AS bigint), 0)")
    };
}

macro_rules! price {
    () => {
        concat!(count!("quantity"), " * ", count!("price"))
    };
}

/// Units of a line that were neither sent nor called off.
macro_rules! to_send {
    () => {
        concat!(count!("quantity"), " - ", count!("fulfilled"), " - ", count!("called_off"))
    };
}

const UNEQUAL: &str =
    concat!("SELECT id FROM orders WHERE total <> (SELECT COALESCE(SUM(", price!(), "), 0) FROM ", lines!(), ")");
const OVERDUE: &str = "SELECT id FROM orders WHERE due_at IS NOT NULL AND deadline_at < ?";
const ORPHANED: &str = "SELECT id FROM orders WHERE status = 'placed' AND due_at IS NULL";
const UNPAID: &str = "SELECT id FROM orders WHERE status IN ('confirmed', 'fulfilled') AND captured <> total \
                      AND due_at IS NULL";
const KEPT: &str = "SELECT id FROM orders WHERE status = 'rejected' AND captured <> refunded";
const EMPTY: &str = concat!("SELECT id FROM orders WHERE NOT EXISTS (SELECT 1 FROM ", lines!(), ")");
const MISCOUNTED: &str = concat!(
    "SELECT id FROM orders WHERE EXISTS (SELECT 1 FROM ",
    lines!(),
    " WHERE ",
    count!("quantity"),
    " <= 0 OR ",
    count!("price"),
    " < 0 OR ",
    count!("returned"),
    " < 0 OR ",
    count!("called_off"),
    " < 0 OR ",
    count!("returned"),
    " > ",
    count!("fulfilled"),
    " OR ",
    count!("fulfilled"),
    " + ",
    count!("called_off"),
    " > ",
    count!("quantity"),
    ")"
);
const COUNTED: &str = "SELECT order_id FROM unpaid_order WHERE ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM orders \
                       WHERE id = order_id AND saga IN ('placing', 'pending') AND unpaid = 2)";
const UNFOUND: &str = concat!(
    "SELECT id FROM orders WHERE EXISTS (SELECT 1 FROM ",
    lines!(),
    " WHERE NOT EXISTS (SELECT 1 FROM order_sku WHERE sku = line.value ->> 'sku' AND block = orders.number / 1024))"
);
const DONE: &str = concat!(
    "SELECT id FROM orders WHERE status = 'confirmed' AND NOT EXISTS (SELECT 1 FROM ",
    lines!(),
    " WHERE ",
    to_send!(),
    " > 0)"
);
const OVERASKED: &str = "SELECT id FROM orders WHERE id IN (SELECT order_id FROM goods_return \
                         WHERE status IN ('requested', 'approved')) AND status NOT IN ('confirmed', 'fulfilled')";
const OVERPAID: &str = "SELECT id FROM orders JOIN (SELECT order_id, SUM(paid) AS paid FROM order_refund \
                        GROUP BY order_id) AS promised ON promised.order_id = orders.id \
                        WHERE promised.paid > orders.refunded";

async fn totals(db: &Db) -> Result<Check, DbError> {
    let sum = async |sql: &str| -> Result<String, DbError> {
        let rows = select(db.reader(), sql, []).await?;
        let row = rows.first().ok_or_else(|| DbError::corrupt("sum", "there is none"))?;
        let part = |index| row.try_get_by_index::<i64>(index).map(i128::from);
        Ok(format!("{} in {} orders", part(0)? * MILLION + part(1)?, part(2)?))
    };
    let orders = sum(ORDERS_ADDED_UP).await?;
    let lines = sum(LINES_ADDED_UP).await?;
    Ok(Check::new("order: the totals add up to the lines", orders, lines))
}

/// Orders may come to more than a column counts, so millions and the rest are added up apart.
const MILLION: i128 = 1_000_000;
const ORDERS_ADDED_UP: &str = "SELECT CAST(COALESCE(SUM(total / 1000000), 0) AS bigint), \
                               CAST(COALESCE(SUM(total % 1000000), 0) AS bigint), COUNT(*) FROM orders";
const LINES_ADDED_UP: &str = concat!(
    "SELECT CAST(COALESCE(SUM(",
    price!(),
    " / 1000000), 0) AS bigint), CAST(COALESCE(SUM(",
    price!(),
    " % 1000000), 0) AS bigint), COUNT(DISTINCT orders.number) FROM orders, ",
    lines!()
);

/// No order may be found by `sql`.
async fn none(db: &Db, rule: &str, sql: &str, values: Vec<Value>) -> Result<Check, DbError> {
    let rows = select(db.reader(), sql, values).await?;
    let found: Vec<String> =
        rows.iter().take(SHOWN).map(|row| order(row).map(|order| order.to_string())).collect::<Result<_, _>>()?;
    let check = Check::new(rule, format!("{} exceptions", rows.len()), "0 exceptions");
    Ok(if found.is_empty() { check } else { check.with_detail(format!("orders {}", found.join(", "))) })
}

pub(crate) async fn promises_after(
    db: &Db,
    after: Option<RefundId>,
    limit: u64,
) -> Result<Vec<PromiseSummary>, DbError> {
    let promises = refunds::after(db.reader(), after, limit).await?;
    let summary = |(order, promised): (OrderId, Promised)| {
        let Promised { promise, paid, status, .. } = promised;
        PromiseSummary { order, refund: promise.refund, amount: promise.amount, paid, status }
    };
    Ok(promises.into_iter().map(summary).collect())
}

pub(crate) async fn unfinished(db: &Db) -> Result<Vec<OrderId>, DbError> {
    let rows = select(db.reader(), "SELECT id FROM orders WHERE due_at IS NOT NULL ORDER BY id", []).await?;
    rows.iter().map(order).collect()
}

pub(crate) async fn payments_after(
    db: &Db,
    after: Option<OrderId>,
    limit: u64,
) -> Result<Vec<PaymentSummary>, DbError> {
    let sql = "SELECT id, status, currency, authorized, captured, refunded FROM orders WHERE id > ? \
               ORDER BY id LIMIT ?";
    let after = after.map_or(Uuid::nil(), OrderId::uuid);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = select(db.reader(), sql, [after.into(), limit.into()]).await?;
    rows.iter().map(summary).collect()
}

macro_rules! select_goods {
    () => {
        concat!(
            "SELECT id, status, CAST((SELECT COALESCE(SUM(",
            to_send!(),
            "), 0) FROM ",
            lines!(),
            ") AS bigint), \
             CASE WHEN due_at IS NOT NULL THEN 1 ELSE 0 END FROM orders "
        )
    };
}

pub(crate) async fn goods_before(db: &Db, before: Option<OrderId>, limit: u64) -> Result<Vec<GoodsSummary>, DbError> {
    let sql = concat!(select_goods!(), "WHERE id < ? ORDER BY id DESC LIMIT ?");
    let before = before.map_or(Uuid::max(), OrderId::uuid);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = select(db.reader(), sql, [before.into(), limit.into()]).await?;
    rows.iter().map(goods).collect()
}

pub(crate) async fn goods_of(db: &Db, orders: &[OrderId]) -> Result<Vec<GoodsSummary>, DbError> {
    let sql = concat!(select_goods!(), "WHERE id IN (SELECT {id}(value ->> 0) FROM {rows})");
    let ids: Vec<_> = orders.iter().map(|order| (order.uuid().simple().to_string(),)).collect();
    let rows = select(db.reader(), sql, [kernel_db::dialect::rows(&ids)]).await?;
    rows.iter().map(goods).collect()
}

fn goods(row: &QueryResult) -> Result<GoodsSummary, DbError> {
    let status: String = row.try_get_by_index(1)?;
    let placing: i32 = row.try_get_by_index(3)?;
    Ok(GoodsSummary {
        order: order(row)?,
        status: status.parse().map_err(|error| DbError::corrupt("status", error))?,
        open: row.try_get_by_index(2)?,
        placing: placing == 1,
    })
}

fn summary(row: &QueryResult) -> Result<PaymentSummary, DbError> {
    let (status, currency): (String, String) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
    Ok(PaymentSummary {
        order: order(row)?,
        status: status.parse().map_err(|error| DbError::corrupt("status", error))?,
        currency: currency.parse().map_err(|error| DbError::corrupt("currency", error))?,
        authorized: row.try_get_by_index(3)?,
        captured: row.try_get_by_index(4)?,
        refunded: row.try_get_by_index(5)?,
    })
}

fn order(row: &QueryResult) -> Result<OrderId, DbError> {
    Ok(OrderId::new(row.try_get_by_index(0)?))
}
