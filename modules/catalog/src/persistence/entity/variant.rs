//! What is sold: a product has one or more.

use kernel_db::Rows;
use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel, Rows)]
#[sea_orm(table_name = "variant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    #[rows(key)]
    pub sku: String,
    #[rows(fixed)]
    pub product_id: Uuid,
    pub place: i64,
    pub title: Option<String>,
    pub options: String,
    pub price: i64,
    pub currency: String,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
