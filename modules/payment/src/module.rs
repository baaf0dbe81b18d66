use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use async_trait::async_trait;
use kernel::{OrderId, RefundId};
use kernel_db::{Db, DbError, Feed, Subscription};
use kernel_module::{Check, Holdings, Module, Retention, Worker, days};
use payment_contract::{Charge, Charges, serve_charges};
use port::Dispatch;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    application::Cashier,
    check,
    config::Config,
    domain, http,
    persistence::{
        holdings, inbox, query,
        refusals::{self, KeptPromise},
    },
    port::Counter,
    provider::{Provider, Simulated, simulated},
    reactions::FollowOrders,
    signature::WebhookSecret,
};

/// The module.
pub struct Payment {
    cashier: Arc<Cashier>,
    secret: WebhookSecret,
    feeds: Feeds,
    /// Where the simulated provider finds the store.
    store: Arc<OnceLock<String>>,
}

/// Whose news payment reads.
#[derive(Clone)]
pub struct Feeds {
    pub order: Arc<dyn Feed>,
}

impl Payment {
    /// What `db`, a database of this module, has that could be lost. The module need not run on it.
    pub async fn holdings(db: &Db) -> Result<Holdings, DbError> {
        holdings::holdings(db).await
    }

    pub fn new(db: Db, config: Config, feeds: Feeds) -> Self {
        let secret = config.webhook_secret.clone().unwrap_or_else(|| fresh_secret(&db));
        let store = Arc::new(OnceLock::new());
        if let Some(url) = &config.simulated.webhook_url {
            let _ = store.set(url.clone());
        }
        let mut providers: HashMap<&'static str, Arc<dyn Provider>> = HashMap::new();
        if config.simulated.enabled {
            let simulated = Simulated::new(&db, &config.simulated, secret.clone(), Arc::clone(&store));
            providers.insert(simulated::NAME, Arc::new(simulated));
        }
        Self { cashier: Arc::new(Cashier::new(db, config, providers)), secret, feeds, store }
    }

    /// The port for those who charge.
    pub fn charges(&self) -> Arc<dyn Charges> {
        Arc::new(Counter(Arc::clone(&self.cashier)))
    }

    #[cfg(test)]
    pub(crate) fn cashier(&self) -> &Cashier {
        &self.cashier
    }

    /// What reads the events of orders.
    pub(crate) fn follower(&self) -> Arc<FollowOrders> {
        Arc::new(FollowOrders(Arc::clone(&self.cashier)))
    }

    /// Tells the simulated provider where the store's public API is, such as `http://127.0.0.1:8080`, once it is
    /// known. The configuration, and whoever comes first, wins.
    pub fn webhooks_reach(&self, url: impl Into<String>) {
        let _ = self.store.set(url.into());
    }

    /// What became of refunds that orders have promised; those that payment has not heard of are left out.
    pub async fn kept_promises(&self, refunds: &[RefundId]) -> Result<Vec<KeptPromise>, DbError> {
        refusals::kept_promises(self.cashier.db(), refunds).await
    }

    /// At most `limit` payments in the order of their orders' ids, those after `after`: to compare with the orders.
    pub async fn charges_after(&self, after: Option<OrderId>, limit: u64) -> Result<Vec<Charge>, DbError> {
        let payments = query::payments_after(self.cashier.db(), after, limit).await?;
        Ok(payments.iter().map(domain::Payment::charge).collect())
    }
}

/// Nobody outside can sign with a secret that nobody was told.
fn fresh_secret(db: &Db) -> WebhookSecret {
    let ids = &db.seams().ids;
    WebhookSecret::new([ids.secret().into_bytes(), ids.secret().into_bytes()].concat())
}

#[async_trait]
impl Module for Payment {
    fn name(&self) -> &'static str {
        "payment"
    }

    fn db(&self) -> &Db {
        self.cashier.db()
    }

    fn routes(&self, config: &mut ServiceConfig<'_>) {
        http::routes(config, &self.cashier, &self.secret);
    }

    fn ports(&self) -> Vec<Arc<Dispatch>> {
        vec![Arc::new(serve_charges(self.charges()))]
    }

    fn subscriptions(&self) -> Vec<Subscription> {
        vec![Subscription::new(self.db(), "payment", Arc::clone(&self.feeds.order), self.follower())]
    }

    fn workers(&self) -> Vec<Worker> {
        let cashier = Arc::clone(&self.cashier);
        vec![Worker::new("payment.unsettled", |stop| cashier.work(stop))]
    }

    async fn forget(&self, keep: &Retention) -> Result<u64, DbError> {
        inbox::forget(self.db(), days(keep.webhooks_days)).await
    }

    async fn check(&self) -> Result<Vec<Check>, DbError> {
        check::check(self.db(), self.cashier.config()).await
    }
}
