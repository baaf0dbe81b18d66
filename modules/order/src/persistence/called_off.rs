//! Keeps which units were called off.

use kernel::{Currency, DateTime, Money, OrderId, RefundId, ReturnId, Utc};
use kernel_db::{DbError, Tx};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
};

use super::entity::{called_off, json::Units};
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
    let row = called_off::Model {
        id: off.call.id.uuid(),
        order_id: off.order.uuid(),
        refund_id: off.call.refund.uuid(),
        amount: off.amount.minor(),
        lines: Units((&off.call.units).into()),
        reason: off.call.reason.clone(),
        actor: off.by.clone(),
        created_at: off.at,
    };
    called_off::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Oldest first.
pub(crate) async fn of_order<C: ConnectionTrait>(
    connection: &C,
    order: OrderId,
    currency: Currency,
) -> Result<Vec<WrittenOff>, DbError> {
    let found = called_off::Entity::find().filter(called_off::Column::OrderId.eq(order.uuid()));
    let found = found.order_by_asc(called_off::Column::CreatedAt).order_by_asc(called_off::Column::Id);
    let off = |row: called_off::Model| WrittenOff {
        order,
        call: CallOff {
            id: ReturnId::new(row.id),
            refund: RefundId::new(row.refund_id),
            units: row.lines.0.into_iter().map(|line| (line.sku, line.quantity)).collect(),
            reason: row.reason,
        },
        amount: Money::new(row.amount, currency),
        by: row.actor,
        at: row.created_at,
    };
    Ok(found.all(connection).await?.into_iter().map(off).collect())
}
