//! In which parts of a list a term is: a bit for each.

use kernel_db::Rows;
use sea_orm::entity::prelude::*;

use crate::domain::ranges::Parts;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel, Rows)]
#[sea_orm(table_name = "search_hint")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    #[rows(key)]
    pub generation: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    #[rows(key)]
    pub list: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    #[rows(key)]
    pub term: String,
    pub b0: i64,
    pub b1: i64,
    pub b2: i64,
    pub b3: i64,
    pub b4: i64,
    pub b5: i64,
    pub b6: i64,
    pub b7: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub(crate) fn new((generation, list, term): (i64, i64, &str), parts: Parts) -> Self {
        let [b0, b1, b2, b3, b4, b5, b6, b7] = parts.columns();
        Self { generation, list, term: term.to_owned(), b0, b1, b2, b3, b4, b5, b6, b7 }
    }

    pub(crate) fn parts(&self) -> Parts {
        Parts::of_columns([self.b0, self.b1, self.b2, self.b3, self.b4, self.b5, self.b6, self.b7])
    }
}
