use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use async_trait::async_trait;
use kernel::{OrderId, RefundId};
use kernel_db::{Db, DbError, Feed, Subscription};
use kernel_module::{
    BuildContext, Check, EventDocument, Holdings, Module, ModuleDocument, ModuleSpec, NotWired, Retention, Step,
    Worker, address, days,
};
use payment_contract::{Charge, Charges, PaymentEvent, conformance};
use port::{PortSpec, ServedPort};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    application::PaymentService,
    check,
    config::Config,
    domain, http,
    persistence::{
        holdings, inbox, migrations, query,
        refusals::{self, KeptPromise},
    },
    port::ChargesPort,
    provider::{Provider, Simulated, simulated},
    reactions::FollowOrders,
    signature::WebhookSecret,
};

/// The module.
pub struct Payment {
    service: Arc<PaymentService>,
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
        Self { service: Arc::new(PaymentService::new(db, config, providers)), secret, feeds, store }
    }

    /// The port for those who charge.
    pub fn charges(&self) -> Arc<dyn Charges> {
        Arc::new(ChargesPort(Arc::clone(&self.service)))
    }

    #[cfg(test)]
    pub(crate) fn service(&self) -> &PaymentService {
        &self.service
    }

    /// What reads the events of orders.
    pub(crate) fn follower(&self) -> Arc<FollowOrders> {
        Arc::new(FollowOrders(Arc::clone(&self.service)))
    }

    /// What became of refunds that orders have promised; those that payment has not heard of are left out.
    pub async fn kept_promises(&self, refunds: &[RefundId]) -> Result<Vec<KeptPromise>, DbError> {
        refusals::kept_promises(self.service.db(), refunds).await
    }

    /// At most `limit` payments in the order of their orders' ids, those after `after`: to compare with the orders.
    pub async fn charges_after(&self, after: Option<OrderId>, limit: u64) -> Result<Vec<Charge>, DbError> {
        let payments = query::payments_after(self.service.db(), after, limit).await?;
        Ok(payments.iter().map(domain::Payment::charge).collect())
    }
}

/// Nobody outside can sign with a secret that nobody was told.
fn fresh_secret(db: &Db) -> WebhookSecret {
    let ids = &db.seams().ids;
    WebhookSecret::new([ids.secret().into_bytes(), ids.secret().into_bytes()].concat())
}

#[async_trait]
impl ModuleSpec for Payment {
    const NAME: &'static str = "payment";
    const NEEDS: &'static [&'static str] = &["order"];

    type Config = Config;

    fn migrations() -> Vec<Step> {
        migrations::steps()
    }

    fn document() -> ModuleDocument {
        ModuleDocument {
            tags: vec![("payments", "Money set aside, taken and given back.")],
            ports: vec![PortSpec::of::<dyn Charges>().tried_by(conformance::KIT)],
            events: Some(EventDocument::of::<PaymentEvent>),
            examples: Some(http::examples::all),
        }
    }

    fn build(mut config: Config, cx: &BuildContext<'_>) -> Result<Arc<Self>, NotWired> {
        let webhook_url = &mut config.simulated.webhook_url;
        *webhook_url = webhook_url.take().map(|url| address::url(&url));
        let derived = || WebhookSecret::new(cx.secrets().derived("webhook:simulated").to_vec());
        config.webhook_secret.get_or_insert_with(derived);
        Ok(Arc::new(Self::new(cx.db(), config, Feeds { order: cx.feed("order")? })))
    }

    async fn holdings(db: &Db) -> Result<Holdings, DbError> {
        holdings::holdings(db).await
    }

    /// The simulated provider approves orders and takes no money.
    fn exposure(config: &Config) -> Option<&'static str> {
        (config.simulated.enabled && !config.simulated.allow_public).then_some(
            "the simulated payment provider is on: it approves orders and takes no money. Turn it off \
             (BANYAN__MODULES__PAYMENT__SIMULATED__ENABLED=false), or listen at 127.0.0.1; for a demonstration that gives \
             goods away say BANYAN__MODULES__PAYMENT__SIMULATED__ALLOW_PUBLIC=true",
        )
    }
}

#[async_trait]
impl Module for Payment {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn db(&self) -> &Db {
        self.service.db()
    }

    fn routes(&self, config: &mut ServiceConfig<'_>) {
        http::routes(config, &self.service, &self.secret);
    }

    fn ports(&self) -> Vec<ServedPort> {
        vec![ServedPort::of(self.charges())]
    }

    /// The simulated provider sends its webhooks there, unless the settings say where.
    fn served_at(&self, url: &str) {
        let _ = self.store.set(url.to_owned());
    }

    fn subscriptions(&self) -> Vec<Subscription> {
        vec![Subscription::new(self.db(), "payment", Arc::clone(&self.feeds.order), self.follower())]
    }

    fn workers(&self) -> Vec<Worker> {
        let service = Arc::clone(&self.service);
        vec![Worker::new("payment.unsettled", |stop| service.work(stop))]
    }

    async fn forget(&self, keep: &Retention) -> Result<u64, DbError> {
        inbox::forget(self.db(), days(keep.webhooks_days)).await
    }

    async fn check(&self) -> Result<Vec<Check>, DbError> {
        check::check(self.db(), self.service.config()).await
    }
}
