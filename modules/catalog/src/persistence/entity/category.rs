//! A category. Its number is what products and lists know it by.

use kernel::CategoryId;
use sea_orm::entity::prelude::*;

use crate::domain::Category;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "category")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub number: i64,
    pub id: Uuid,
    pub parent: Option<i64>,
    pub slug: String,
    pub title: String,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for Category {
    fn from(row: Model) -> Self {
        let Model { number, id, parent, slug, title, .. } = row;
        Self { number, id: CategoryId::new(id), parent, slug, title }
    }
}
