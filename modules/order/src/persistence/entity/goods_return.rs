//! Goods that a buyer asks to return, or has returned.

use sea_orm::entity::prelude::*;

use super::json::{ReceivedUnits, ReturnedUnits};

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "goods_return")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) order_id: Uuid,
    pub(crate) refund_id: Uuid,
    pub(crate) amount: i64,
    pub(crate) lines: ReturnedUnits,
    pub(crate) restock: i64,
    pub(crate) reason: String,
    pub(crate) actor: String,
    pub(crate) created_at: DateTimeUtc,
    pub(crate) status: String,
    pub(crate) received: Option<ReceivedUnits>,
    pub(crate) decided_by: Option<String>,
    pub(crate) decided_at: Option<DateTimeUtc>,
    pub(crate) decision: Option<String>,
    pub(crate) accepted: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
