//! Units that were not sent and are called off.

use sea_orm::entity::prelude::*;

use super::json::Units;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "called_off")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) order_id: Uuid,
    pub(crate) refund_id: Uuid,
    pub(crate) amount: i64,
    pub(crate) lines: Units,
    pub(crate) reason: String,
    pub(crate) actor: String,
    pub(crate) created_at: DateTimeUtc,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
