//! Promises to give money back that could not be kept.

use kernel::{Currency, DateTime, PaymentId, RefundId, Utc};
use kernel_db::{Db, DbError, Rows, Sql, Tx, Write, rows};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, FromQueryResult, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _,
};
use uuid::Uuid;

use super::{
    entity::refund_refusal::{ActiveModel, Column, Entity},
    row,
};
use crate::domain::{Refusal, Resolved};

/// What became of a refund that an order has promised, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptPromise {
    pub refund: RefundId,
    pub paid: i64,
    /// Decided, and not settled with the provider.
    pub open: i64,
    /// Shown to the shop as work to do.
    pub refused: i64,
    /// Nothing was ever taken, so nothing had to be given back.
    pub needless: bool,
}

#[derive(Rows)]
struct RefusalRow<'a> {
    refund_id: RefundId,
    payment_id: PaymentId,
    currency: Currency,
    asked: i64,
    refunded: i64,
    left_over: i64,
    reason: &'a str,
    asked_by: &'a str,
    created_at: DateTime<Utc>,
}

static REFUSE: Sql = Sql::new("payment.refuse", || {
    format!(
        "{insert} ON CONFLICT (refund_id) DO UPDATE SET refunded = excluded.refunded, left_over = excluded.left_over, \
         reason = excluded.reason, resolved_at = NULL, resolved_by = NULL, resolution = NULL",
        insert = RefusalRow::insert("refund_refusal"),
    )
});

/// Writes refusals down. The same promise may be refused twice: in part when it comes, and the rest by the provider.
pub(super) fn keep(refusals: &[Refusal]) -> Write {
    let rows = refusals.iter().map(|refusal| RefusalRow {
        refund_id: refusal.refund,
        payment_id: refusal.payment,
        currency: refusal.asked.currency(),
        asked: refusal.asked.minor(),
        refunded: refusal.refunded.minor(),
        left_over: refusal.left.minor(),
        reason: &refusal.reason,
        asked_by: &refusal.asked_by,
        created_at: refusal.created_at,
    });
    Write::new(&REFUSE, [RefusalRow::bind(rows)])
}

/// Every refusal of the payments, oldest first.
pub(crate) async fn of(db: &Db, payments: &[PaymentId]) -> Result<Vec<Refusal>, DbError> {
    let ids = payments.iter().map(|id| id.uuid());
    let found = Entity::find().filter(Column::PaymentId.is_in(ids));
    row::all(found.order_by_asc(Column::CreatedAt).order_by_asc(Column::RefundId).all(db.reader()).await?)
}

/// How many are to be settled.
pub(crate) async fn open(db: &Db) -> Result<u64, DbError> {
    Ok(Entity::find().filter(Column::ResolvedAt.is_null()).count(db.reader()).await?)
}

#[derive(FromQueryResult)]
struct Promised {
    id: Uuid,
    paid: i64,
    open: i64,
    refused: i64,
    dropped: i64,
}

static PROMISES: Sql = Sql::new("payment.promises", || {
    let sum = |what: &str| format!("CAST(COALESCE({what}, 0) AS BIGINT)");
    format!(
        "SELECT promised.id, {paid} AS paid, {open} AS open, {refused} AS refused, {dropped} AS dropped \
         FROM (SELECT {{id}}(value ->> 0) AS id FROM {{rows}}) AS promised \
         LEFT JOIN attempt ON attempt.id = promised.id \
         LEFT JOIN refund_refusal ON refund_refusal.refund_id = promised.id \
         WHERE attempt.id IS NOT NULL OR refund_refusal.refund_id IS NOT NULL GROUP BY promised.id",
        paid = sum("SUM(CASE WHEN attempt.status = 'succeeded' THEN attempt.amount END)"),
        open =
            sum("SUM(CASE WHEN attempt.status IN ('queued', 'started', 'unknown', 'pending') THEN attempt.amount END)"),
        refused = sum("MAX(refund_refusal.asked - refund_refusal.refunded)"),
        dropped = sum("SUM(CASE WHEN attempt.status = 'dropped' THEN 1 END)"),
    )
});

#[cfg(test)]
pub(super) fn statements() -> Vec<&'static Sql> {
    vec![&REFUSE, &PROMISES]
}

/// What became of refunds that orders have promised, for those that payment has heard of.
pub(crate) async fn kept_promises(db: &Db, refunds: &[RefundId]) -> Result<Vec<KeptPromise>, DbError> {
    let found = db.all::<Promised>(&PROMISES, [rows::ids(refunds.iter().copied())]).await?;
    let kept = |Promised { id, paid, open, refused, dropped }| KeptPromise {
        refund: RefundId::new(id),
        paid,
        open,
        refused,
        needless: dropped > 0,
    };
    Ok(found.into_iter().map(kept).collect())
}

/// Notes that the shop has settled it. `false` when there is no such refusal, or it is settled.
pub(crate) async fn resolve(
    tx: &Tx,
    (payment, refund): (PaymentId, RefundId),
    resolved: &Resolved,
) -> Result<bool, DbError> {
    let settled = ActiveModel {
        resolved_at: Set(Some(resolved.at)),
        resolved_by: Set(Some(resolved.by.clone())),
        resolution: Set(Some(resolved.note.clone())),
        ..Default::default()
    };
    let open = Entity::update_many().set(settled).filter(Column::RefundId.eq(refund.uuid()));
    let open = open.filter(Column::PaymentId.eq(payment.uuid())).filter(Column::ResolvedAt.is_null());
    Ok(open.exec(tx).await?.rows_affected == 1)
}
