//! Keeps the full-text index complete, and the lists mapped.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::{
    cache::Invalidation,
    error::CatalogError,
    persistence::{self, index, ranges, store},
    service::Catalog,
};

/// Products that one transaction indexes.
const BATCH: i64 = 200;

/// How often the indexer looks for products that are behind.
const POLL: Duration = Duration::from_secs(1);

/// A pause between two batches, in which others write.
const PAUSE: Duration = Duration::from_millis(10);

impl Catalog {
    /// Indexes what is behind, until told to stop: after an upgrade every product, in small batches.
    pub(crate) async fn keep_indexed(self, stop: CancellationToken) {
        let (mut done, mut products) = (0, 0);
        while !stop.is_cancelled() {
            let indexed = match self.index_some().await {
                Ok(0) if done == 0 => self.map_at_rest(&mut products).await.map(|()| 0),
                indexed => indexed,
            };
            let pause = match indexed {
                Ok(0) if done > 0 => {
                    tracing::info!(products = done, "the search index is complete");
                    done = 0;
                    POLL
                }
                Ok(0) => POLL,
                Ok(indexed) => {
                    done += indexed;
                    PAUSE
                }
                Err(error) => {
                    tracing::warn!(
                        error = kernel::problem::chain(&error),
                        "products could not be indexed; trying again"
                    );
                    POLL
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Maps the lists when no product was added since the last look: an import needs the memory and the processor itself.
    async fn map_at_rest(&self, products: &mut i64) -> Result<(), CatalogError> {
        let now = ranges::products(self.db()).await?;
        if std::mem::replace(products, now) == now { self.map_lists().await } else { Ok(()) }
    }

    /// Cuts the lists by name and price into parts and notes what is in them, when the catalog has grown so much that
    /// searches gain by it. One process does so at a time.
    pub(crate) async fn map_lists(&self) -> Result<(), CatalogError> {
        if !ranges::is_due(self.db()).await? {
            return Ok(());
        }
        let build = async {
            // Another process may have done it while this one waited.
            if ranges::is_due(self.db()).await? { ranges::build(self.db()).await } else { Ok(()) }
        };
        self.db().alone(build).await?;
        Ok(())
    }

    /// Indexes one batch of what is behind; answers how many products that were.
    pub(crate) async fn index_some(&self) -> Result<usize, CatalogError> {
        let behind = &index::behind(self.db(), BATCH).await?;
        if behind.is_empty() {
            return Ok(0);
        }
        let work = |tx: kernel_db::Tx| async move {
            let products = persistence::product::lock_all(&tx, behind).await?;
            store::derive_again(&tx, products).await
        };
        self.db().transact(work).await?;
        self.cache().tell(&Invalidation { products: behind.clone(), ..Invalidation::default() });
        Ok(behind.len())
    }
}
