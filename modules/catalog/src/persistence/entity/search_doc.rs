//! A product in the full-text index. The terms are kept beside it on SQLite, and on Postgres in a column that is only
//! ever written and searched, see [`crate::persistence::index`].

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_doc")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub number: i64,
    pub product_id: Uuid,
    pub title_key: String,
    pub price: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
