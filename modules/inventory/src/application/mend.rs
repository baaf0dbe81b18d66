use kernel_db::DbError;
use kernel_module::Check;

use super::InventoryService;
use crate::persistence::audit;

impl InventoryService {
    /// Everything that must be equal, with both sides.
    pub(crate) async fn check(&self) -> Result<Vec<Check>, DbError> {
        audit::compare(&self.db).await
    }

    /// Makes every level what its ledger says; answers how many were not.
    pub(crate) async fn rebuild(&self) -> Result<u64, DbError> {
        self.db.transact(|tx| async move { audit::rebuild(&tx).await }).await
    }
}
