use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(unique)]
    pub order_id: Uuid,
    pub method: Option<String>,
    pub token: Option<String>,
    pub currency: Option<String>,
    pub amount: i64,
    pub status: String,
    pub authorized: i64,
    pub captured: i64,
    pub refunded: i64,
    pub version: i64,
    pub given_up: i64,
    pub asked_by: Option<String>,
    pub correlation_id: Option<Uuid>,
    pub traceparent: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub revision: i64,
    pub plain: i64,
    pub lease_until: Option<DateTimeUtc>,
    pub capture_id: Option<Uuid>,
    pub capture_asked_by: Option<String>,
    pub capture_correlation_id: Option<Uuid>,
    pub capture_traceparent: Option<String>,
    pub capture_at: Option<DateTimeUtc>,
    pub watched: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
