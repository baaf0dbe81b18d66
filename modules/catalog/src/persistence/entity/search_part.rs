//! Where a list is cut: the first key of a part.

use kernel_db::Rows;
use sea_orm::entity::prelude::*;

use crate::domain::listing::Key;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel, Rows)]
#[sea_orm(table_name = "search_part")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub generation: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub list: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub part: i64,
    pub low_name: Option<String>,
    pub low_price: Option<i64>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub(crate) fn low(self) -> Key {
        match (self.low_name, self.low_price) {
            (Some(name), _) => Key::Text(name),
            (None, Some(price)) => Key::Number(price),
            (None, None) => Key::None,
        }
    }
}
