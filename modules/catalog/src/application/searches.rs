//! How many searches run at once, and whether the full-text index is complete.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    time::Duration,
};

use kernel_db::{Db, guard};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{config::Config, error::CatalogError, persistence::index};

/// A search that has waited this long for its turn is refused.
const PATIENCE: Duration = Duration::from_secs(2);

/// The searches of one process.
#[derive(Debug)]
pub(crate) struct Searches {
    running: Semaphore,
    waiting: AtomicUsize,
    most_waiting: usize,
    is_indexed: AtomicBool,
}

impl Searches {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            running: Semaphore::new(config.searches_at_once()),
            waiting: AtomicUsize::new(0),
            most_waiting: config.searches_waiting,
            is_indexed: AtomicBool::new(false),
        }
    }

    /// Waits until fewer searches run than may. Too many that wait, or too long a wait, are a refusal.
    pub(crate) async fn turn(&self) -> Result<Option<SemaphorePermit<'_>>, CatalogError> {
        if guard::sabotaged("catalog::searches::turn") {
            return Ok(None);
        }
        if let Ok(turn) = self.running.try_acquire() {
            return Ok(Some(turn));
        }
        let _place = Place::of(self).ok_or(CatalogError::SearchBusy)?;
        match tokio::time::timeout(PATIENCE, self.running.acquire()).await {
            Ok(Ok(turn)) => Ok(Some(turn)),
            Ok(Err(_)) | Err(_) => Err(CatalogError::SearchBusy),
        }
    }

    /// Whether every product is in the index of `db`. Once it is, it stays so but for what an earlier version of the store
    /// writes beside this one, which [`Catalog::keep_indexed`](crate::service::Catalog::keep_indexed) catches up with.
    pub(crate) async fn is_indexed(&self, db: &Db) -> Result<bool, CatalogError> {
        if !self.is_indexed.load(SeqCst) && index::is_complete(db).await? {
            self.is_indexed.store(true, SeqCst);
        }
        Ok(self.is_indexed.load(SeqCst))
    }
}

/// A place among the waiting searches.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn of(searches: &'a Searches) -> Option<Self> {
        let place = Self(&searches.waiting);
        let before = searches.waiting.fetch_add(1, SeqCst);
        (before < searches.most_waiting).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}
