//! Keeps which units were called off.

use kernel::{Currency, DateTime, Money, OrderId, RefundId, ReturnId, Utc};
use kernel_db::{DbError, Tx};
use order_contract::OrderLine;
use sea_orm::ConnectionTrait;

use super::{cell, json, select, to_json};
use crate::domain::CallOff;

/// Units that were called off, and what is given back for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WrittenOff {
    pub(crate) order: OrderId,
    pub(crate) call: CallOff,
    pub(crate) amount: Money,
    pub(crate) by: String,
    pub(crate) at: DateTime<Utc>,
}

pub(crate) async fn insert(tx: &Tx, off: &WrittenOff) -> Result<(), DbError> {
    let sql = "INSERT INTO called_off (id, order_id, refund_id, amount, lines, reason, actor, created_at) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    let lines: Vec<OrderLine> = (&off.call.units).into();
    let values = [
        off.call.id.uuid().into(),
        off.order.uuid().into(),
        off.call.refund.uuid().into(),
        off.amount.minor().into(),
        to_json(Some(&lines), "called off")?.into(),
        off.call.reason.as_str().into(),
        off.by.as_str().into(),
        off.at.into(),
    ];
    tx.run(sql, values).await?;
    Ok(())
}

/// Oldest first.
pub(crate) async fn of_order<C: ConnectionTrait>(
    connection: &C,
    order: OrderId,
    currency: Currency,
) -> Result<Vec<WrittenOff>, DbError> {
    let sql = "SELECT id, refund_id, amount, lines, reason, actor, created_at FROM called_off WHERE order_id = ? \
               ORDER BY created_at, id";
    let rows = select(connection, sql, [order.uuid().into()]).await?;
    rows.iter()
        .map(|row| {
            let lines: Vec<OrderLine> = json(row, 3, "called off")?.unwrap_or_default();
            let units = lines.into_iter().map(|line| (line.sku, line.quantity)).collect();
            let (id, refund) = (ReturnId::new(cell(row, 0)?), RefundId::new(cell(row, 1)?));
            Ok(WrittenOff {
                order,
                call: CallOff { id, refund, units, reason: cell(row, 4)? },
                amount: Money::new(cell(row, 2)?, currency),
                by: cell(row, 5)?,
                at: cell(row, 6)?,
            })
        })
        .collect()
}
