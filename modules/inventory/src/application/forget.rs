use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use kernel::OrderId;
use kernel_db::DbError;

use super::InventoryService;
use crate::persistence::old;

/// How many claims are examined in one batch.
const BATCH: u64 = 100;

/// Up to which order old claims were looked at. An order's id tells when it was placed, so every claim is looked at once in
/// the life of a process, in the order of the primary key.
#[derive(Debug, Default)]
pub(super) struct Looked(Mutex<Option<OrderId>>);

impl Looked {
    fn get(&self) -> Option<OrderId> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, order: OrderId) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(order);
    }
}

impl InventoryService {
    /// Deletes those of the next claims older than `keep` that were refused or given back; answers how many it has looked
    /// at. They weigh on no level, and a hold that arrives so late is of no order that is still being placed.
    pub(crate) async fn forget_ended(&self, keep: Duration) -> Result<u64, DbError> {
        let before = self.db.seams().now() - keep;
        let after = self.looked.get();
        let (ended, last, looked) =
            self.db.transact(|tx| async move { old::old(&tx, after, before, BATCH).await }).await?;
        let Some(last) = last else { return Ok(0) };
        if !ended.is_empty() {
            let ended = &ended;
            self.db.transact(|tx| async move { old::delete(&tx, ended).await }).await?;
        }
        self.looked.set(last);
        Ok(looked)
    }
}
