use inventory_contract::Level;
use kernel::{Limit, OrderId, Page, Sku};

use super::InventoryService;
use crate::{
    domain::{Claim, ShownLevel, StockLevel},
    error::InventoryError,
    persistence::{
        hot,
        query::{self, Movement, MovementPlace},
    },
};

impl InventoryService {
    pub(crate) async fn available(&self, skus: &[Sku]) -> Result<Vec<Level>, InventoryError> {
        Ok(query::available(&self.db, skus).await?)
    }

    pub(crate) async fn level(&self, sku: &Sku) -> Result<StockLevel, InventoryError> {
        query::level(&self.db, sku).await?.ok_or_else(|| InventoryError::UnknownSku(sku.clone()))
    }

    /// The level with what is held of it.
    pub(crate) async fn shown_level(&self, sku: &Sku) -> Result<ShownLevel, InventoryError> {
        let mut shown = self.show(vec![self.level(sku).await?]).await?;
        shown.pop().ok_or_else(|| InventoryError::UnknownSku(sku.clone()))
    }

    pub(crate) async fn levels(
        &self,
        below: Option<i64>,
        after: Option<String>,
        limit: Limit,
    ) -> Result<Page<ShownLevel>, InventoryError> {
        let Page { items, next_cursor } = query::levels(&self.db, below, after, limit).await?;
        Ok(Page { items: self.show(items).await?, next_cursor })
    }

    async fn show(&self, levels: Vec<StockLevel>) -> Result<Vec<ShownLevel>, InventoryError> {
        let holdings = hot::holdings(&self.db, levels.iter().map(|level| &level.sku)).await?;
        let held = |level: &StockLevel| holdings.get(&level.sku).map_or(0, |holding| holding.held);
        Ok(levels.into_iter().map(|level| ShownLevel { held: held(&level), level }).collect())
    }

    pub(crate) async fn movements(
        &self,
        sku: &Sku,
        before: Option<MovementPlace>,
        limit: Limit,
    ) -> Result<Page<Movement>, InventoryError> {
        self.level(sku).await?;
        Ok(query::movements(&self.db, sku, before, limit).await?)
    }

    /// The claim of one order, or those of all.
    pub(crate) async fn claims(
        &self,
        order: Option<OrderId>,
        before: Option<OrderId>,
        limit: Limit,
    ) -> Result<Page<Claim>, InventoryError> {
        let Some(order) = order else { return Ok(query::claims(&self.db, before, limit).await?) };
        let items = query::claim(&self.db, order).await?.into_iter().collect();
        Ok(Page { items, next_cursor: None })
    }
}
