//! One module's place.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use kernel_db::{Db, Dialect};
use kernel_module::Module;
use port::Placement;

use super::far::Far;

/// Where a module is at this moment.
#[derive(Debug)]
pub(crate) struct Address(AtomicBool);

impl Address {
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

/// Sends the calls of a module's port here or there.
pub(crate) type Turn = Box<dyn Fn(Placement) + Send + Sync>;

/// A module, where it is, and the ways to it.
pub struct Seat {
    pub name: &'static str,
    /// The module itself, when this process has one.
    pub module: Option<Arc<dyn Module>>,
    pub(crate) far: Option<Arc<Far>>,
    pub(crate) address: Arc<Address>,
    pub(crate) configured: Placement,
    pub(crate) turn: Turn,
    /// Whether the module's own work has been started here.
    pub(crate) works: AtomicBool,
}

impl Seat {
    pub fn placement(&self) -> Placement {
        self.address.get()
    }

    pub fn db(&self) -> Option<&Db> {
        self.module.as_ref().map(|module| module.db())
    }

    /// The database on which the module could move while the store is open.
    pub(crate) fn shared_db(&self) -> Option<&Db> {
        self.db().filter(|db| db.dialect() == Dialect::Postgres)
    }

    /// Whether whoever needs the module here would ask in vain.
    pub(crate) fn is_missed(&self) -> bool {
        self.placement() == Placement::Remote && self.far.as_ref().is_none_or(|far| !far.is_trusted())
    }

    /// Sends every later call, public request and look for news there. What is under way ends where it began.
    pub(crate) fn place(&self, placement: Placement) {
        (self.turn)(placement);
        self.address.set(placement);
    }
}
