//! What is set of a level by hand.

use kernel::Sku;
use kernel_db::{DbError, Tx};
use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::{Set, Unchanged},
};

use super::entity::level;

/// Sets the threshold of a level that is locked.
pub(crate) async fn set_threshold(tx: &Tx, sku: &Sku, threshold: i64) -> Result<(), DbError> {
    let sku = Unchanged(sku.as_str().to_owned());
    level::ActiveModel { sku, low_stock_threshold: Set(threshold), ..Default::default() }.update(tx).await?;
    Ok(())
}
