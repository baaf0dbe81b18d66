//! Where a product stands: a row for each of its categories.

use kernel_db::Rows;
use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel, Rows)]
#[sea_orm(table_name = "shelf")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    #[rows(key)]
    pub category: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    #[rows(key)]
    pub listed: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    #[rows(key)]
    pub product_id: Uuid,
    pub title_key: String,
    pub price: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
