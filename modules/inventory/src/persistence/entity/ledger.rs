//! The movements of levels that are not read from a claim.

use kernel::OrderId;
use kernel_db::DbError;
use sea_orm::entity::prelude::*;

use super::level::read_sku;
use crate::domain::{Act, Delta, Entry, Kind};

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub sku: String,
    pub kind: String,
    pub delta_on_hand: i64,
    pub delta_held: i64,
    pub delta_committed: i64,
    pub order_id: Option<Uuid>,
    pub reason: Option<String>,
    pub actor: String,
    pub at: DateTimeUtc,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for (Act, Entry) {
    type Error = DbError;

    fn try_from(row: Model) -> Result<Self, DbError> {
        let entry = Entry {
            kind: Kind::parse(&row.kind).ok_or_else(|| DbError::corrupt("movement", &row.kind))?,
            order: row.order_id.map(OrderId::new),
            sku: read_sku(&row.sku)?,
            delta: Delta { on_hand: row.delta_on_hand, held: row.delta_held, committed: row.delta_committed },
            reason: row.reason,
        };
        Ok((Act { at: row.at, actor: row.actor }, entry))
    }
}
