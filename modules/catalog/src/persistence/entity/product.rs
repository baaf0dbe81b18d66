//! A product, with what lists sort and search it by. Lists and options are JSON in columns of text.

use kernel_db::Rows;
use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel, Rows)]
#[sea_orm(table_name = "product")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    #[rows(key)]
    pub id: Uuid,
    #[rows(fixed)]
    pub slug: String,
    pub status: String,
    pub version: i64,
    pub title: String,
    pub title_key: String,
    pub price: i64,
    pub currency: String,
    pub categories: String,
    pub options: String,
    pub images: String,
    #[rows(fixed)]
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub words: String,
    pub description: String,
    /// What changes a product decides itself about this column.
    #[rows(fixed)]
    pub indexed: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
