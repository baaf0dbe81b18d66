//! A payment module over a fresh database, with a feed of orders that tests write themselves.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use chrono::TimeDelta;
use kernel::{
    CallContext, Currency, Envelope, Event as _, Money, OrderId, PaymentId, Problem as _, RefundId, Seams,
    clock::OffsetClock,
};
use kernel_db::{Bus, Cause, Db, Durability, LocalFeed, Reaction as _, Target, ddl, outbox};
use kernel_module::{Module as _, Tasks};
use order_contract::OrderEvent;
use payment_contract::{Authorize, Charge, ChargeRefusal, Charges};
use port::{PortError, PortResult};
use sea_orm::{ConnectionTrait as _, Value};
use serde_json::json;
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::{Config, Feeds, Payment, persistence::query};

/// Failpoints are global: a test that sets one runs alone.
static WEATHER: RwLock<()> = RwLock::const_new(());

pub(super) async fn calm() -> RwLockReadGuard<'static, ()> {
    WEATHER.read().await
}

/// Sets failpoints until dropped.
pub(super) struct Storm {
    _alone: RwLockWriteGuard<'static, ()>,
    points: Vec<&'static str>,
}

impl Storm {
    pub(super) async fn rises() -> Self {
        Self { _alone: WEATHER.write().await, points: Vec::new() }
    }

    pub(super) fn with(&mut self, point: &'static str, action: &str) {
        fail::cfg(point, action).unwrap();
        self.points.push(point);
    }

    /// Counts how often `point` is passed.
    pub(super) fn count(&mut self, point: &'static str) -> Arc<AtomicUsize> {
        let passed = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&passed);
        fail::cfg_callback(point, move || {
            counter.fetch_add(1, Ordering::SeqCst);
        })
        .unwrap();
        self.points.push(point);
        passed
    }

    pub(super) fn abates(&mut self) {
        for point in self.points.drain(..) {
            fail::remove(point);
        }
    }
}

impl Drop for Storm {
    fn drop(&mut self) {
        self.abates();
    }
}

pub(super) struct Store {
    pub(super) db: Db,
    orders: Db,
    pub(super) clock: OffsetClock,
    pub(super) payment: Arc<Payment>,
    pub(super) charges: Arc<dyn Charges>,
    tasks: Tasks,
    config: Config,
    _folder: Arc<tempfile::TempDir>,
}

pub(super) type Answer = PortResult<Charge, ChargeRefusal>;

impl Store {
    /// One on every kind of database that is to be had here, nothing running by itself.
    pub(super) async fn each(config: Config) -> Vec<Self> {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let file = |name: &str| Target::sqlite(folder.path().join(name));
        let mut stores = vec![Self::open(&file("payment.db"), &file("order.db"), config.clone(), &folder).await];
        #[expect(clippy::disallowed_methods, reason = "a test asks where its Postgres is")]
        match std::env::var("BANYAN_TEST_POSTGRES") {
            Ok(url) => {
                let name = Seams::system().ids.secret().simple().to_string();
                let schema = |module: &str| Target::Postgres {
                    url: url.clone(),
                    schema: format!("{module}_{name}"),
                    connections: 5,
                };
                stores.push(Self::open(&schema("payment"), &schema("order"), config, &folder).await);
            }
            Err(_) => eprintln!("SKIPPED on Postgres: BANYAN_TEST_POSTGRES is not set"),
        }
        stores
    }

    async fn open(payment: &Target, order: &Target, config: Config, folder: &Arc<tempfile::TempDir>) -> Self {
        let clock = OffsetClock::default();
        let seams = Seams { clock: Arc::new(clock.clone()), ..Seams::system() };
        let bus = Bus::default();
        // The tests of durability are elsewhere; here it would only cost time.
        let open = |module, target| Db::open(module, target, Durability::Relaxed, bus.clone(), seams.clone());
        let (db, orders) = (open("payment", payment).await.unwrap(), open("order", order).await.unwrap());
        kernel_module::migrate(&db, crate::persistence::migrations::steps()).await.unwrap();
        let tables = ddl::kernel_tables(orders.dialect());
        orders.migration_connection().execute_unprepared(&tables).await.unwrap();
        let payment = module(&db, &orders, &config);
        let charges = payment.charges();
        let tasks = Tasks::default();
        Self { db, orders, clock, payment, charges, tasks, config, _folder: Arc::clone(folder) }
    }

    /// Starts what the module does by itself.
    pub(super) fn run(&self) {
        for worker in self.payment.workers() {
            self.tasks.start(worker);
        }
        for subscription in self.payment.subscriptions() {
            let stop = self.tasks.stopping().clone();
            self.tasks.spawn(subscription.run(stop));
        }
        if self.orders.dialect() == kernel_db::Dialect::Postgres {
            let stop = self.tasks.stopping().clone();
            self.tasks.spawn(kernel_db::pg_notify::run(self.orders.clone(), stop));
        }
    }

    /// As after a crash: what was in memory is gone.
    pub(super) fn restart(&mut self) {
        self.payment = module(&self.db, &self.orders, &self.config);
        self.charges = self.payment.charges();
    }

    /// The port of another process on the same database.
    pub(super) fn elsewhere(&self) -> Arc<dyn Charges> {
        module(&self.db, &self.orders, &self.config).charges()
    }

    pub(super) async fn stop(&self) {
        assert!(self.tasks.stop(Duration::from_secs(10)).await, "the module's tasks did not stop");
    }

    pub(super) fn order(&self) -> OrderId {
        self.db.seams().id()
    }

    pub(super) async fn authorize(&self, order: OrderId, token: &str, minor: i64) -> Answer {
        self.charges.authorize(&CallContext::system("order"), request(order, token, minor)).await
    }

    pub(super) async fn capture(&self, order: OrderId) -> Answer {
        self.charges.capture(&CallContext::system("order"), order).await
    }

    pub(super) async fn void(&self, order: OrderId) -> Option<Charge> {
        self.charges.void(&CallContext::system("order"), order).await.unwrap()
    }

    pub(super) async fn find(&self, order: OrderId) -> Option<Charge> {
        self.charges.find(&CallContext::system("order"), order).await.unwrap()
    }

    /// An order that is paid.
    pub(super) async fn paid(&self, minor: i64) -> (OrderId, PaymentId) {
        let order = self.order();
        let charge = self.authorize(order, "tok_approve", minor).await.unwrap();
        self.capture(order).await.unwrap();
        (order, charge.payment)
    }

    /// Publishes news of an order, as order does.
    pub(super) async fn publish(&self, event: OrderEvent) {
        let event = &event;
        let published =
            self.orders.transact(|tx| async move { outbox::publish(&tx, &Cause::default(), &[(1, event.clone())]) });
        published.await.unwrap();
    }

    /// Delivers an order event to payment at once.
    pub(super) async fn react_to(&self, event: OrderEvent) {
        let seams = self.db.seams();
        let envelope = json!({
            "specversion": "1.0", "id": seams.ids.next(), "source": "order", "type": event.event_type(),
            "time": seams.now(), "stream": event.stream(), "streamversion": 1, "position": 1,
            "data": event.data().unwrap(),
        });
        let envelope: &Envelope = &serde_json::from_str(&envelope.to_string()).unwrap();
        let subscription = self.payment.follower();
        let follow = subscription.as_ref();
        self.db.transact(|tx| async move { follow.react(&tx, envelope).await }).await.unwrap();
    }

    /// Waits until the order's payment stands as `expected`: status, authorized, captured, refunded.
    pub(super) async fn until(&self, order: OrderId, expected: &str) {
        let mut found = String::new();
        for _ in 0..500 {
            found = self.standing(order).await;
            if found == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{:?}: the payment stands at {found:?} and not at {expected:?}", self.db);
    }

    /// As the table has it: to those who call, what is given up is void before it is freed.
    pub(super) async fn standing(&self, order: OrderId) -> String {
        let sql = "SELECT status || ' ' || authorized || ' ' || captured || ' ' || refunded FROM payment \
                   WHERE order_id = ? AND method IS NOT NULL";
        let statement = self.db.dialect().statement(sql, [order.uuid().into()]);
        let row = self.db.reader().query_one_raw(statement).await.unwrap();
        row.map_or_else(|| "none".to_owned(), |row| row.try_get_by_index(0).unwrap())
    }

    /// Lets every lease and every wait run out.
    pub(super) fn time_passes(&self) {
        self.clock.advance(TimeDelta::seconds(40));
    }

    pub(super) async fn count(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> i64 {
        let statement = self.db.dialect().statement(sql, values);
        self.db.reader().query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }

    /// How often the provider believes to have done `operation` for `order`.
    pub(super) async fn done(&self, order: OrderId, operation: &str) -> i64 {
        let sql = "SELECT COUNT(*) FROM simulated_ledger WHERE order_id = ? AND operation = ? AND outcome = 'approved'";
        self.count(sql, [order.uuid().into(), operation.into()]).await
    }

    /// Every published event of the order's payment, in order.
    pub(super) async fn events(&self, order: OrderId) -> Vec<String> {
        let sql = "SELECT type FROM outbox WHERE stream = (SELECT CAST(? AS TEXT)) ORDER BY stream_version";
        let Some(charge) = self.find(order).await else { return Vec::new() };
        let statement = self.db.dialect().statement(sql, [charge.payment.to_string().into()]);
        let rows = self.db.reader().query_all_raw(statement).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    /// Operation and status of every attempt for the order, in order.
    pub(super) async fn attempts(&self, order: OrderId) -> Vec<String> {
        let found = query::with_attempts_of(&self.db, order).await.unwrap();
        let attempts = found.payment().map(|found| found.attempts).unwrap_or_default();
        attempts.iter().map(|attempt| format!("{} {}", attempt.operation.as_str(), attempt.status.as_str())).collect()
    }

    /// How many attempts for the order have a row of their own.
    pub(super) async fn attempt_rows(&self, order: OrderId) -> i64 {
        let sql = "SELECT COUNT(*) FROM attempt JOIN payment ON payment.id = payment_id WHERE order_id = ?";
        self.count(sql, [order.uuid().into()]).await
    }

    /// The promises for the order that could not be kept, oldest first.
    pub(super) async fn refusals(&self, order: OrderId) -> Vec<String> {
        let sql = "SELECT 'asked ' || refund_refusal.asked || ', refunded ' || refund_refusal.refunded || ', left ' \
                   || left_over || ': ' || reason FROM refund_refusal JOIN payment ON payment.id = payment_id \
                   WHERE order_id = ? ORDER BY refund_refusal.created_at, refund_id";
        let statement = self.db.dialect().statement(sql, [order.uuid().into()]);
        let rows = self.db.reader().query_all_raw(statement).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    /// Waits until nothing of the order's payment is open any more and all of `promised` refunds were heard of.
    pub(super) async fn until_settled(&self, order: OrderId, promised: &[RefundId]) {
        let open = "SELECT COUNT(*) FROM payment LEFT JOIN attempt ON payment.id = payment_id WHERE order_id = ? \
                    AND (attempt.status IN ('queued', 'started', 'unknown', 'pending') OR lease_until IS NOT NULL)";
        for _ in 0..1_000 {
            let mut heard = true;
            for refund in promised {
                heard &= self.promise(*refund).await.is_some();
            }
            if heard && self.count(open, [order.uuid().into()]).await == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{:?}: the payment is not settled: {:?}", self.db, self.attempts(order).await);
    }

    /// What became of a promised refund: what was paid, and what the shop is told that it was not. `None` when payment
    /// has not heard of it.
    pub(super) async fn promise(&self, refund: RefundId) -> Option<(i64, i64)> {
        let known = "SELECT (SELECT COUNT(*) FROM attempt WHERE id = ?) + \
                     (SELECT COUNT(*) FROM refund_refusal WHERE refund_id = ?)";
        let id = refund.uuid();
        if self.count(known, [id.into(), id.into()]).await == 0 {
            return None;
        }
        let paid = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM attempt WHERE id = ? AND status = 'succeeded'";
        let refused =
            "SELECT CAST(COALESCE(SUM(asked - refunded), 0) AS BIGINT) FROM refund_refusal WHERE refund_id = ?";
        Some((self.count(paid, [id.into()]).await, self.count(refused, [id.into()]).await))
    }

    /// The rules that do not hold.
    pub(super) async fn broken_rules(&self) -> Vec<String> {
        let checks = self.payment.check().await.unwrap();
        assert!(checks.len() >= 3, "{checks:?}");
        let broken = checks.into_iter().filter(|check| !check.holds());
        broken.map(|check| format!("{}: {} | {}", check.rule, check.left, check.right)).collect()
    }

    pub(super) async fn is_sound(&self) {
        assert_eq!(self.broken_rules().await, Vec::<String>::new(), "{:?}", self.db);
    }
}

fn module(db: &Db, orders: &Db, config: &Config) -> Arc<Payment> {
    Arc::new(Payment::new(db.clone(), config.clone(), Feeds { order: Arc::new(LocalFeed::of(orders)) }))
}

pub(super) fn request(order: OrderId, token: &str, minor: i64) -> Authorize {
    let amount = Money::new(minor, Currency::GBP);
    Authorize { order, amount, method: "simulated".to_owned(), token: token.to_owned() }
}

pub(super) fn standing(charge: &Charge) -> String {
    let Charge { status, authorized, captured, refunded, .. } = charge;
    format!("{} {} {} {}", status.as_str(), authorized.minor(), captured.minor(), refunded.minor())
}

/// What an answer comes to, in a word or two.
pub(super) fn said(answer: &Answer) -> String {
    match answer {
        Ok(charge) => standing(charge),
        Err(PortError::Refused(refusal)) => refusal.code().to_owned(),
        Err(PortError::Unavailable { executed }) => format!("unavailable, executed {executed:?}"),
        Err(error) => error.to_string(),
    }
}

/// As order would write it, whatever it may add.
pub(super) fn order_event(event_type: &str, data: &serde_json::Value) -> OrderEvent {
    let event = OrderEvent::decode(event_type, &data.to_string()).unwrap();
    assert!(!matches!(event, OrderEvent::Unknown(_)), "{event_type} is no event of order's");
    event
}
