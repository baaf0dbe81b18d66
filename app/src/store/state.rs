//! An open store, and what can be done with it without a server.

use std::{
    any::Any,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use kernel_db::{Bus, DbError, checkpoint, pg_notify};
use kernel_module::{Module, Tasks, Worker};
use kernel_web::Boundary;
use port::{Placement, Port, PortRoutes};

use crate::{
    config::Settings,
    databases::{Databases, FolderLock},
    docs::Document,
    edge::Edge,
    keys::Keys,
    listen,
    metrics::Metrics,
    placement::{facade::Switchboard, flip, server::Inner, slot::ModuleSlot, tenure::Tenures},
    retention,
    route_table::RouteTable,
};

/// A store whose databases are open and whose modules are wired. Nothing runs by itself yet.
pub struct Store {
    pub settings: Settings,
    pub keys: Keys,
    pub databases: Databases,
    /// Every module's place, in the order in which their routes are tried.
    pub slots: Arc<[Arc<ModuleSlot>]>,
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
    pub(super) inner: Option<Inner>,
    pub(super) lock: Option<FolderLock>,
}

/// What the application's own routes look at.
#[derive(Clone)]
pub(crate) struct Running {
    pub(crate) modules: Vec<Arc<dyn Module>>,
    pub(crate) slots: Arc<[Arc<ModuleSlot>]>,
    pub(crate) metrics: Metrics,
    pub(crate) connections: listen::Listeners,
    /// Whose data this process stands on; empty until it is opened.
    pub(crate) tenures: Arc<OnceLock<Arc<Tenures>>>,
}

impl Store {
    /// The modules that this process has.
    pub fn modules(&self) -> &[Arc<dyn Module>] {
        &self.running.modules
    }

    /// The module `M`, when this process has it.
    pub fn module<M: Module>(&self) -> Option<Arc<M>> {
        self.modules().iter().find_map(|module| {
            let any: Arc<dyn Any + Send + Sync> = Arc::<dyn Module>::clone(module);
            any.downcast().ok()
        })
    }

    /// The port `P` as modules call it, wherever it is served; `None` when no module offers it.
    pub fn port<P: Port + ?Sized>(&self) -> Option<Arc<P>> {
        self.slots.iter().flat_map(|slot| &slot.ports).find_map(PortRoutes::caller)
    }

    /// Of how many clients a wrong credential was written down lately.
    pub fn refusals_noted(&self) -> usize {
        self.edge.refusals_noted()
    }

    /// Looks once at everything that is elsewhere: it can be asked only once it has shown who it is. What came of it is kept
    /// where it belongs.
    pub(crate) async fn meet_far_sides(&self) {
        for remote in self.slots.iter().filter_map(|slot| slot.remote.as_ref()) {
            remote.shake_hands().await.ok();
        }
    }

    /// Starts everything that the modules do by themselves.
    pub fn start_work(self: &Arc<Self>) {
        self.start_modules();
        for remote in self.slots.iter().filter_map(|slot| slot.remote.clone()) {
            let (news, bus) = (Arc::clone(&remote), self.bus.clone());
            self.tasks.start(Worker::new("handshake", |stop| async move { remote.meet(stop).await }));
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
        if self.slots.iter().any(|slot| slot.remote.is_some() && slot.shared_db().is_some()) {
            let (store, slots) = (Arc::downgrade(self), Arc::clone(&self.slots));
            let came = move || store.upgrade().iter().for_each(Self::start_modules);
            self.tasks.start(Worker::new("placement", |stop| flip::keep_following(slots, came, stop)));
        }
    }

    /// Deletes at once what is older than it is to be kept. The store does it by itself every now and then.
    pub async fn forget(&self) -> Result<(), DbError> {
        retention::forget(&self.running.modules, &self.settings.retention, self.tasks.stopping()).await
    }

    /// Starts the work of the modules that are here and have not begun. A module that leaves goes on working here too:
    /// both sides share its rows by leases, as copies of one process do.
    pub(crate) fn start_modules(self: &Arc<Self>) {
        for slot in self.slots.iter() {
            let Some(module) = &slot.module else { continue };
            if slot.placement() == Placement::Remote || slot.works.swap(true, Ordering::Relaxed) {
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

    /// Reads events and applies them until no reader has anything left to read.
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
        // Not when the last thread has let go of the store: the next start knows only of this end.
        if let Some(lock) = &self.lock {
            lock.release();
        }
        ended
    }
}
