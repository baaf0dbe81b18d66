//! What is set of a level by hand.

use kernel::Sku;
use kernel_db::{DbError, Tx};

/// Sets the threshold of a level that is locked.
pub(crate) async fn set_threshold(tx: &Tx, sku: &Sku, threshold: i64) -> Result<(), DbError> {
    let sql = "UPDATE level SET low_stock_threshold = ? WHERE sku = ?";
    tx.run(sql, [threshold.into(), sku.as_str().into()]).await?;
    Ok(())
}
