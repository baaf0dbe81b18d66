use std::{sync::Arc, time::Duration};

use ::port::{PortSpec, ServedPort};
use actix_web::web::Data;
use async_trait::async_trait;
use inventory_contract::{InventoryEvent, Stock, conformance};
use kernel::{OrderId, Sku};
use kernel_db::{Db, DbError, Feed, Subscription};
use kernel_module::{
    BuildContext, Check, EventDocument, Holdings, Module, ModuleDocument, ModuleSpec, NotWired, Retention, Step,
    Worker, days,
};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    Config,
    application::InventoryService,
    error::InventoryError,
    http,
    persistence::{holdings, migrations, query},
    reactions::{OnCatalog, OnOrder},
};

/// Knows how much there is of each SKU and who has a claim on it.
#[derive(Clone)]
pub struct Inventory {
    service: Arc<InventoryService>,
    feeds: Feeds,
}

/// Whose news inventory needs.
#[derive(Clone)]
pub struct Feeds {
    /// New SKUs and their opening stock.
    pub catalog: Arc<dyn Feed>,
    /// Orders that end, are sent or come back.
    pub order: Arc<dyn Feed>,
}

/// One order's claim on stock, to be held against what the order says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimSummary {
    pub order: OrderId,
    /// `held`, `committed`, `released`, `expired` or `refused`.
    pub status: String,
    /// Units that were neither sent nor given up.
    pub outstanding: i64,
}

impl Inventory {
    pub fn new(db: Db, config: Config, feeds: Feeds) -> Self {
        Self { service: Arc::new(InventoryService::new(db, config)), feeds }
    }

    /// What other modules may ask of stock.
    pub fn stock(&self) -> Arc<dyn Stock> {
        Arc::<InventoryService>::clone(&self.service)
    }

    /// At most `limit` claims by order, before `before`, those of the newest orders first.
    pub async fn claims_before(&self, before: Option<OrderId>, limit: u64) -> Result<Vec<ClaimSummary>, DbError> {
        query::claims_before(self.service.db(), before, limit).await
    }

    /// The claims of those of `orders` that have one.
    pub async fn claims_of(&self, orders: &[OrderId]) -> Result<Vec<ClaimSummary>, DbError> {
        query::claims_of(self.service.db(), orders).await
    }

    /// At most `limit` SKUs that have a level, in the order of their index, after `after`.
    pub async fn skus_after(&self, after: Option<&Sku>, limit: u64) -> Result<Vec<Sku>, DbError> {
        query::skus_after(self.service.db(), after, limit).await
    }

    /// Gives back the units of every hold whose time is over; answers how many holds that were. The sweeper
    /// does it every few seconds.
    pub async fn sweep(&self) -> Result<usize, DbError> {
        self.service.sweep().await.map_err(InventoryError::into_storage)
    }

    /// Makes every level what its ledger says; answers how many were not. For a person to run after
    /// [`Module::check`] has found a difference.
    pub async fn rebuild(&self) -> Result<u64, DbError> {
        self.service.rebuild().await
    }
}

#[async_trait]
impl ModuleSpec for Inventory {
    const NAME: &'static str = "inventory";
    const NEEDS: &'static [&'static str] = &["catalog", "order"];

    type Config = Config;

    fn migrations() -> Vec<Step> {
        migrations::steps()
    }

    fn document() -> ModuleDocument {
        ModuleDocument {
            tags: vec![("stock", "How much of it there is.")],
            ports: vec![PortSpec::of::<dyn Stock>().tried_by(conformance::KIT)],
            events: Some(EventDocument::of::<InventoryEvent>),
            examples: Some(http::examples::all),
        }
    }

    fn build(config: Config, cx: &BuildContext<'_>) -> Result<Arc<Self>, NotWired> {
        let feeds = Feeds { catalog: cx.feed("catalog")?, order: cx.feed("order")? };
        Ok(Arc::new(Self::new(cx.db(), config, feeds)))
    }

    async fn holdings(db: &Db) -> Result<Holdings, DbError> {
        holdings::holdings(db).await
    }
}

#[async_trait]
impl Module for Inventory {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn db(&self) -> &Db {
        self.service.db()
    }

    fn routes(&self, config: &mut ServiceConfig<'_>) {
        config.app_data(Data::from(Arc::clone(&self.service)));
        http::routes(config);
    }

    fn ports(&self) -> Vec<ServedPort> {
        vec![ServedPort::of(self.stock())]
    }

    fn subscriptions(&self) -> Vec<Subscription> {
        let db = self.service.db();
        let on_catalog = Arc::new(OnCatalog(Arc::clone(&self.service)));
        vec![
            Subscription::new(db, "inventory", Arc::clone(&self.feeds.catalog), on_catalog),
            Subscription::new(db, "inventory", Arc::clone(&self.feeds.order), Arc::new(OnOrder)),
        ]
    }

    fn workers(&self) -> Vec<Worker> {
        let service = Arc::clone(&self.service);
        let every = Duration::from_secs(service.config().sweep_every_seconds);
        let sweeper = Worker::new("inventory.sweeper", move |stop| async move {
            while !stop.is_cancelled() {
                if let Err(error) = service.sweep().await {
                    tracing::warn!(?error, "lapsed holds could not be given back; trying again");
                }
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = tokio::time::sleep(every) => {}
                }
            }
        });
        vec![sweeper]
    }

    async fn forget(&self, keep: &Retention) -> Result<u64, DbError> {
        self.service.forget_ended(days(keep.ended_claims_days)).await
    }

    async fn check(&self) -> Result<Vec<Check>, DbError> {
        self.service.check().await
    }
}
