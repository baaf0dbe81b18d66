//! What there is of a SKU. The column `band` is made by the database, see [`crate::persistence::below`].

use kernel::Sku;
use kernel_db::{DbError, Rows};
use sea_orm::entity::prelude::*;

use crate::domain::StockLevel;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel, Rows)]
#[sea_orm(table_name = "level")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    #[rows(key)]
    pub sku: String,
    pub on_hand: i64,
    pub available: i64,
    pub low_stock_threshold: i64,
    pub version: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for StockLevel {
    type Error = DbError;

    fn try_from(level: Model) -> Result<Self, DbError> {
        let Model { sku, on_hand, available, low_stock_threshold, version } = level;
        Ok(Self { sku: read_sku(&sku)?, on_hand, available, low_stock_threshold, version })
    }
}

pub(crate) fn read_sku(text: &str) -> Result<Sku, DbError> {
    Sku::parse(text).map_err(|error| DbError::corrupt("SKU", error))
}
