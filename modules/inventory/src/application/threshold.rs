use kernel::Sku;

use super::InventoryService;
use crate::{
    domain::{ShownLevel, StockLevel},
    error::InventoryError,
    persistence::{hot, level},
};

impl InventoryService {
    /// Sets below how many available units the SKU counts as low, if `expected` is the threshold until now.
    pub(crate) async fn set_threshold(
        &self,
        sku: &Sku,
        expected: impl Fn(&StockLevel) -> bool,
        threshold: u32,
    ) -> Result<ShownLevel, InventoryError> {
        let expected = &expected;
        let threshold = i64::from(threshold);
        self.db
            .transact(|tx| async move {
                let level = hot::lock_levels(&tx, [sku].into_iter()).await?.pop();
                let level = level.ok_or_else(|| InventoryError::UnknownSku(sku.clone()))?;
                if !expected(&level) {
                    return Err(InventoryError::Stale);
                }
                level::set_threshold(&tx, sku, threshold).await?;
                let held = hot::holdings_in(&tx, [sku].into_iter()).await?.get(sku).map_or(0, |holding| holding.held);
                Ok(ShownLevel { level: StockLevel { low_stock_threshold: threshold, ..level }, held })
            })
            .await
    }
}
