//! The catalog as the application sees it.

use std::sync::Arc;

use async_trait::async_trait;
use catalog_contract::{CatalogEvent, Prices, conformance};
use kernel::Sku;
use kernel_db::{Db, DbError};
use kernel_module::{
    BuildContext, Check, EventDocument, Holdings, Module, ModuleDocument, ModuleSpec, NotWired, Step, Worker,
};
use port::{PortSpec, ServedPort};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{cache::watch, config::Config, domain::Status, http, persistence, persistence::audit, service::Catalog};

impl Catalog {
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
impl ModuleSpec for Catalog {
    const NAME: &'static str = "catalog";
    /// Stock is asked for levels, only to show them.
    const NEEDS: &'static [&'static str] = &["inventory"];

    type Config = Config;

    fn migrations() -> Vec<Step> {
        persistence::migrations::steps()
    }

    fn document() -> ModuleDocument {
        ModuleDocument {
            tags: vec![("catalog", "What is for sale, and how it is ordered.")],
            ports: vec![PortSpec::of::<dyn Prices>().tried_by(conformance::KIT)],
            events: Some(EventDocument::of::<CatalogEvent>),
            examples: Some(http::examples::all),
        }
    }

    fn build(config: Config, cx: &BuildContext<'_>) -> Result<Arc<Self>, NotWired> {
        Ok(Arc::new(Self::new(cx.db(), config, cx.port()?)))
    }

    async fn holdings(db: &Db) -> Result<Holdings, DbError> {
        persistence::holdings::holdings(db).await
    }

    /// Searches run on connections that other reads need not share.
    fn readers(config: &Config) -> u32 {
        u32::try_from(config.searches_at_once()).unwrap_or(1)
    }
}

#[async_trait]
impl Module for Catalog {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn db(&self) -> &Db {
        Self::db(self)
    }

    fn routes(&self, config: &mut ServiceConfig<'_>) {
        http::routes(config, self);
    }

    fn ports(&self) -> Vec<ServedPort> {
        vec![ServedPort::of(self.prices())]
    }

    fn workers(&self) -> Vec<Worker> {
        let (db, cache) = (self.db().clone(), Arc::clone(self.cache()));
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
