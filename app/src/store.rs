//! A store, opened and served. The command line and the test suite start it the same way.

use std::{
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use actix_web::dev::ServerHandle;
use bytes::Bytes;
use kernel::Seams;
use kernel_db::{Bus, Dialect, sequencer};
use kernel_module::{Module, Tasks, Worker};
use kernel_web::{AdminKey, BodyLimit, Boundary};
use secrecy::ExposeSecret;
use tokio::task::JoinHandle;

use crate::{
    config::{Modules, Settings},
    databases::{Databases, FolderLock},
    docs::Document,
    keys::Keys,
    metrics::Metrics,
    modules_view::PortView,
    openapi, retention,
    route_table::RouteTable,
    routes,
    wiring::{self, Shop},
};

/// A store whose databases are open and whose modules are wired. Nothing runs by itself yet.
pub struct Store {
    pub settings: Settings,
    pub keys: Keys,
    pub databases: Databases,
    pub shop: Shop,
    pub tasks: Tasks,
    pub(crate) running: Running,
    pub(crate) boundary: Boundary,
    pub(crate) document: Document,
    pub(crate) routes: Arc<RouteTable>,
    /// Set when the store stops.
    pub(crate) stopping: Arc<AtomicBool>,
    _lock: Option<FolderLock>,
}

/// What the application's own routes look at.
#[derive(Clone)]
pub(crate) struct Running {
    pub(crate) modules: Vec<Arc<dyn Module>>,
    pub(crate) placements: Arc<[Placed]>,
    pub(crate) metrics: Metrics,
}

/// A module and where it lives.
pub(crate) struct Placed {
    pub(crate) name: &'static str,
    pub(crate) placement: &'static str,
    pub(crate) database: &'static str,
    pub(crate) ports: Vec<PortView>,
}

impl Store {
    /// Opens a store for this process alone: keys and tables are made where they are missing.
    pub async fn open(settings: Settings, seams: Seams, bus: Bus) -> anyhow::Result<Self> {
        let lock = uses_sqlite(&settings).then(|| FolderLock::take(&settings.data.folder)).transpose()?;
        let keys = Keys::of(&settings, seams.ids.as_ref())?;
        let databases = Databases::open(&settings, &seams, &bus).await?;
        databases.migrate().await?;
        Ok(Self::of(settings, keys, databases, &seams, lock))
    }

    /// Opens a store that another process may be running, to look at it or to mend an event.
    pub async fn attach(settings: Settings, seams: Seams) -> anyhow::Result<Self> {
        crate::databases::require_store(&settings)?;
        let keys = Keys::of(&settings, seams.ids.as_ref())?;
        let databases = Databases::open(&settings, &seams, &Bus::default()).await?;
        Ok(Self::of(settings, keys, databases, &seams, None))
    }

    fn of(settings: Settings, keys: Keys, databases: Databases, seams: &Seams, lock: Option<FolderLock>) -> Self {
        let tasks = Tasks::default();
        let modules = with_secrets(settings.modules.clone(), &keys);
        let shop = wiring::wire(&databases, modules, &tasks);
        let running = Running {
            modules: shop.modules(),
            placements: shop.modules().iter().map(|module| placed(module.as_ref())).collect(),
            metrics: Metrics::new(),
        };
        let api = openapi::document(&running.modules);
        let boundary = Boundary {
            ids: Arc::clone(&seams.ids),
            admin_key: AdminKey::new(&keys.admin),
            body_limit: BodyLimit(settings.http.body_limit_bytes),
            methods: routes::methods(&api),
        };
        let document = Document(Bytes::from(openapi::text(&api)));
        let routes = Arc::new(routes::table(&api));
        let stopping = Arc::default();
        Self { settings, keys, databases, shop, tasks, running, boundary, document, routes, stopping, _lock: lock }
    }

    pub fn modules(&self) -> &[Arc<dyn Module>] {
        &self.running.modules
    }

    /// Starts everything that the modules do by themselves.
    pub fn start_work(&self) {
        for db in self.databases.all().map(Clone::clone) {
            self.tasks.start(Worker::new("sequencer", |stop| sequencer::run(db, stop)));
        }
        for module in self.modules() {
            for subscription in module.subscriptions() {
                self.tasks.start(Worker::new(subscription.consumer(), |stop| subscription.run(stop)));
            }
            for worker in module.workers() {
                self.tasks.start(worker);
            }
        }
        let modules = self.running.modules.clone();
        self.tasks.start(Worker::new("retention", |stop| retention::run(modules, stop)));
        let metrics = self.running.metrics.clone();
        self.tasks.start(Worker::new("metrics", |stop| metrics.fold(stop)));
    }

    /// Reads events and applies them until nobody has anything left to read.
    pub async fn settle(&self) -> anyhow::Result<()> {
        let subscriptions: Vec<_> = self.modules().iter().flat_map(|module| module.subscriptions()).collect();
        loop {
            let mut applied = false;
            for db in self.databases.all() {
                applied |= db.dialect() == Dialect::Postgres && sequencer::number(db).await? > 0;
            }
            for subscription in &subscriptions {
                applied |= subscription.step().await? != kernel_db::subscription::Step::Idle;
            }
            if !applied {
                return Ok(());
            }
        }
    }

    /// Serves the public API on `listener` and starts the modules' own work.
    pub fn serve(self, listener: TcpListener) -> std::io::Result<Serving> {
        let address = listener.local_addr()?;
        let store = Arc::new(self);
        let server = routes::server(&store, listener)?;
        store.shop.payment.webhooks_reach(own_url(address));
        store.start_work();
        let handle = server.handle();
        #[expect(clippy::disallowed_methods, reason = "outlives the tasks; Serving::stop waits for it")]
        let server = tokio::spawn(server);
        Ok(Serving { store, address, handle, server })
    }

    /// Ends the modules' own work and closes the databases. `false` when something had to be left undone.
    pub async fn close(&self) -> bool {
        let limit = Duration::from_secs(self.settings.http.stop_limit_seconds);
        let ended = self.tasks.stop(limit).await;
        self.databases.close().await;
        ended
    }
}

/// A store that answers requests.
pub struct Serving {
    pub store: Arc<Store>,
    /// Where it listens.
    pub address: SocketAddr,
    handle: ServerHandle,
    server: JoinHandle<std::io::Result<()>>,
}

impl Serving {
    /// How a program on this machine reaches it.
    pub fn url(&self) -> String {
        own_url(self.address)
    }

    /// Lets nobody else in, finishes every request, then ends the modules' own work and closes the databases.
    /// `false` when something took longer than the limit and had to be left undone.
    pub async fn stop(self) -> bool {
        self.store.stopping.store(true, Ordering::Relaxed);
        self.handle.pause().await;
        let answered = self.answered().await;
        // The server's threads end last: what a request left behind may still run on them.
        let ended = self.store.close().await;
        self.handle.stop(true).await;
        let stopped = self.server.await;
        answered && ended && matches!(stopped, Ok(Ok(())))
    }

    /// Waits until no request is under way.
    async fn answered(&self) -> bool {
        let limit = Duration::from_secs(self.store.settings.http.stop_limit_seconds);
        let none_left = async {
            while self.store.running.metrics.in_flight() > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(limit, none_left).await.is_ok()
    }
}

/// A store that listens everywhere is reached at home.
fn own_url(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => format!("http://127.0.0.1:{}", v4.port()),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => format!("http://[::1]:{}", v6.port()),
        address => format!("http://{address}"),
    }
}

fn uses_sqlite(settings: &Settings) -> bool {
    let Modules { catalog, inventory, order, payment } = &settings.modules;
    let own = [&catalog.url, &inventory.url, &order.url, &payment.url];
    settings.data.url.expose_secret().is_empty() && own.iter().any(|url| url.expose_secret().is_empty())
}

/// What modules are told that stands in no file.
fn with_secrets(mut modules: Modules, keys: &Keys) -> Modules {
    modules.order.config.server_secret = keys.server.clone();
    modules.payment.config.webhook_secret.get_or_insert_with(|| keys.webhook_secret("simulated"));
    modules
}

fn placed(module: &dyn Module) -> Placed {
    let port = |dispatch: Arc<port::Dispatch>| {
        let descriptor = dispatch.descriptor();
        PortView { name: descriptor.name, version: descriptor.version, contract_hash: descriptor.contract_hash() }
    };
    Placed {
        name: module.name(),
        placement: "local",
        database: match module.db().dialect() {
            Dialect::Sqlite => "sqlite",
            Dialect::Postgres => "postgres",
        },
        ports: module.ports().into_iter().map(port).collect(),
    }
}

#[cfg(test)]
pub(crate) mod tests;
