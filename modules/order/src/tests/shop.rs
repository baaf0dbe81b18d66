//! The module with everything around it, on a database of its own.

use std::{
    collections::HashMap,
    future::Future,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use kernel::{
    OrderId, Seams,
    clock::{OffsetClock, SystemIds},
};
use kernel_db::{Bus, Db, Durability, LocalFeed, Target, pg_notify, subscription::Step};
use kernel_module::{Module, Tasks};
use tempfile::TempDir;

use super::{
    fakes::{FakeCharges, FakePrices, FakeStock, Faults},
    feeds::FakeFeed,
};
use crate::{Config, Feeds, Order, Ports};

pub(super) struct Shop {
    pub(super) module: Arc<Order>,
    pub(super) db: Db,
    pub(super) clock: OffsetClock,
    pub(super) faults: Faults,
    pub(super) stock: Arc<FakeStock>,
    pub(super) charges: Arc<FakeCharges>,
    pub(super) payment: Arc<FakeFeed>,
    pub(super) inventory: Arc<FakeFeed>,
    pub(super) tasks: Tasks,
    folder: TempDir,
}

/// Runs `test` on SQLite, and on Postgres when there is one.
pub(super) async fn on_each_database<F: Future<Output = ()>>(config: Config, test: impl Fn(Shop) -> F) {
    for target in targets() {
        test(Shop::open(target, config.clone()).await).await;
    }
}

/// The same with the usual settings.
pub(super) async fn everywhere<F: Future<Output = ()>>(test: impl Fn(Shop) -> F) {
    on_each_database(Config::for_testing(), test).await;
}

enum Kind {
    Sqlite,
    Postgres(String),
}

#[expect(clippy::disallowed_methods, reason = "tests have no configuration but the environment")]
fn targets() -> Vec<Kind> {
    let postgres = std::env::var("BANYAN_TEST_POSTGRES").ok().map(Kind::Postgres);
    std::iter::once(Kind::Sqlite).chain(postgres).collect()
}

impl Shop {
    async fn open(kind: Kind, config: Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = OffsetClock::default();
        let seams = Seams { clock: Arc::new(clock.clone()), ids: Arc::new(SystemIds) };
        let target = match kind {
            Kind::Sqlite => Target::sqlite(folder.path().join("order.db")),
            Kind::Postgres(url) => Target::Postgres { url, schema: fresh_schema(), connections: 4 },
        };
        let db = Db::open("order", &target, Durability::Relaxed, Bus::default(), seams).await.unwrap();
        kernel_module::migrate(&db, crate::persistence::migrations::steps()).await.unwrap();

        let faults = Faults::default();
        let (payment, inventory) = (Arc::new(FakeFeed::of("payment")), Arc::new(FakeFeed::of("inventory")));
        let stock = Arc::new(FakeStock {
            faults: faults.clone(),
            clock: Arc::new(clock.clone()),
            available: Mutex::default(),
            claims: Mutex::default(),
            crowded: AtomicBool::new(false),
        });
        stock.set("CUP", 1_000_000);
        stock.set("POT", 1_000_000);
        stock.set("RARE", 5);
        let charges = Arc::new(FakeCharges {
            faults: faults.clone(),
            feed: Arc::clone(&payment),
            payments: Mutex::new(HashMap::new()),
            captures: Mutex::default(),
            voids_later: AtomicBool::new(false),
        });
        let ports = Ports {
            prices: Arc::new(FakePrices { faults: faults.clone() }),
            stock: stock.clone(),
            charges: charges.clone(),
        };
        let feeds =
            Feeds { order: Arc::new(LocalFeed::of(&db)), payment: payment.clone(), inventory: inventory.clone() };
        let tasks = Tasks::default();
        let module = Arc::new(Order::new(db.clone(), config, ports, feeds, tasks.clone()));
        Self { module, db, clock, faults, stock, charges, payment, inventory, tasks, folder }
    }

    /// Starts the runner and whatever listens, as the application does.
    pub(super) fn run(&self) {
        for worker in self.module.workers() {
            self.tasks.start(worker);
        }
        for subscription in self.module.subscriptions() {
            let stop = self.tasks.stopping().clone();
            self.tasks.spawn(subscription.run(stop));
        }
        let (db, stop) = (self.db.clone(), self.tasks.stopping().clone());
        self.tasks.spawn(pg_notify::run(db, stop));
    }

    /// Applies everything that was published so far.
    pub(super) async fn settle(&self) {
        for subscription in self.module.subscriptions() {
            while subscription.step().await.unwrap() != Step::Idle {}
        }
        let parked = kernel_db::parking::list(&self.db).await.unwrap();
        assert!(parked.is_empty(), "{parked:?}");
    }

    /// Waits until no placing is under way.
    pub(super) async fn all_ended(&self) {
        for _ in 0..1_000 {
            if self.module.unfinished().await.unwrap().is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("unfinished: {:?}", self.module.unfinished().await.unwrap());
    }

    /// Waits until whatever runs has applied everything that was published so far.
    pub(super) async fn settled(&self) {
        for subscription in self.module.subscriptions() {
            let feed = match subscription.source() {
                "order" => kernel_db::feed::head(&self.db).await.unwrap(),
                "payment" => kernel_db::Feed::head(&*self.payment).await.unwrap(),
                _ => 0,
            };
            while subscription.position().await.unwrap() < feed {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    }

    /// Waits until an order that is being placed has its stock.
    pub(super) async fn placing(&self) -> OrderId {
        loop {
            if let Some(order) = self.unfinished().await.into_iter().find(|order| self.stock.claim(*order).is_some()) {
                return order;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits until an order that is being placed waits for its provider.
    pub(super) async fn pending(&self) -> OrderId {
        while self.count("SELECT COUNT(*) FROM orders WHERE saga = 'pending'").await == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        self.placing().await
    }

    pub(super) async fn unfinished(&self) -> Vec<OrderId> {
        self.module.unfinished().await.unwrap()
    }

    /// Every rule of the module holds.
    pub(super) async fn assert_sound(&self) {
        for check in self.module.check().await.unwrap() {
            assert!(check.holds(), "{check:?}");
        }
    }

    /// Deletes expired carts; answers how many.
    pub(super) async fn sweep(&self) -> u64 {
        self.module.orders().sweep_carts().await.unwrap()
    }

    /// How many rows `sql` counts.
    pub(super) async fn count(&self, sql: &str) -> i64 {
        let rows = crate::persistence::select(self.db.reader(), sql, []).await.unwrap();
        rows[0].try_get_by_index(0).unwrap()
    }

    /// The first column of what `sql` finds.
    pub(super) async fn texts(&self, sql: &str) -> Vec<String> {
        let rows = crate::persistence::select(self.db.reader(), sql, []).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    /// The names of all tables.
    pub(super) async fn tables(&self) -> Vec<String> {
        self.texts(match self.db.dialect() {
            kernel_db::Dialect::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'table'",
            kernel_db::Dialect::Postgres => {
                "SELECT CAST(table_name AS text) FROM information_schema.tables WHERE table_schema = current_schema()"
            }
        })
        .await
    }

    /// Closes it, and answers the folder of what is left of it.
    pub(super) async fn close_and_keep(mut self) -> TempDir {
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap());
        self.close().await;
        folder
    }

    pub(super) async fn close(self) {
        assert!(self.tasks.stop(Duration::from_secs(20)).await, "a task does not end");
        if self.db.dialect() == kernel_db::Dialect::Postgres {
            use sea_orm::ConnectionTrait as _;
            self.db.reader().execute_unprepared(DROP_SCHEMA).await.unwrap();
        }
        self.db.close().await.unwrap();
    }
}

/// Counts the keys that were used.
pub(super) const KEYS: &str =
    "SELECT (SELECT COUNT(*) FROM idempotency) + (SELECT COUNT(*) FROM orders WHERE key IS NOT NULL)";

const DROP_SCHEMA: &str = "DO $$ BEGIN EXECUTE 'DROP SCHEMA ' || quote_ident(current_schema()) || ' CASCADE'; END $$";

fn fresh_schema() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let unique = kernel::clock::Ids::next(&SystemIds).simple().to_string();
    format!("order_{}_{}", COUNT.fetch_add(1, Ordering::Relaxed), &unique[20..])
}

/// A span of time as clocks take it.
pub(super) fn span(span: Duration) -> <kernel::DateTime<kernel::Utc> as std::ops::Sub>::Output {
    let epoch = kernel::DateTime::<kernel::Utc>::default();
    (epoch + span) - epoch
}
