//! Keeps what left the house.

use kernel::{DateTime, FulfilmentId, OrderId, Utc};
use kernel_db::{DbError, Tx};
use order_contract::OrderLine;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
};

use super::{
    called_off::{self, WrittenOff},
    entity::{fulfilment, json::Units},
    refunds, returns,
};
use crate::domain::{Order, Promised, Return};

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

/// What became of an order's goods, and of the money that was promised for them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Goods {
    pub(crate) fulfilments: Vec<Fulfilment>,
    pub(crate) called_off: Vec<WrittenOff>,
    pub(crate) returns: Vec<Return>,
    pub(crate) refunds: Vec<Promised>,
}

impl Goods {
    pub(crate) async fn of<C: ConnectionTrait>(connection: &C, order: &Order) -> Result<Self, DbError> {
        let (id, currency) = (order.id(), order.terms.total.currency());
        Ok(Self {
            fulfilments: fulfilments(connection, id).await?,
            called_off: called_off::of_order(connection, id, currency).await?,
            returns: returns::of_order(connection, id, currency).await?,
            refunds: refunds::of_order(connection, id, currency).await?,
        })
    }
}

pub(crate) async fn insert_fulfilment(tx: &Tx, sent: &Fulfilment) -> Result<(), DbError> {
    let row = fulfilment::Model {
        id: sent.id.uuid(),
        order_id: sent.order.uuid(),
        tracking: sent.tracking.clone(),
        lines: Units(sent.lines.clone()),
        complete: sent.complete.into(),
        actor: sent.by.clone(),
        created_at: sent.at,
    };
    fulfilment::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Oldest first.
pub(crate) async fn fulfilments<C: ConnectionTrait>(
    connection: &C,
    order: OrderId,
) -> Result<Vec<Fulfilment>, DbError> {
    let found = fulfilment::Entity::find().filter(fulfilment::Column::OrderId.eq(order.uuid()));
    let found = found.order_by_asc(fulfilment::Column::CreatedAt).order_by_asc(fulfilment::Column::Id);
    let sent = |row: fulfilment::Model| Fulfilment {
        id: FulfilmentId::new(row.id),
        order,
        lines: row.lines.0,
        tracking: row.tracking,
        complete: row.complete == 1,
        by: row.actor,
        at: row.created_at,
    };
    Ok(found.all(connection).await?.into_iter().map(sent).collect())
}
