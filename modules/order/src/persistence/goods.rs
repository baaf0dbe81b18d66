//! Keeps what left the house.

use kernel::{DateTime, FulfilmentId, OrderId, Utc};
use kernel_db::{DbError, Tx};
use order_contract::OrderLine;
use sea_orm::ConnectionTrait;

use super::{
    called_off::{self, WrittenOff},
    cell, json, refunds, returns, select, to_json,
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
