//! Forgets orders that came to nothing.

use std::{
    sync::atomic::{AtomicI64, Ordering::Relaxed},
    time::Duration,
};

use kernel_db::DbError;

use super::Orders;
use crate::persistence::old;

/// How many orders are examined in one batch.
const BATCH: i64 = 500;

/// How many of them are deleted in one transaction. Each has some ten rows, on pages of its own.
const DELETED: usize = 25;

/// Up to which number old orders were looked at. What is old and was not rejected never will be, so every order is looked at
/// once in the life of a process, in the order of the primary key.
#[derive(Debug, Default)]
pub(super) struct Looked(AtomicI64);

impl Orders {
    /// Deletes the rejected ones among the next orders that are older than `keep`; answers how many it has looked at.
    pub(crate) async fn forget_rejected(&self, keep: Duration) -> Result<u64, DbError> {
        let before = self.now() - keep;
        let next = old::orders(self.db.reader(), self.looked.0.load(Relaxed), before, BATCH).await?;
        let rejected: Vec<_> = next.iter().filter(|order| order.rejected).take(DELETED).collect();
        let last = if rejected.len() == DELETED { rejected.last().copied() } else { next.last() };
        let Some(last) = last.map(|order| order.number) else { return Ok(0) };
        if !rejected.is_empty() {
            let rejected = &rejected.iter().map(|order| order.id).collect::<Vec<_>>();
            let since = self.keys_since();
            self.db.transact(|tx| async move { old::delete(&tx, rejected, since).await }).await?;
        }
        self.looked.0.store(last, Relaxed);
        let looked = next.iter().filter(|order| order.number <= last).count();
        Ok(u64::try_from(looked).unwrap_or(u64::MAX))
    }
}
