//! Reads and writes about one payment. What every order needs is in [`super::hot`].

use kernel::{AttemptId, OrderId, PaymentId};
use kernel_db::{DbError, Tx};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _, Select,
    sea_query::{Expr, ExprTrait as _, LockBehavior, LockType, OnConflict},
};

use super::{
    entity::{attempt, payment},
    row::{KeptPayment, Row},
};
use crate::domain::{Status, Wanted, payment_of_capture};

/// A request for what is set aside for an order.
#[derive(Debug, Clone)]
pub(crate) struct CaptureWanted {
    pub(crate) order: OrderId,
    pub(crate) wanted: Wanted,
}

/// Refuses a payment that `order` may ask for later. `false` when there is one already.
pub(crate) async fn tombstone(tx: &Tx, order: OrderId) -> Result<bool, DbError> {
    let now = tx.seams().now();
    let tombstone = payment::ActiveModel {
        id: Set(tx.seams().ids.next()),
        order_id: Set(order.uuid()),
        amount: Set(0),
        status: Set(Status::Voided.as_str().to_owned()),
        authorized: Set(0),
        captured: Set(0),
        refunded: Set(0),
        version: Set(0),
        given_up: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
        revision: Set(0),
        plain: Set(1),
        watched: Set(0),
        ..Default::default()
    };
    let once = OnConflict::column(payment::Column::OrderId).do_nothing().to_owned();
    Ok(payment::Entity::insert(tombstone).on_conflict(once).exec_without_returning(tx).await? == 1)
}

/// Reads and locks a payment.
pub(crate) async fn lock(tx: &Tx, id: PaymentId) -> Result<Option<KeptPayment>, DbError> {
    only(tx, payment::Entity::find_by_id(id.uuid()).lock_exclusive()).await
}

/// Reads and locks the payment that `reference` is about. One that another process has locked is waited for, or else passed
/// by.
pub(crate) async fn lock_by_reference(
    tx: &Tx,
    reference: AttemptId,
    waits: bool,
) -> Result<Option<KeptPayment>, DbError> {
    let attempt = attempt::Entity::find_by_id(reference.uuid()).one(tx).await?;
    let ids = match attempt {
        Some(attempt) => vec![attempt.payment_id],
        // An authorization, or a capture, of a payment that is plain.
        None => vec![reference.uuid(), payment_of_capture(reference).uuid()],
    };
    let found = payment::Entity::find().filter(payment::Column::Id.is_in(ids));
    let found = if waits {
        found.lock_exclusive()
    } else {
        found.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
    };
    only(tx, found).await
}

/// Has plain payments of which nothing is under way looked at no more.
pub(crate) async fn leave(tx: &Tx, payments: &[KeptPayment]) -> Result<(), DbError> {
    let ids = payments.iter().map(|kept| kept.payment.id.uuid());
    payment::Entity::update_many()
        .col_expr(payment::Column::Watched, 0.into())
        .col_expr(payment::Column::Revision, Expr::col(payment::Column::Revision).add(1))
        .filter(payment::Column::Id.is_in(ids))
        .filter(payment::Column::Plain.eq(1))
        .filter(payment::Column::LeaseUntil.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

async fn only(tx: &Tx, found: Select<payment::Entity>) -> Result<Option<KeptPayment>, DbError> {
    Ok(found.one(tx).await?.map(Row::try_from).transpose()?.and_then(Row::payment))
}
