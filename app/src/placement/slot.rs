//! One module's placement, which can change while the store is open.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use kernel_db::{Db, Dialect};
use kernel_module::Module;
use port::{Placement, PortRoutes};

use super::remote::RemoteModule;

/// Where a module is at this moment.
#[derive(Debug)]
pub(crate) struct Route(AtomicBool);

impl Route {
    pub(crate) fn new(placement: Placement) -> Self {
        Self(AtomicBool::new(placement == Placement::Remote))
    }

    pub(crate) fn get(&self) -> Placement {
        if self.0.load(Ordering::Acquire) { Placement::Remote } else { Placement::Local }
    }

    fn set(&self, placement: Placement) {
        self.0.store(placement == Placement::Remote, Ordering::Release);
    }
}

/// A module, where it is, and the ways to it.
pub struct ModuleSlot {
    pub name: &'static str,
    /// The module itself, when this process has one.
    pub module: Option<Arc<dyn Module>>,
    pub(crate) remote: Option<Arc<RemoteModule>>,
    pub(crate) route: Arc<Route>,
    pub(crate) configured: Placement,
    /// The module's ports, as their callers hold them.
    pub(crate) ports: Vec<PortRoutes>,
    /// Whether the module's own work has been started here.
    pub(crate) works: AtomicBool,
}

impl ModuleSlot {
    pub fn placement(&self) -> Placement {
        self.route.get()
    }

    pub fn db(&self) -> Option<&Db> {
        self.module.as_ref().map(|module| module.db())
    }

    /// The database on which the module could move while the store is open.
    pub(crate) fn shared_db(&self) -> Option<&Db> {
        self.db().filter(|db| db.dialect() == Dialect::Postgres)
    }

    /// Whether a caller here would ask in vain.
    pub(crate) fn is_missed(&self) -> bool {
        self.placement() == Placement::Remote && self.remote.as_ref().is_none_or(|remote| !remote.is_trusted())
    }

    /// Routes every later call, public request and read of events there. What is in flight ends where it began.
    pub(crate) fn place(&self, placement: Placement) {
        self.ports.iter().for_each(|port| port.place(placement));
        self.route.set(placement);
    }
}

impl fmt::Debug for ModuleSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ModuleSlot({}, {})", self.name, self.placement())
    }
}
