//! Which generation of the lists' parts is in use, in one row.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_map")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub one: i64,
    /// 0 while there is none.
    pub ready: i64,
    pub building: i64,
    /// About how many products there were when it was made.
    pub products: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
