use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use kernel::{Currency, Money, OrderId, RefundId};
use kernel_db::{Db, DbError, Subscription};
use kernel_module::{
    BuildContext, Check, EventDocument, Holdings, Module, ModuleDocument, ModuleSpec, NotWired, Retention, Step, Tasks,
    Worker, days,
};
use order_contract::OrderEvent;
use tokio::sync::mpsc;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    Config, PromiseStatus, Status,
    application::{Feeds, Orders, Ports, runner},
    check, http,
    persistence::{audit, holdings, migrations},
    reactions,
};

/// The order module.
pub struct Order {
    orders: Arc<Orders>,
    feeds: Feeds,
    /// Taken by the runner when it starts.
    woken: Mutex<Option<mpsc::UnboundedReceiver<OrderId>>>,
}

/// What one order says of its money, to be held against what payment says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentSummary {
    pub order: OrderId,
    pub status: Status,
    pub currency: Currency,
    /// Minor units.
    pub authorized: i64,
    pub captured: i64,
    pub refunded: i64,
}

/// Money that an order has promised to give back, to be held against what payment says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PromiseSummary {
    pub order: OrderId,
    pub refund: RefundId,
    pub amount: Money,
    pub paid: Money,
    pub status: PromiseStatus,
}

/// What one order says of its goods, to be held against its claim on stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GoodsSummary {
    pub order: OrderId,
    pub status: Status,
    /// Units that were neither sent nor called off.
    pub open: i64,
    /// Whether the placing is still under way, so that the claim may be in any state.
    pub placing: bool,
}

impl Order {
    /// Placings run in `tasks`, so that a buyer may hang up and shutdown waits for them.
    pub fn new(db: Db, config: Config, ports: Ports, feeds: Feeds, tasks: Tasks) -> Self {
        let (waker, woken) = mpsc::unbounded_channel();
        let orders = Arc::new(Orders::new(db, config, ports, tasks, waker));
        Self { orders, feeds, woken: Mutex::new(Some(woken)) }
    }

    #[cfg(test)]
    pub(crate) fn orders(&self) -> &Arc<Orders> {
        &self.orders
    }

    /// At most `limit` orders by id, after `after`.
    pub async fn payments_after(&self, after: Option<OrderId>, limit: u64) -> Result<Vec<PaymentSummary>, DbError> {
        audit::payments_after(&self.orders.db, after, limit).await
    }

    /// At most `limit` promises to give money back by their refund's id, after `after`.
    pub async fn promises_after(&self, after: Option<RefundId>, limit: u64) -> Result<Vec<PromiseSummary>, DbError> {
        check::promises_after(&self.orders.db, after, limit).await
    }

    /// At most `limit` orders by id, before `before`, the newest first.
    pub async fn goods_before(&self, before: Option<OrderId>, limit: u64) -> Result<Vec<GoodsSummary>, DbError> {
        audit::goods_before(&self.orders.db, before, limit).await
    }

    /// Those of `orders` that there are.
    pub async fn goods_of(&self, orders: &[OrderId]) -> Result<Vec<GoodsSummary>, DbError> {
        audit::goods_of(&self.orders.db, orders).await
    }

    /// The placings that have not ended, by order: exactly these may hold stock that is not committed.
    pub async fn unfinished(&self) -> Result<Vec<OrderId>, DbError> {
        audit::unfinished(&self.orders.db).await
    }
}

#[async_trait]
impl ModuleSpec for Order {
    const NAME: &'static str = "order";
    const NEEDS: &'static [&'static str] = &["catalog", "inventory", "payment"];
    const FOUNDS_STORE: bool = true;

    type Config = Config;

    fn migrations() -> Vec<Step> {
        migrations::steps()
    }

    fn document() -> ModuleDocument {
        ModuleDocument {
            tags: vec![
                ("carts", "What a buyer has gathered. To know a cart's id is to own it."),
                ("orders", "Buying, and what comes after."),
            ],
            ports: Vec::new(),
            events: Some(EventDocument::of::<OrderEvent>),
            examples: Some(http::examples::all),
        }
    }

    /// Order tokens are signed with the server secret.
    fn build(mut config: Config, cx: &BuildContext<'_>) -> Result<Arc<Self>, NotWired> {
        config.server_secret = cx.secrets().server().clone();
        let ports = Ports { prices: cx.port()?, stock: cx.port()?, charges: cx.port()? };
        let feeds = Feeds { order: cx.feed("order")?, payment: cx.feed("payment")?, inventory: cx.feed("inventory")? };
        Ok(Arc::new(Self::new(cx.db(), config, ports, feeds, cx.tasks())))
    }

    async fn holdings(db: &Db) -> Result<Holdings, DbError> {
        holdings::holdings(db).await
    }
}

#[async_trait]
impl Module for Order {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn db(&self) -> &Db {
        &self.orders.db
    }

    fn routes(&self, config: &mut ServiceConfig<'_>) {
        http::routes(&self.orders, config);
    }

    fn subscriptions(&self) -> Vec<Subscription> {
        let (db, feeds) = (&self.orders.db, &self.feeds);
        vec![
            Subscription::new(db, "order", Arc::clone(&feeds.order), Arc::new(reactions::Own)),
            Subscription::new(
                db,
                "order",
                Arc::clone(&feeds.payment),
                Arc::new(reactions::Payments(Arc::clone(&self.orders))),
            ),
            Subscription::new(db, "order", Arc::clone(&feeds.inventory), Arc::new(reactions::Inventory)),
        ]
    }

    fn workers(&self) -> Vec<Worker> {
        let (runner, sweeper) = (Arc::clone(&self.orders), Arc::clone(&self.orders));
        let woken = self.woken.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A second runner would find everything by looking.
        let woken = woken.unwrap_or_else(|| mpsc::unbounded_channel().1);
        vec![
            Worker::new("order.checkouts", move |stop| runner::run(runner, woken, stop)),
            Worker::new("order.carts", move |stop| runner::sweep(sweeper, stop)),
        ]
    }

    async fn forget(&self, keep: &Retention) -> Result<u64, DbError> {
        self.orders.keep_keys(days(keep.answers_days));
        self.orders.forget_rejected(days(keep.rejected_orders_days)).await
    }

    async fn check(&self) -> Result<Vec<Check>, DbError> {
        check::all(&self.orders.db).await
    }
}
