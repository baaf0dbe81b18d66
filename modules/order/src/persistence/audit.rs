//! What `check` reads: orders that break a rule, and what orders say of their money and goods.

use kernel::{DateTime, OrderId, Utc};
use kernel_db::{Db, DbError, rows};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::text;
use crate::{GoodsSummary, PaymentSummary};

/// No order may be found by it.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    sql: &'static str,
    has_time: bool,
}

impl Rule {
    const fn of(name: &'static str, sql: &'static str) -> Self {
        Self { name, sql, has_time: false }
    }
}

pub(crate) const RULES: [Rule; 12] = [
    Rule::of("order: every total is its lines", UNEQUAL),
    Rule { name: "order: every placing has ended or is within its deadline", sql: OVERDUE, has_time: true },
    Rule::of("order: every order that is placed has a placing", ORPHANED),
    Rule::of("order: every confirmed order is paid in full", UNPAID),
    Rule::of("order: no rejected order keeps money", KEPT),
    Rule::of("order: every order has lines", EMPTY),
    Rule::of("order: every order that counts as unpaid waits for its payment", COUNTED),
    Rule::of("order: every order is found by its SKUs", UNFOUND),
    Rule::of("order: no line counts more units than it has", MISCOUNTED),
    Rule::of("order: every confirmed order has something left to send", DONE),
    Rule::of("order: only what was sent is asked to be returned", OVERASKED),
    Rule::of("order: no more was paid back on promises than was given back", OVERPAID),
];

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
const COUNTED: &str = "SELECT order_id AS id FROM unpaid_order WHERE ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM orders \
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
const OVERPAID: &str = "SELECT orders.id FROM orders JOIN (SELECT order_id, SUM(paid) AS paid FROM order_refund \
                        GROUP BY order_id) AS promised ON promised.order_id = orders.id \
                        WHERE promised.paid > orders.refunded";

#[derive(FromQueryResult)]
struct Found {
    id: Uuid,
}

/// The orders that break `rule`; `late` is the deadline that has passed for good.
pub(crate) async fn exceptions(db: &Db, rule: &Rule, late: DateTime<Utc>) -> Result<Vec<OrderId>, DbError> {
    let values = rule.has_time.then(|| late.into());
    let found: Vec<Found> = db.all(rule.sql, values).await?;
    Ok(found.into_iter().map(|found| OrderId::new(found.id)).collect())
}

/// Orders may come to more than a column counts, so millions and the rest are added up apart.
const ORDERS_ADDED_UP: &str = "SELECT CAST(COALESCE(SUM(total / 1000000), 0) AS bigint) AS millions, \
                               CAST(COALESCE(SUM(total % 1000000), 0) AS bigint) AS rest, COUNT(*) AS orders FROM orders";
const LINES_ADDED_UP: &str = concat!(
    "SELECT CAST(COALESCE(SUM(",
    price!(),
    " / 1000000), 0) AS bigint) AS millions, CAST(COALESCE(SUM(",
    price!(),
    " % 1000000), 0) AS bigint) AS rest, COUNT(DISTINCT orders.number) AS orders FROM orders, ",
    lines!()
);

#[derive(FromQueryResult)]
struct Sum {
    millions: i64,
    rest: i64,
    orders: i64,
}

/// What the totals of all orders come to, and what their lines do, each with the number of orders.
pub(crate) async fn totals(db: &Db) -> Result<[(i128, i64); 2], DbError> {
    let sum = async |sql: &str| {
        let sum: Sum = db.one(sql, []).await?.ok_or_else(|| DbError::corrupt("sum", "there is none"))?;
        Ok::<_, DbError>((i128::from(sum.millions) * 1_000_000 + i128::from(sum.rest), sum.orders))
    };
    Ok([sum(ORDERS_ADDED_UP).await?, sum(LINES_ADDED_UP).await?])
}

pub(crate) async fn unfinished(db: &Db) -> Result<Vec<OrderId>, DbError> {
    let found: Vec<Found> = db.all("SELECT id FROM orders WHERE due_at IS NOT NULL ORDER BY id", []).await?;
    Ok(found.into_iter().map(|found| OrderId::new(found.id)).collect())
}

#[derive(FromQueryResult)]
struct PaymentRow {
    id: Uuid,
    status: String,
    currency: String,
    authorized: i64,
    captured: i64,
    refunded: i64,
}

pub(crate) async fn payments_after(
    db: &Db,
    after: Option<OrderId>,
    limit: u64,
) -> Result<Vec<PaymentSummary>, DbError> {
    let sql = "SELECT id, status, currency, authorized, captured, refunded FROM orders WHERE id > ? \
               ORDER BY id LIMIT ?";
    let after = after.map_or(Uuid::nil(), OrderId::uuid);
    let rows: Vec<PaymentRow> = db.all(sql, [after.into(), i64::try_from(limit).unwrap_or(i64::MAX).into()]).await?;
    let summary = |row: PaymentRow| {
        Ok(PaymentSummary {
            order: OrderId::new(row.id),
            status: text("status", &row.status)?,
            currency: text("currency", &row.currency)?,
            authorized: row.authorized,
            captured: row.captured,
            refunded: row.refunded,
        })
    };
    rows.into_iter().map(summary).collect()
}

#[derive(FromQueryResult)]
struct GoodsRow {
    id: Uuid,
    status: String,
    open: i64,
    in_checkout: i32,
}

macro_rules! select_goods {
    () => {
        concat!(
            "SELECT id, status, CAST((SELECT COALESCE(SUM(",
            to_send!(),
            "), 0) FROM ",
            lines!(),
            ") AS bigint) AS open, CASE WHEN due_at IS NOT NULL THEN 1 ELSE 0 END AS in_checkout FROM orders "
        )
    };
}

pub(crate) async fn goods_before(db: &Db, before: Option<OrderId>, limit: u64) -> Result<Vec<GoodsSummary>, DbError> {
    let sql = concat!(select_goods!(), "WHERE id < ? ORDER BY id DESC LIMIT ?");
    let before = before.map_or(Uuid::max(), OrderId::uuid);
    goods(db.all(sql, [before.into(), i64::try_from(limit).unwrap_or(i64::MAX).into()]).await?)
}

pub(crate) async fn goods_of(db: &Db, orders: &[OrderId]) -> Result<Vec<GoodsSummary>, DbError> {
    goods(db.all(concat!(select_goods!(), "WHERE id IN {ids}"), [rows::ids(orders.iter().copied())]).await?)
}

fn goods(rows: Vec<GoodsRow>) -> Result<Vec<GoodsSummary>, DbError> {
    let summary = |row: GoodsRow| {
        Ok(GoodsSummary {
            order: OrderId::new(row.id),
            status: text("status", &row.status)?,
            open: row.open,
            placing: row.in_checkout == 1,
        })
    };
    rows.into_iter().map(summary).collect()
}
