//! A module's news, wherever the module is.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::Envelope;
use kernel_db::{Bus, DbError, Feed, LocalFeed, Place};
use kernel_feeds::RemoteFeed;
use port::Placement;
use tokio::sync::watch;

use super::seat::Address;

/// Reads the outbox here while the module is here, and the far side's feed while it is not. Both are one log: a module
/// moves between them only when they stand on the same database.
pub(crate) struct AnyFeed {
    pub(crate) source: &'static str,
    pub(crate) near: Option<LocalFeed>,
    pub(crate) far: Option<RemoteFeed>,
    pub(crate) address: Arc<Address>,
    pub(crate) bus: Bus,
}

impl AnyFeed {
    fn current(&self) -> Result<&dyn Feed, DbError> {
        let near = self.near.as_ref().map(|feed| -> &dyn Feed { feed });
        let far = self.far.as_ref().map(|feed| -> &dyn Feed { feed });
        let chosen = match self.address.get() {
            Placement::Local => near.or(far),
            Placement::Remote => far.or(near),
        };
        chosen.ok_or_else(|| DbError::Setup(format!("nobody said where the news of {} is", self.source)))
    }
}

#[async_trait]
impl Feed for AnyFeed {
    fn source(&self) -> &'static str {
        self.source
    }

    async fn read(&self, after: Place, limit: u64) -> Result<Vec<Envelope>, DbError> {
        self.current()?.read(after, limit).await
    }

    async fn head(&self) -> Result<i64, DbError> {
        self.current()?.head().await
    }

    fn news(&self) -> watch::Receiver<i64> {
        self.bus.watch_reached(self.source)
    }
}
