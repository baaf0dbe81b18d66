use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub payment_id: Uuid,
    pub operation: String,
    pub currency: String,
    pub amount: i64,
    pub status: String,
    pub reason: Option<String>,
    pub answer: Option<String>,
    pub asked_by: String,
    pub correlation_id: Option<Uuid>,
    pub traceparent: Option<String>,
    pub tries: i64,
    pub next_try_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
