use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "simulated_ledger")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub reference: Uuid,
    pub authorization_reference: Uuid,
    pub order_id: Uuid,
    pub operation: String,
    pub currency: String,
    pub amount: i64,
    pub outcome: String,
    pub reason: Option<String>,
    pub settles_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
