use kernel::Sku;

use super::Stockroom;
use crate::{domain::StockLevel, error::InventoryError, persistence::level};

impl Stockroom {
    /// Sets below how many available units the SKU counts as low, if `expected` is the threshold until now.
    pub(crate) async fn set_threshold(
        &self,
        sku: &Sku,
        expected: impl Fn(&StockLevel) -> bool,
        threshold: u32,
    ) -> Result<StockLevel, InventoryError> {
        let expected = &expected;
        let threshold = i64::from(threshold);
        self.db
            .transact(|tx| async move {
                let level = level::lock_one(&tx, sku).await?;
                let level = level.ok_or_else(|| InventoryError::UnknownSku(sku.clone()))?;
                if !expected(&level) {
                    return Err(InventoryError::Stale);
                }
                level::set_threshold(&tx, sku, threshold).await?;
                Ok(StockLevel { low_stock_threshold: threshold, ..level })
            })
            .await
    }
}
