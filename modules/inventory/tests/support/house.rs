//! Inventory alone in the house: a real database, a clock that only ticks, and the other modules' news from a
//! script.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use catalog_contract::{CatalogEvent, IntroducedSku, ProductCreated};
use inventory::{Config, Feeds, Inventory};
use inventory_contract::{Demand, Held, Hold, InventoryEvent, Stock, StockRefusal};
use kernel::{
    CallContext, DateTime, Envelope, Event, OrderId, ProductId, Seams, Sku, Utc,
    clock::{Clock, Ids, ManualClock, SystemIds},
    event::SpecVersion,
};
use kernel_db::{Bus, Db, DbError, Durability, Feed, LocalFeed, Place, Target, parking, subscription::Step};
use kernel_module::{Module, ModuleSpec as _, migrate};
use port::PortResult;
use serde_json::value::RawValue;
use tempfile::TempDir;
use tokio::sync::watch;

pub(crate) struct House {
    pub(crate) db: Db,
    pub(crate) inventory: Inventory,
    pub(crate) clock: ManualClock,
    pub(crate) catalog: Arc<Script>,
    pub(crate) order: Arc<Script>,
    target: Target,
    _files: Option<TempDir>,
}

/// Never says the same time twice, so that what was written at one time was written by one statement.
#[derive(Debug)]
struct TickingClock(ManualClock);

impl Clock for TickingClock {
    fn now(&self) -> DateTime<Utc> {
        self.0.advance(chrono::TimeDelta::microseconds(1));
        self.0.now()
    }
}

impl House {
    pub(crate) async fn on_sqlite() -> Self {
        let files = tempfile::tempdir().unwrap();
        let target = Target::sqlite(files.path().join("inventory.db"));
        Self::open(target, Some(files)).await
    }

    /// `None` when no Postgres is given. Each house has a schema of its own.
    #[expect(clippy::disallowed_methods, reason = "where the test database is, is nobody's setting")]
    pub(crate) async fn on_postgres() -> Option<Self> {
        let url = std::env::var("BANYAN_TEST_POSTGRES").ok()?;
        let schema = format!("inventory_{}", SystemIds.secret().simple());
        Some(Self::open(Target::Postgres { url, schema, connections: 8 }, None).await)
    }

    async fn open(target: Target, files: Option<TempDir>) -> Self {
        let clock = ManualClock::at("2026-11-21T12:00:00Z".parse().unwrap());
        let house = Self::enter(target, clock, files).await;
        migrate(&house.db, Inventory::migrations()).await.unwrap();
        house
    }

    /// Another process with the same database and the same time.
    pub(crate) async fn next_door(&self) -> Self {
        Self::enter(self.target.clone(), self.clock.clone(), None).await
    }

    async fn enter(target: Target, clock: ManualClock, files: Option<TempDir>) -> Self {
        let seams = Seams { clock: Arc::new(TickingClock(clock.clone())), ids: Arc::new(SystemIds) };
        let db = Db::open("inventory", &target, Durability::Relaxed, Bus::default(), seams).await.unwrap();
        let (catalog, order) = (Arc::new(Script::of("catalog")), Arc::new(Script::of("order")));
        let feeds = Feeds { catalog: catalog.clone(), order: order.clone() };
        let inventory = Inventory::new(db.clone(), Config::for_testing(), feeds);
        Self { db, inventory, clock, catalog, order, target, _files: files }
    }

    /// Makes SKUs known with what each has on hand, as catalog does.
    pub(crate) async fn stocked(self, levels: &[(&str, i64)]) -> Self {
        let introduced = levels.iter().map(|&(sku, units)| introduced(sku, units)).collect();
        let product = self.db.seams().id::<ProductId>();
        let (slug, title) = ("cups".to_owned(), "Cups".to_owned());
        self.catalog.publish(&CatalogEvent::from(ProductCreated { product, slug, title, introduced }));
        self.settle().await;
        self
    }

    /// Applies all that the others have published; nothing may be left over.
    pub(crate) async fn settle(&self) {
        for subscription in self.inventory.subscriptions() {
            while subscription.step().await.unwrap() != Step::Idle {}
        }
        assert_eq!(parking::list(&self.db).await.unwrap(), []);
    }

    /// What inventory has told so far.
    pub(crate) async fn published(&self) -> Vec<InventoryEvent> {
        let events = LocalFeed::of(&self.db).read(Place::START, 10_000).await.unwrap();
        events.iter().map(|event| event.event().unwrap()).collect()
    }

    pub(crate) fn stock(&self) -> Arc<dyn Stock> {
        self.inventory.stock()
    }

    pub(crate) fn new_order(&self) -> OrderId {
        self.db.seams().id()
    }

    pub(crate) fn in_minutes(&self, minutes: u64) -> DateTime<Utc> {
        self.db.seams().now() + std::time::Duration::from_secs(minutes * 60)
    }

    pub(crate) async fn hold(&self, order: OrderId, lines: &[(&str, i64)]) -> PortResult<Held, StockRefusal> {
        self.hold_as(order, lines, false).await
    }

    /// The same for an order that is not about to be paid for.
    pub(crate) async fn hold_unpaid(&self, order: OrderId, lines: &[(&str, i64)]) -> PortResult<Held, StockRefusal> {
        self.hold_as(order, lines, true).await
    }

    async fn hold_as(&self, order: OrderId, lines: &[(&str, i64)], unpaid: bool) -> PortResult<Held, StockRefusal> {
        let lines = lines.iter().map(|&(name, quantity)| Demand { sku: sku(name), quantity }).collect();
        self.stock().hold(&buyer(), Hold { order, lines, until: self.in_minutes(15), unpaid }).await
    }

    /// Proves every invariant, and that there was something to prove.
    pub(crate) async fn prove(&self) {
        let checks = self.inventory.check().await.unwrap();
        assert_eq!(checks.len(), 7);
        for check in checks {
            assert!(check.holds(), "{check:?}");
        }
    }

    /// The one number that a query finds.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        let row = self.db.transact(|tx| async move { tx.row(sql, []).await });
        row.await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }

    /// `on_hand/held/committed/available`
    pub(crate) async fn level(&self, name: &str) -> String {
        let sql = "SELECT on_hand, (SELECT CAST(COALESCE(SUM(CAST(line.value ->> 2 AS bigint)), 0) AS bigint) \
                   FROM claim, {each}(claim.lines) AS line WHERE status = 'held' AND line.value ->> 0 = level.sku), \
                   (SELECT CAST(COALESCE(SUM(CAST(line.value ->> 2 AS bigint)), 0) AS bigint) \
                   FROM claim, {each}(claim.lines) AS line WHERE status = 'committed' AND line.value ->> 0 = level.sku), \
                   available FROM level WHERE sku = ?";
        let sku = sku(name).as_str().to_owned();
        let row = self.db.transact(|tx| {
            let sku = sku.clone();
            async move { tx.row(sql, [sku.into()]).await }
        });
        let row = row.await.unwrap().expect("the level");
        (0..4).map(|index| row.try_get_by_index::<i64>(index).unwrap().to_string()).collect::<Vec<_>>().join("/")
    }
}

pub(crate) fn buyer() -> CallContext {
    CallContext::system("order")
}

pub(crate) fn sku(name: &str) -> Sku {
    Sku::parse(name).unwrap()
}

pub(crate) fn introduced(name: &str, opening_stock: i64) -> IntroducedSku {
    IntroducedSku { sku: sku(name), opening_stock }
}

/// Another module's outbox, as the test writes it.
pub(crate) struct Script {
    source: &'static str,
    events: Mutex<Vec<Envelope>>,
}

impl Script {
    fn of(source: &'static str) -> Self {
        Self { source, events: Mutex::default() }
    }

    pub(crate) fn publish(&self, event: &impl Event) {
        let mut events = self.events.lock().unwrap();
        let position = i64::try_from(events.len()).unwrap() + 1;
        let data = event.data().unwrap().to_string();
        events.push(Envelope {
            specversion: SpecVersion::V1,
            id: SystemIds.next().into(),
            source: self.source.to_owned(),
            event_type: event.event_type().to_owned(),
            time: "2026-11-21T12:00:00Z".parse().unwrap(),
            stream: event.stream(),
            streamversion: position,
            position,
            correlationid: None,
            causationid: None,
            traceparent: None,
            data: RawValue::from_string(data).unwrap(),
        });
    }
}

#[async_trait]
impl Feed for Script {
    fn source(&self) -> &'static str {
        self.source
    }

    async fn read(&self, after: Place, limit: u64) -> Result<Vec<Envelope>, DbError> {
        let limit = usize::try_from(limit).unwrap();
        let events = self.events.lock().unwrap();
        Ok(events.iter().filter(|event| event.position > after.position).take(limit).cloned().collect())
    }

    async fn head(&self) -> Result<i64, DbError> {
        Ok(i64::try_from(self.events.lock().unwrap().len()).unwrap())
    }

    fn news(&self) -> watch::Receiver<i64> {
        watch::channel(0).1
    }
}
