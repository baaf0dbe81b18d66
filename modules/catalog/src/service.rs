//! What the use cases of the catalog share.

use std::sync::Arc;

use inventory_contract::Stock;
use kernel_db::{BatchQueue, Db};

use crate::{
    application::{quote::ReadQuotes, searches::Searches},
    cache::Cache,
    config::Config,
};

/// The catalog: products, categories, prices. Cheap to clone.
#[derive(Clone)]
pub struct Catalog {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    config: Config,
    stock: Arc<dyn Stock>,
    cache: Arc<Cache>,
    quotes: BatchQueue<ReadQuotes>,
    searches: Searches,
}

impl std::fmt::Debug for Catalog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Catalog({:?})", self.inner.db)
    }
}

impl Catalog {
    /// `stock` is asked for levels, only to show them.
    pub fn new(db: Db, config: Config, stock: Arc<dyn Stock>) -> Self {
        let cache = Arc::new(Cache::new(config.cache_mebibytes));
        let quotes = BatchQueue::new(db.clone(), ReadQuotes);
        let searches = Searches::new(&config);
        Self { inner: Arc::new(Inner { db, config, stock, cache, quotes, searches }) }
    }

    pub(crate) fn db(&self) -> &Db {
        &self.inner.db
    }

    pub(crate) fn config(&self) -> &Config {
        &self.inner.config
    }

    pub(crate) fn stock(&self) -> &dyn Stock {
        self.inner.stock.as_ref()
    }

    pub(crate) fn quotes(&self) -> &BatchQueue<ReadQuotes> {
        &self.inner.quotes
    }

    pub(crate) fn searches(&self) -> &Searches {
        &self.inner.searches
    }

    pub(crate) fn cache(&self) -> &Arc<Cache> {
        &self.inner.cache
    }
}
