//! The catalog as the application sees it.

use std::sync::Arc;

use async_trait::async_trait;
use catalog_contract::{Prices, serve_prices};
use inventory_contract::Stock;
use kernel::Sku;
use kernel_db::{BatchQueue, Db, DbError};
use kernel_module::{Check, Holdings, Module, Worker};
use port::Dispatch;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    application::{quote::ReadQuotes, searches::Searches},
    cache::{Cache, watch},
    config::Config,
    domain::Status,
    http, persistence,
    persistence::audit,
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
    /// What `db`, a database of this module, has that could be lost. The module need not run on it.
    pub async fn holdings(db: &Db) -> Result<Holdings, DbError> {
        persistence::holdings::holdings(db).await
    }

    /// `stock` is asked for levels, only to show them.
    pub fn new(db: Db, config: Config, stock: Arc<dyn Stock>) -> Self {
        let cache = Arc::new(Cache::new(config.cache_mebibytes));
        let quotes = BatchQueue::new(db.clone(), ReadQuotes);
        let searches = Searches::new(&config);
        Self { inner: Arc::new(Inner { db, config, stock, cache, quotes, searches }) }
    }

    /// What other modules may ask of prices.
    pub fn prices(&self) -> Arc<dyn Prices> {
        Arc::new(self.clone())
    }

    /// At most `limit` SKUs in the order of their bytes, after `after`, whatever the state of their products.
    pub async fn skus_after(&self, after: Option<&Sku>, limit: u64) -> Result<Vec<Sku>, DbError> {
        audit::skus_after(self.db(), after, limit).await
    }

    /// Those of `skus` that no product has.
    pub async fn unknown_of(&self, skus: &[Sku]) -> Result<Vec<Sku>, DbError> {
        audit::unknown_of(self.db(), skus).await
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

    pub(crate) fn cache(&self) -> &Cache {
        &self.inner.cache
    }

    async fn check_tree(&self) -> Result<Check, DbError> {
        let tree = persistence::category::tree(self.db()).await?;
        let rule = "catalog: every category can be reached from a root";
        Ok(Check::new(rule, tree.len(), tree.reachable()).with_detail("a cycle in category.parent"))
    }

    async fn check_outbox(&self) -> Result<Check, DbError> {
        let (versions, events) = audit::versions_and_events(self.db()).await?;
        let rule = "catalog: the versions of all products add up to the events published";
        Ok(Check::new(rule, versions, events).with_detail("product.version against the outbox of the same product"))
    }
}

#[async_trait]
impl Module for Catalog {
    fn name(&self) -> &'static str {
        "catalog"
    }

    fn db(&self) -> &Db {
        &self.inner.db
    }

    fn routes(&self, config: &mut ServiceConfig<'_>) {
        http::routes(config, self);
    }

    fn ports(&self) -> Vec<Arc<Dispatch>> {
        vec![Arc::new(serve_prices(self.prices()))]
    }

    fn workers(&self) -> Vec<Worker> {
        let (db, cache) = (self.inner.db.clone(), Arc::clone(&self.inner.cache));
        let catalog = self.clone();
        vec![
            Worker::new("catalog-cache", move |stop| watch::run(db, cache, stop)),
            Worker::new("catalog-index", move |stop| catalog.keep_indexed(stop)),
        ]
    }

    async fn check(&self) -> Result<Vec<Check>, DbError> {
        let mut checks = Vec::new();
        for rule in audit::RULES {
            let (left, right) = rule.sides(self.db()).await?;
            checks.push(Check::new(rule.name, left, right).with_detail(rule.look_at));
        }
        for status in Status::ALL {
            let (left, right) = audit::indexed_with(self.db(), status).await?;
            let rule = format!("catalog: the search index has every {} product as such", status.as_str());
            let look_at = "the terms of products in the index; saving the product again mends them";
            checks.push(Check::new(&rule, left, right).with_detail(look_at));
        }
        checks.push(self.check_tree().await?);
        checks.push(self.check_outbox().await?);
        Ok(checks)
    }
}
