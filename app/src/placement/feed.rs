//! A module's events, local or remote.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::Envelope;
use kernel_db::{Bus, DbError, Feed, LocalFeed, Place, guard};
use kernel_feeds::RemoteFeed;
use port::Placement;
use tokio::sync::watch;

use super::{remote::RemoteModule, slot::Route};

/// Reads the outbox here while the module is here, and the far side's feed while it is not. Both are one log: a module
/// moves between them only when they stand on the same database.
pub(crate) struct AnyFeed {
    pub(crate) source: &'static str,
    pub(crate) local: Option<LocalFeed>,
    pub(crate) remote: Option<RemoteModuleFeed>,
    pub(crate) route: Arc<Route>,
    pub(crate) bus: Bus,
}

/// The feed of a module elsewhere. It is read only while the far side is trusted: the events of another store are not
/// applied to this store's data, and do not move a reader's cursor.
pub(crate) struct RemoteModuleFeed {
    pub(crate) remote: Arc<RemoteModule>,
    pub(crate) feed: RemoteFeed,
}

impl RemoteModuleFeed {
    fn trusted(&self) -> Result<&dyn Feed, DbError> {
        if self.remote.is_trusted() || guard::sabotaged("feed::untrusted") {
            return Ok(&self.feed);
        }
        let detail =
            self.remote.trouble().unwrap_or_else(|| "its process has not shown yet whose data it has".to_owned());
        Err(DbError::FeedAway { feed: self.remote.module.to_owned(), detail })
    }
}

impl AnyFeed {
    fn current(&self) -> Result<&dyn Feed, DbError> {
        let is_here = self.route.get() == Placement::Local;
        match (&self.local, &self.remote) {
            (Some(local), Some(_)) if is_here => Ok(local),
            (_, Some(remote)) => remote.trusted(),
            (Some(local), None) => Ok(local),
            (None, None) => {
                Err(DbError::Setup(format!("the settings do not say where the events of {} are", self.source)))
            }
        }
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
