use inventory_contract::Level;
use kernel::{Limit, OrderId, Page, Sku};

use super::Stockroom;
use crate::{
    domain::StockLevel,
    error::InventoryError,
    persistence::read::{self, HoldRow, LedgerRow},
};

impl Stockroom {
    pub(crate) async fn available(&self, skus: &[Sku]) -> Result<Vec<Level>, InventoryError> {
        Ok(read::available(&self.db, skus).await?)
    }

    pub(crate) async fn level(&self, sku: &Sku) -> Result<StockLevel, InventoryError> {
        read::level(&self.db, sku).await?.ok_or_else(|| InventoryError::UnknownSku(sku.clone()))
    }

    pub(crate) async fn levels(
        &self,
        below: Option<i64>,
        after: Option<String>,
        limit: Limit,
    ) -> Result<Page<StockLevel>, InventoryError> {
        Ok(read::levels(&self.db, below, after, limit).await?)
    }

    pub(crate) async fn ledger(
        &self,
        sku: &Sku,
        before: Option<i64>,
        limit: Limit,
    ) -> Result<Page<LedgerRow>, InventoryError> {
        self.level(sku).await?;
        Ok(read::ledger(&self.db, sku, before, limit).await?)
    }

    /// The claim of one order, or those of all.
    pub(crate) async fn holds(
        &self,
        order: Option<OrderId>,
        before: Option<OrderId>,
        limit: Limit,
    ) -> Result<Page<HoldRow>, InventoryError> {
        let Some(order) = order else { return Ok(read::holds(&self.db, before, limit).await?) };
        let items = read::hold(&self.db, order).await?.into_iter().collect();
        Ok(Page { items, next_cursor: None })
    }
}
