//! Reads that decide nothing by themselves.

use std::time::Duration;

use kernel::{AttemptId, DateTime, Limit, OrderId, Page, PaymentId, Utc};
use kernel_db::{Db, DbError, Dialect, Sql, columns};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _, Select, Value,
    sea_query::{Expr, ExprTrait as _, Func, SelectStatement, UnionType},
};
use uuid::Uuid;

use super::{
    entity::{attempt, payment, refund_refusal},
    refusals,
    row::{self, KeptPayment, Row},
};
use crate::domain::{Attempt, Payment, Refusal};

/// A payment with all that was ever asked of its provider, oldest first.
#[derive(Debug, Clone)]
pub(crate) struct PaymentWithAttempts {
    pub(crate) payment: Payment,
    pub(crate) attempts: Vec<Attempt>,
    /// Promises to give money back that could not be kept.
    pub(crate) refusals: Vec<Refusal>,
}

/// The payment of an order, or what stands in its place.
#[derive(Debug, Clone)]
pub(crate) enum Found<T> {
    Nothing,
    /// Given up before there was a payment.
    Tombstone,
    Payment(T),
}

static FIND: Sql =
    Sql::new("payment.find", || format!("SELECT {} FROM payment WHERE order_id = ?", columns::<payment::Entity>()));

async fn find(db: &Db, order: OrderId) -> Result<Found<KeptPayment>, DbError> {
    let found = db.one::<payment::Model>(&FIND, [order.uuid().into()]).await?;
    Ok(match found.map(Row::try_from).transpose()? {
        None => Found::Nothing,
        Some(Row::Tombstone(_)) => Found::Tombstone,
        Some(Row::Payment(kept)) => Found::Payment(*kept),
    })
}

pub(crate) async fn payment_of(db: &Db, order: OrderId) -> Result<Found<Payment>, DbError> {
    Ok(match find(db, order).await? {
        Found::Nothing => Found::Nothing,
        Found::Tombstone => Found::Tombstone,
        Found::Payment(kept) => Found::Payment(kept.payment),
    })
}

pub(crate) async fn with_attempts_of(db: &Db, order: OrderId) -> Result<Found<PaymentWithAttempts>, DbError> {
    Ok(match find(db, order).await? {
        Found::Nothing => Found::Nothing,
        Found::Tombstone => Found::Tombstone,
        // The placing of an order does not use refusals.
        Found::Payment(kept) => {
            let attempts = attempts(db, std::slice::from_ref(&kept)).await?;
            Found::Payment(PaymentWithAttempts { payment: kept.payment, attempts, refusals: Vec::new() })
        }
    })
}

pub(crate) async fn with_attempts(db: &Db, id: PaymentId) -> Result<Option<PaymentWithAttempts>, DbError> {
    let found = payment::Entity::find_by_id(id.uuid()).one(db.reader()).await?;
    let Some(kept) = found.map(Row::try_from).transpose()?.and_then(Row::payment) else { return Ok(None) };
    Ok(whole(db, vec![kept]).await?.pop())
}

/// Payments with all that belongs to them.
async fn whole(db: &Db, payments: Vec<KeptPayment>) -> Result<Vec<PaymentWithAttempts>, DbError> {
    let attempts = attempts(db, &payments).await?;
    let refusals = refusals::of(db, &not_plain(&payments)).await?;
    let whole = |KeptPayment { payment, .. }| {
        let attempts = attempts.iter().filter(|attempt| attempt.payment == payment.id).cloned().collect();
        let refusals = refusals.iter().filter(|refusal| refusal.payment == payment.id).cloned().collect();
        PaymentWithAttempts { payment, attempts, refusals }
    };
    Ok(payments.into_iter().map(whole).collect())
}

fn not_plain(payments: &[KeptPayment]) -> Vec<PaymentId> {
    payments.iter().filter(|kept| kept.plain.is_none()).map(|kept| kept.payment.id).collect()
}

/// The attempts of each payment, oldest first.
async fn attempts(db: &Db, payments: &[KeptPayment]) -> Result<Vec<Attempt>, DbError> {
    let plain = |kept: &KeptPayment| kept.plain.as_ref().map(|plain| plain.attempts(&kept.payment));
    let mut attempts: Vec<Attempt> = payments.iter().filter_map(plain).flatten().collect();
    let others = not_plain(payments);
    if !others.is_empty() {
        let found = attempt::Entity::find().filter(attempt::Column::PaymentId.is_in(others.iter().map(|id| id.uuid())));
        let found = found.order_by_asc(attempt::Column::CreatedAt).order_by_asc(attempt::Column::Id);
        attempts.extend(row::all::<_, Attempt>(found.all(db.reader()).await?)?);
    }
    Ok(attempts)
}

/// Which payments to list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    /// Only the payment of this order.
    pub(crate) order: Option<OrderId>,
    /// Those with work for the shop, and those of which something that was asked for before then is still open; with `false`
    /// the others.
    pub(crate) attention: Option<(bool, DateTime<Utc>)>,
    pub(crate) before: Option<PaymentId>,
}

/// An attempt that may still move money. Written out, because a partial index is used only where a statement says its
/// condition.
const UNSETTLED: &str = "attempt.status IN ('queued', 'started', 'unknown', 'pending')";

/// The payments with which a person has something to do: a refusal that is not settled, a void that its provider has
/// refused, or something that has been open for too long. Each part has an index of what is open alone.
fn attention(doubt: DateTime<Utc>) -> SelectStatement {
    let refused = refund_refusal::Entity::find().select_only().column(refund_refusal::Column::PaymentId);
    let mut attention = refused.filter(refund_refusal::Column::ResolvedAt.is_null()).into_query();
    let unsettled = || {
        let attempts = attempt::Entity::find().select_only().column(attempt::Column::PaymentId);
        attempts.filter(Expr::cust(UNSETTLED))
    };
    let watched = |condition: &'static str| {
        let payments = payment::Entity::find().select_only().column(payment::Column::Id);
        payments.filter(Expr::cust("payment.watched = 1")).filter(Expr::cust(condition))
    };
    let under_way = watched("payment.plain = 1 AND payment.lease_until IS NOT NULL");
    let stuck = watched("payment.plain = 0 AND payment.status = 'authorized'");
    for part in [
        unsettled().filter(attempt::Column::CreatedAt.lt(doubt)).into_query(),
        under_way.filter(Expr::cust("COALESCE(payment.capture_at, payment.created_at)").lt(doubt)).into_query(),
        stuck.filter(payment::Column::Id.not_in_subquery(unsettled().into_query())).into_query(),
    ] {
        attention.union(UnionType::Distinct, part);
    }
    attention
}

/// A page of payments, newest first.
pub(crate) async fn list(db: &Db, wanted: Wanted, limit: Limit) -> Result<Page<PaymentWithAttempts>, DbError> {
    let found = payments(select(db.dialect(), wanted, limit).all(db.reader()).await?)?;
    let page = Page::cut(found, limit, |kept| kept.payment.id);
    let whole = whole(db, page.items).await?;
    Ok(Page { items: whole, next_cursor: page.next_cursor })
}

/// `id = ANY(ARRAY(…))`. For `id IN (…)` Postgres overestimates the rows, and then reads payments, newest first, until it has a
/// page of them, which may be all payments.
fn is_one_of(ids: SelectStatement) -> Expr {
    let ids = Func::cust("ARRAY").arg(Expr::SubQuery(None, Box::new(ids.into())));
    Expr::col((payment::Entity, payment::Column::Id)).eq(Func::cust("ANY").arg(ids))
}

fn select(dialect: Dialect, wanted: Wanted, limit: Limit) -> Select<payment::Entity> {
    let Wanted { order, attention: has_attention, before } = wanted;
    let is_among = |(yes, doubt)| match (yes, dialect) {
        (true, Dialect::Sqlite) => payment::Column::Id.in_subquery(attention(doubt)),
        (true, Dialect::Postgres) => is_one_of(attention(doubt)),
        (false, _) => payment::Column::Id.not_in_subquery(attention(doubt)),
    };
    let wanted = Condition::all()
        .add(payment::Column::Method.is_not_null())
        .add_option(order.map(|order| payment::Column::OrderId.eq(order.uuid())))
        .add_option(has_attention.map(is_among))
        .add_option(before.map(|before| payment::Column::Id.lt(before.uuid())));
    payment::Entity::find().filter(wanted).order_by_desc(payment::Column::Id).limit(limit.and_one())
}

/// The statement behind a page, for its plan.
#[cfg(test)]
pub(crate) fn list_sql(db: &Db, wanted: Wanted) -> String {
    select(db.dialect(), wanted, Limit::default()).build(db.dialect().backend()).sql
}

/// At most `limit` payments in the order of their orders' ids, those after `after`.
pub(crate) async fn payments_after(db: &Db, after: Option<OrderId>, limit: u64) -> Result<Vec<Payment>, DbError> {
    let wanted = Condition::all()
        .add(payment::Column::Method.is_not_null())
        .add_option(after.map(|after| payment::Column::OrderId.gt(after.uuid())));
    let found = payment::Entity::find().filter(wanted).order_by_asc(payment::Column::OrderId).limit(limit);
    Ok(payments(found.all(db.reader()).await?)?.into_iter().map(|kept| kept.payment).collect())
}

/// Without the tombstones.
fn payments(models: Vec<payment::Model>) -> Result<Vec<KeptPayment>, DbError> {
    let rows = row::all::<_, Row>(models)?;
    Ok(rows.into_iter().filter_map(Row::payment).collect())
}

/// Unsettled, and not behind another call for the same payment. Counted, because Postgres would answer `EXISTS` from all open
/// attempts, whose index is mostly entries of rows that are gone.
const MOVABLE: &str = "status IN ('queued', 'started', 'unknown', 'pending') AND NOT (status = 'queued' AND 0 < \
                       (SELECT COUNT(*) FROM attempt AS other WHERE other.payment_id = attempt.payment_id \
                       AND other.status IN ('started', 'unknown', 'pending')))";

pub(crate) static DUE: Sql = Sql::new("payment.due", || {
    format!("SELECT id FROM attempt WHERE {MOVABLE} AND next_try_at <= ? ORDER BY next_try_at LIMIT ?")
});

pub(crate) static NEXT_DUE: Sql =
    Sql::new("payment.next-due", || format!("SELECT MIN(next_try_at) AS at FROM attempt WHERE {MOVABLE}"));

/// Of payments that are plain. Those of which nothing is under way are left for a while, as their capture is expected.
pub(crate) static LEFT_BEHIND: Sql = Sql::new("payment.left-behind", || {
    format!(
        "SELECT {columns} FROM payment WHERE watched = 1 AND plain = 1 AND created_at <= ? \
         AND (lease_until <= ? OR lease_until IS NULL AND created_at <= ?) ORDER BY created_at LIMIT ?",
        columns = columns::<payment::Entity>(),
    )
});

#[cfg(test)]
pub(super) fn statements() -> Vec<&'static Sql> {
    vec![&FIND, &DUE, &NEXT_DUE, &LEFT_BEHIND]
}

#[derive(FromQueryResult)]
struct Due {
    id: Uuid,
}

/// Attempts that are due by now, those that waited longest first.
pub(crate) async fn due(db: &Db, now: DateTime<Utc>, limit: i64) -> Result<Vec<AttemptId>, DbError> {
    let found = db.all::<Due>(&DUE, [now.into(), limit.into()]).await?;
    Ok(found.into_iter().map(|due| AttemptId::new(due.id)).collect())
}

#[derive(FromQueryResult)]
struct NextDue {
    at: Option<DateTime<Utc>>,
}

/// When the next attempt will be due; `None` when nothing is unsettled.
pub(crate) async fn next_due(db: &Db) -> Result<Option<DateTime<Utc>>, DbError> {
    Ok(db.one::<NextDue>(&NEXT_DUE, []).await?.and_then(|next| next.at))
}

/// Plain payments of which something has been under way for longer than a `lease`, and those that have had nothing under way
/// for longer than a `rest`, oldest first.
pub(crate) async fn left_behind(
    db: &Db,
    (lease, rest): (Duration, Duration),
    limit: i64,
) -> Result<Vec<KeptPayment>, DbError> {
    let now = db.seams().now();
    let values: [Value; 4] = [(now - lease).into(), now.into(), (now - rest).into(), limit.into()];
    payments(db.all::<payment::Model>(&LEFT_BEHIND, values).await?)
}
