//! A store, opened and served. The command line and the test suite start it the same way.

use std::{
    collections::HashMap,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use kernel::Seams;
use kernel_db::{Bus, DbError, checkpoint, pg_notify};
use kernel_module::{Module, Tasks, Worker};
use kernel_remote::TokenVerifier;
use kernel_web::{AdminKey, BodyLimit, Boundary};
use port::Placement;
use secrecy::ExposeSecret;

use crate::{
    config::{Modules, Settings, address},
    databases::{Databases, FolderLock, capacity},
    docs::Document,
    edge::Edge,
    exposure,
    keys::Keys,
    listen,
    metrics::Metrics,
    openapi,
    placement::{
        self, MODULES, Residence,
        facade::Switchboard,
        far::{Far, service_keys},
        flip,
        seat::Seat,
        server::Inner,
        tenure::{Start, Tenures},
    },
    retention,
    route_table::RouteTable,
    routes,
    wiring::{self, Ends, Shop},
};

mod serving;

pub use serving::{Listeners, Serving};

/// A store whose databases are open and whose modules are wired. Nothing runs by itself yet.
pub struct Store {
    pub settings: Settings,
    pub keys: Keys,
    pub databases: Databases,
    pub shop: Shop,
    pub tasks: Tasks,
    pub(crate) bus: Bus,
    pub(crate) running: Running,
    pub(crate) boundary: Boundary,
    pub(crate) edge: Arc<Edge>,
    pub(crate) document: Document,
    pub(crate) routes: Arc<RouteTable>,
    pub(crate) switchboard: Arc<Switchboard>,
    /// Set when the store stops.
    pub(crate) stopping: Arc<AtomicBool>,
    /// The port server, when there is a key for it.
    inner: Option<Inner>,
    lock: Option<FolderLock>,
}

/// What the application's own routes look at.
#[derive(Clone)]
pub(crate) struct Running {
    pub(crate) modules: Vec<Arc<dyn Module>>,
    pub(crate) seats: Arc<[Arc<Seat>]>,
    pub(crate) metrics: Metrics,
    pub(crate) connections: listen::Listeners,
    /// Whose data this process stands on; empty until it is opened.
    pub(crate) tenures: Arc<OnceLock<Arc<Tenures>>>,
}

impl Store {
    /// Opens a store for this process alone: keys and tables are made where they are missing.
    pub async fn open(settings: Settings, seams: Seams, bus: Bus) -> anyhow::Result<Self> {
        placement::check(&settings)?;
        exposure::check(&settings)?;
        let lock = uses_sqlite(&settings).then(|| FolderLock::take(&settings.data.folder)).transpose()?;
        let keys = Keys::of(&settings, seams.ids.as_ref())?;
        let databases = Databases::open(&settings, &seams, &bus).await?;
        capacity::check(&databases, settings.data.connections).await?;
        databases.migrate().await?;
        let mut store = Self::of(settings, keys, databases, (&seams, bus), lock)?;
        let tenures = Tenures::claim(&store.about_to_start(&seams)).await?;
        let tenures = store.holds_far_sides_against(tenures);
        if store.settings.only.is_none() {
            flip::note_settings(&store.shop.seats).await?;
        }
        flip::follow(&store.shop.seats).await?;
        // A process that only forwards has nothing that others could call or read.
        let has_modules = !store.running.modules.is_empty();
        if let Some(keys) = service_keys(&store.settings.service)?.filter(|_| has_modules) {
            store.inner = Some(Inner::of(&store.shop.seats, &keys, &store.tasks, &tenures).await?);
        }
        Ok(store)
    }

    /// Opens a store that another process may be running, to look at it or to mend an event.
    pub async fn attach(settings: Settings, seams: Seams) -> anyhow::Result<Self> {
        crate::databases::require_store(&settings)?;
        let bus = Bus::default();
        let databases = Databases::open(&settings, &seams, &bus).await?;
        Self::attach_to(databases, settings, seams, bus).await
    }

    /// Opens a store that another process may be running, to read all of it and to write nothing.
    pub async fn survey(settings: Settings, seams: Seams) -> anyhow::Result<Self> {
        crate::databases::require_store(&settings)?;
        let bus = Bus::default();
        let databases = Databases::survey(&settings, &seams, &bus).await?;
        Self::attach_to(databases, settings, seams, bus).await
    }

    async fn attach_to(databases: Databases, settings: Settings, seams: Seams, bus: Bus) -> anyhow::Result<Self> {
        let keys = Keys::of(&settings, seams.ids.as_ref())?;
        let store = Self::of(settings, keys, databases, (&seams, bus), None)?;
        let tenures = Tenures::look(&store.about_to_start(&seams)).await?;
        store.holds_far_sides_against(tenures);
        Ok(store)
    }

    /// Looks once at everything that is elsewhere: it can be asked only once it has shown who it is. What came of it is kept
    /// where it belongs.
    pub(crate) async fn meet_far_sides(&self) {
        for far in self.shop.seats.iter().filter_map(|seat| seat.far.as_ref()) {
            far.shake_hands().await.ok();
        }
    }

    fn about_to_start<'s>(&'s self, seams: &'s Seams) -> Start<'s> {
        Start { seats: &self.shop.seats, settings: &self.settings, keys: &self.keys, seams }
    }

    fn holds_far_sides_against(&self, tenures: Tenures) -> Arc<Tenures> {
        let tenures = Arc::new(tenures);
        for far in self.shop.seats.iter().filter_map(|seat| seat.far.as_ref()) {
            far.is_held_against(&tenures);
        }
        Arc::clone(self.running.tenures.get_or_init(|| tenures))
    }

    fn of(
        settings: Settings,
        keys: Keys,
        databases: Databases,
        (seams, bus): (&Seams, Bus),
        lock: Option<FolderLock>,
    ) -> anyhow::Result<Self> {
        let modules = with_secrets(settings.modules.clone(), &keys);
        let ends = Ends::new(databases, far_modules(&settings, seams)?, &settings, bus);
        let shop = wiring::wire(&ends, modules);
        let running = Running {
            modules: shop.modules(),
            seats: shop.seats.as_slice().into(),
            metrics: Metrics::new(),
            connections: listen::Listeners::of(&settings),
            tenures: Arc::default(),
        };
        let (api, text) = openapi::of_the_store(&running.modules)?;
        let boundary = Boundary {
            ids: Arc::clone(&seams.ids),
            admin_key: AdminKey::new(&keys.admin),
            body_limit: BodyLimit(settings.http.body_limit_bytes),
            methods: routes::methods(&api),
        };
        let document = Document(Bytes::from(text));
        let routes = Arc::new(routes::table(&api));
        let switchboard = Arc::new(Switchboard::of(&api, &shop.seats));
        let edge = Arc::new(edge_of(&settings, seams, &running, (boundary.admin_key.clone(), &routes))?);
        let Ends { databases, tasks, bus, .. } = ends;
        let stopping = Arc::default();
        Ok(Self {
            settings,
            keys,
            databases,
            shop,
            tasks,
            bus,
            running,
            boundary,
            edge,
            document,
            routes,
            switchboard,
            stopping,
            inner: None,
            lock,
        })
    }

    pub fn modules(&self) -> &[Arc<dyn Module>] {
        &self.running.modules
    }

    /// Of how many clients a wrong credential was written down lately.
    pub fn refusals_noted(&self) -> usize {
        self.edge.refusals_noted()
    }

    /// Starts everything that the modules do by themselves.
    pub fn start_work(self: &Arc<Self>) {
        self.start_modules();
        for far in self.shop.seats.iter().filter_map(|seat| seat.far.clone()) {
            let (news, bus) = (Arc::clone(&far), self.bus.clone());
            self.tasks.start(Worker::new("handshake", |stop| async move { far.meet(stop).await }));
            self.tasks.start(Worker::new("news", |stop| async move { news.relay_news(&bus, stop).await }));
        }
        let (modules, keep) = (self.running.modules.clone(), self.settings.retention);
        self.tasks.start(Worker::new("retention", move |stop| retention::run(modules, keep, stop)));
        for db in self.databases.all().cloned() {
            self.tasks.start(Worker::new("checkpoint", move |stop| checkpoint::run(db, stop)));
        }
        let (metrics, observer) = (self.running.metrics.clone(), self.running.metrics.clone());
        self.bus.observe(move |reacted| observer.reacted(reacted));
        self.tasks.start(Worker::new("metrics", |stop| metrics.fold(stop)));
        let edge = Arc::clone(&self.edge);
        self.tasks.start(Worker::new("edge", |stop| edge.sweep(stop)));
        if self.shop.seats.iter().any(|seat| seat.far.is_some() && seat.shared_db().is_some()) {
            let (store, seats) = (Arc::downgrade(self), self.shop.seats.clone());
            let came = move || store.upgrade().iter().for_each(Self::start_modules);
            self.tasks.start(Worker::new("placement", |stop| flip::keep_following(seats, came, stop)));
        }
    }

    /// Deletes at once what is older than it is to be kept. The store does it by itself every now and then.
    pub async fn forget(&self) -> Result<(), DbError> {
        retention::forget(&self.running.modules, &self.settings.retention, self.tasks.stopping()).await
    }

    /// Starts the work of the modules that are here and have not begun. A module that leaves goes on working here too:
    /// both sides share its rows by leases, as copies of one process do.
    pub(crate) fn start_modules(self: &Arc<Self>) {
        for seat in &self.shop.seats {
            let Some(module) = &seat.module else { continue };
            if seat.placement() == Placement::Remote || seat.works.swap(true, Ordering::Relaxed) {
                continue;
            }
            let db = module.db().clone();
            self.tasks.start(Worker::new("pg-notify", |stop| pg_notify::run(db, stop)));
            for subscription in module.subscriptions() {
                self.tasks.start(Worker::new(subscription.consumer(), |stop| subscription.run(stop)));
            }
            for worker in module.workers() {
                self.tasks.start(worker);
            }
        }
    }

    /// Reads events and applies them until nobody has anything left to read.
    pub async fn settle(&self) -> anyhow::Result<()> {
        let subscriptions: Vec<_> = self.modules().iter().flat_map(|module| module.subscriptions()).collect();
        loop {
            let mut applied = false;
            for subscription in &subscriptions {
                applied |= subscription.step().await? != kernel_db::subscription::Step::Idle;
            }
            if !applied {
                return Ok(());
            }
        }
    }

    /// Ends the modules' own work and closes the databases. `false` when something had to be left undone.
    pub async fn close(&self) -> bool {
        let limit = Duration::from_secs(self.settings.http.stop_limit_seconds);
        let ended = self.tasks.stop(limit).await;
        self.databases.close().await;
        // Not when the last thread has let go of the store: whoever starts the next one knows only of this end.
        if let Some(lock) = &self.lock {
            lock.release();
        }
        ended
    }
}

fn uses_sqlite(settings: &Settings) -> bool {
    let has_file = |module: &str| {
        let own = settings.modules.of(module).is_some_and(|common| !common.url.expose_secret().is_empty());
        !own && Residence::of(settings, module) != Residence::Elsewhere
    };
    settings.data.url.expose_secret().is_empty() && MODULES.into_iter().any(has_file)
}

/// What stands before the modules that are here. Another process that forwards to them shows a token for one of them.
fn edge_of(
    settings: &Settings,
    seams: &Seams,
    running: &Running,
    (admin, routes): (AdminKey, &Arc<RouteTable>),
) -> anyhow::Result<Edge> {
    let keys = service_keys(&settings.service)?;
    let processes = keys.map(|keys| TokenVerifier::new(&keys, Arc::clone(&seams.clock)));
    let modules: Vec<&str> = running.modules.iter().map(|module| module.name()).collect();
    Ok(Edge::new(&settings.limits, settings.http.proxies(), (processes, &modules), admin, Arc::clone(routes)))
}

/// What modules are told that stands in no file.
fn with_secrets(mut modules: Modules, keys: &Keys) -> Modules {
    modules.order.config.server_secret = keys.server.clone();
    let webhook_url = &mut modules.payment.config.simulated.webhook_url;
    *webhook_url = webhook_url.take().map(|url| address::url(&url));
    modules.payment.config.webhook_secret.get_or_insert_with(|| keys.webhook_secret("simulated"));
    modules
}

/// The ways to the modules that are, or may come to be, elsewhere. A process that was started for some modules alone
/// keeps those, whatever the file says of them.
fn far_modules(settings: &Settings, seams: &Seams) -> anyhow::Result<HashMap<&'static str, Arc<Far>>> {
    let mut far = HashMap::new();
    for module in MODULES {
        let stays = settings.only.as_ref().is_some_and(|only| only.contains(module));
        if let Some(ways) = if stays { None } else { Far::of(settings, module, seams)? } {
            far.insert(module, Arc::new(ways));
        }
    }
    Ok(far)
}

#[cfg(test)]
pub(crate) mod tests;
