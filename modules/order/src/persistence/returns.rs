//! Keeps what buyers want to give back, and what the shop made of it.

use std::collections::HashMap;

use kernel::{Currency, Limit, Money, OrderId, Page, RefundId, ReturnId};
use kernel_db::{DbError, Tx};
use order_contract::ReturnedLine;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::{
    cell,
    entity::{
        goods_return,
        json::{ReceivedUnits, ReturnedUnits},
        order as orders,
    },
    text,
};
use crate::domain::{
    Act, Return, Units, order,
    returns::{Decision, Progress, ReturnStatus, ReturnTerms},
};

/// A return, and what people call its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Numbered {
    pub(crate) back: Return,
    pub(crate) number: String,
}

pub(crate) async fn insert(tx: &Tx, back: &Return) -> Result<(), DbError> {
    goods_return::Entity::insert(row(back).into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Writes how far the return has come.
pub(crate) async fn save(tx: &Tx, back: &Return) -> Result<(), DbError> {
    goods_return::Entity::update(row(back).into_active_model().reset_all()).exec(tx).await?;
    Ok(())
}

fn row(back: &Return) -> goods_return::Model {
    let line = |(sku, quantity): (&kernel::Sku, i64)| ReturnedLine { sku: sku.clone(), quantity, shipped: quantity };
    let decision = back.decision();
    goods_return::Model {
        id: back.id.uuid(),
        order_id: back.order.uuid(),
        refund_id: back.refund.uuid(),
        amount: back.amount.minor(),
        lines: ReturnedUnits(back.units.iter().map(line).collect()),
        restock: back.restock.into(),
        reason: back.reason.clone(),
        actor: back.by.clone(),
        created_at: back.at,
        status: back.status().as_str().to_owned(),
        received: Some(back.received().to_vec()).filter(|lines| !lines.is_empty()).map(ReceivedUnits),
        decided_by: decision.map(|decision| decision.by.clone()),
        decided_at: decision.map(|decision| decision.at),
        decision: decision.and_then(|decision| decision.reason.clone()),
        accepted: back.accepted.minor(),
    }
}

fn read(row: goods_return::Model, currency: Currency) -> Result<Return, DbError> {
    let terms = ReturnTerms {
        id: ReturnId::new(row.id),
        refund: RefundId::new(row.refund_id),
        units: row.lines.0.into_iter().map(|line| (line.sku, line.quantity)).collect(),
        restock: row.restock == 1,
        reason: row.reason,
    };
    let by = Act { by: row.actor, at: row.created_at };
    let mut back = Return::requested(OrderId::new(row.order_id), terms, Money::new(row.amount, currency), &by);
    back.accepted = Money::new(row.accepted, currency);
    let decision = row.decided_by.zip(row.decided_at);
    let decision = decision.map(|(by, at)| Decision { by, at, reason: row.decision });
    let received = row.received.map(|units| units.0).unwrap_or_default();
    Ok(back.restore(Progress { status: text("status of a return", &row.status)?, received, decision }))
}

/// Whose return it is.
pub(crate) async fn order_of(tx: &Tx, id: ReturnId) -> Result<Option<OrderId>, DbError> {
    let row = goods_return::Entity::find_by_id(id.uuid()).one(tx).await?;
    Ok(row.map(|row| OrderId::new(row.order_id)))
}

pub(crate) async fn find<C: ConnectionTrait>(connection: &C, id: ReturnId) -> Result<Option<Numbered>, DbError> {
    let Some(row) = goods_return::Entity::find_by_id(id.uuid()).one(connection).await? else { return Ok(None) };
    Ok(numbered(connection, vec![row]).await?.pop())
}

/// Oldest first.
pub(crate) async fn of_order<C: ConnectionTrait>(
    connection: &C,
    order: OrderId,
    currency: Currency,
) -> Result<Vec<Return>, DbError> {
    let found = goods_return::Entity::find().filter(goods_return::Column::OrderId.eq(order.uuid()));
    let found = found.order_by_asc(goods_return::Column::CreatedAt).order_by_asc(goods_return::Column::Id);
    found.all(connection).await?.into_iter().map(|row| read(row, currency)).collect()
}

/// The units of the order's returns that are asked for and not decided.
pub(crate) async fn asked_units(tx: &Tx, order: OrderId) -> Result<Units, DbError> {
    let asked = goods_return::Entity::find()
        .filter(goods_return::Column::OrderId.eq(order.uuid()))
        .filter(goods_return::Column::Status.eq(ReturnStatus::Requested.as_str()));
    let lines = asked.all(tx).await?.into_iter().flat_map(|row| row.lines.0);
    Ok(lines.map(|line| (line.sku, line.quantity)).collect())
}

/// What was given back for the order's returns without a person, in minor units.
pub(crate) async fn accepted_by_itself(tx: &Tx, order: OrderId) -> Result<i64, DbError> {
    let sql = "SELECT CAST(COALESCE(SUM(accepted), 0) AS bigint) FROM goods_return WHERE order_id = ?";
    let row = tx.row(sql, [order.uuid().into()]).await?;
    row.map_or(Ok(0), |row| cell(&row, 0))
}

/// The newest returns first.
pub(crate) async fn page<C: ConnectionTrait>(
    connection: &C,
    status: Option<ReturnStatus>,
    after: Option<ReturnId>,
    limit: Limit,
) -> Result<Page<Numbered>, DbError> {
    let mut found = goods_return::Entity::find().order_by_desc(goods_return::Column::Id).limit(limit.and_one());
    if let Some(status) = status {
        found = found.filter(goods_return::Column::Status.eq(status.as_str()));
    }
    if let Some(after) = after {
        found = found.filter(goods_return::Column::Id.lt(after.uuid()));
    }
    let returns = numbered(connection, found.all(connection).await?).await?;
    Ok(Page::cut(returns, limit, |numbered| numbered.back.id))
}

/// Returns with the numbers and currencies of their orders.
async fn numbered<C: ConnectionTrait>(
    connection: &C,
    rows: Vec<goods_return::Model>,
) -> Result<Vec<Numbered>, DbError> {
    let of = orders::Entity::find().filter(orders::Column::Id.is_in(rows.iter().map(|row| row.order_id)));
    let of = of.select_only().columns([orders::Column::Id, orders::Column::Number, orders::Column::Currency]);
    let of: Vec<(Uuid, i64, String)> = of.into_tuple().all(connection).await?;
    let of: HashMap<Uuid, (i64, String)> =
        of.into_iter().map(|(id, number, currency)| (id, (number, currency))).collect();
    let numbered = |row: goods_return::Model| {
        let missing = || DbError::corrupt("return", format!("its order {} is not there", row.order_id));
        let (number, currency) = of.get(&row.order_id).ok_or_else(missing)?;
        let currency = text("currency", currency)?;
        Ok(Numbered { number: order::name_of_row(*number), back: read(row, currency)? })
    };
    rows.into_iter().map(numbered).collect()
}
