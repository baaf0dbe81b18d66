//! Finds the claims of a SKU in the order of time.

use kernel_db::Rows;
use sea_orm::entity::prelude::*;

use crate::domain::Claim;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel, Rows)]
#[sea_orm(table_name = "claim_sku")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub sku: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub created_at: DateTimeUtc,
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: Uuid,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Claims whose movements are entries of the ledger are found there.
    pub(crate) fn of(claim: &Claim) -> impl Iterator<Item = Self> {
        let lines = claim.lines.iter().filter(|_| !claim.in_ledger);
        let (created_at, order_id) = (claim.made.at, claim.order.uuid());
        lines.map(move |line| Self { sku: line.sku.as_str().to_owned(), created_at, order_id })
    }
}
