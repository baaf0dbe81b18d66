//! Keeps what left the house and what came back.

use kernel::{Currency, DateTime, FulfilmentId, Money, OrderId, RefundId, ReturnId, Utc};
use kernel_db::{DbError, Tx};
use order_contract::{OrderLine, ReturnedLine};
use sea_orm::ConnectionTrait;

use super::{cell, json, select, to_json};

/// Goods on their way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fulfilment {
    pub(crate) id: FulfilmentId,
    pub(crate) order: OrderId,
    pub(crate) lines: Vec<OrderLine>,
    pub(crate) tracking: Option<String>,
    /// Nothing of the order was left to send.
    pub(crate) complete: bool,
    pub(crate) by: String,
    pub(crate) at: DateTime<Utc>,
}

/// Goods that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Returned {
    pub(crate) id: ReturnId,
    pub(crate) order: OrderId,
    pub(crate) refund: RefundId,
    pub(crate) amount: Money,
    pub(crate) lines: Vec<ReturnedLine>,
    pub(crate) restock: bool,
    pub(crate) reason: String,
    pub(crate) by: String,
    pub(crate) at: DateTime<Utc>,
}

pub(crate) async fn insert_fulfilment(tx: &Tx, fulfilment: &Fulfilment) -> Result<(), DbError> {
    let sql = "INSERT INTO fulfilment (id, order_id, tracking, lines, complete, actor, created_at) \
               VALUES (?, ?, ?, ?, ?, ?, ?)";
    let values = [
        fulfilment.id.uuid().into(),
        fulfilment.order.uuid().into(),
        fulfilment.tracking.clone().into(),
        to_json(Some(&fulfilment.lines), "fulfilment")?.into(),
        i64::from(fulfilment.complete).into(),
        fulfilment.by.as_str().into(),
        fulfilment.at.into(),
    ];
    tx.run(sql, values).await?;
    Ok(())
}

pub(crate) async fn insert_return(tx: &Tx, returned: &Returned) -> Result<(), DbError> {
    let sql = "INSERT INTO goods_return (id, order_id, refund_id, amount, lines, restock, reason, actor, created_at) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let values = [
        returned.id.uuid().into(),
        returned.order.uuid().into(),
        returned.refund.uuid().into(),
        returned.amount.minor().into(),
        to_json(Some(&returned.lines), "return")?.into(),
        i64::from(returned.restock).into(),
        returned.reason.as_str().into(),
        returned.by.as_str().into(),
        returned.at.into(),
    ];
    tx.run(sql, values).await?;
    Ok(())
}

/// Oldest first.
pub(crate) async fn fulfilments<C: ConnectionTrait>(
    connection: &C,
    order: OrderId,
) -> Result<Vec<Fulfilment>, DbError> {
    let sql = "SELECT id, tracking, lines, complete, actor, created_at FROM fulfilment WHERE order_id = ? \
               ORDER BY created_at, id";
    let rows = select(connection, sql, [order.uuid().into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(Fulfilment {
                id: FulfilmentId::new(cell(row, 0)?),
                order,
                tracking: cell(row, 1)?,
                lines: json(row, 2, "fulfilment")?.unwrap_or_default(),
                complete: cell::<i64>(row, 3)? == 1,
                by: cell(row, 4)?,
                at: cell(row, 5)?,
            })
        })
        .collect()
}

/// Oldest first.
pub(crate) async fn returns<C: ConnectionTrait>(
    connection: &C,
    order: OrderId,
    currency: Currency,
) -> Result<Vec<Returned>, DbError> {
    let sql = "SELECT id, refund_id, amount, lines, restock, reason, actor, created_at FROM goods_return \
               WHERE order_id = ? ORDER BY created_at, id";
    let rows = select(connection, sql, [order.uuid().into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(Returned {
                id: ReturnId::new(cell(row, 0)?),
                order,
                refund: RefundId::new(cell(row, 1)?),
                amount: Money::new(cell(row, 2)?, currency),
                lines: json(row, 3, "return")?.unwrap_or_default(),
                restock: cell::<i64>(row, 4)? == 1,
                reason: cell(row, 5)?,
                by: cell(row, 6)?,
                at: cell(row, 7)?,
            })
        })
        .collect()
}
