use std::sync::Arc;

use kernel_db::{Db, Feed};
use port::{Port, PortRoutes};

use crate::{ModuleSpec, NotWired, Secrets, Tasks};

/// What a module is built with: its own database, and what its [`ModuleSpec::NEEDS`] name.
pub struct BuildContext<'h> {
    module: &'static str,
    needs: &'static [&'static str],
    db: Db,
    host: &'h dyn Host,
}

/// What a host has for its modules.
pub trait Host {
    /// Every port of every module, each with its owner.
    fn ports(&self) -> &[(&'static str, PortRoutes)];

    /// The events of `source` as `reader` reads them; `None` when there is no such module.
    fn feed(&self, source: &'static str, reader: &'static str) -> Option<Arc<dyn Feed>>;

    fn tasks(&self) -> &Tasks;

    fn secrets(&self) -> &Secrets;
}

impl<'h> BuildContext<'h> {
    /// For the module `M` on `db`.
    pub fn of<M: ModuleSpec>(db: Db, host: &'h dyn Host) -> Self {
        Self { module: M::NAME, needs: M::NEEDS, db, host }
    }

    /// The module's own database, which also has its clock and ids.
    pub fn db(&self) -> Db {
        self.db.clone()
    }

    /// A port of a module that this one needs, wherever that module is at the time of each call.
    pub fn port<P: Port + ?Sized>(&self) -> Result<Arc<P>, NotWired> {
        let (module, port) = (self.module, P::descriptor().name);
        let found = self.host.ports().iter().find_map(|(owner, routes)| Some((*owner, routes.caller::<P>()?)));
        let (owner, caller) = found.ok_or(NotWired::NoSuchPort { module, port })?;
        if self.is_named(owner) { Ok(caller) } else { Err(NotWired::PortNotNamed { module, port, owner }) }
    }

    /// The events of this module or of one that it needs.
    pub fn feed(&self, source: &'static str) -> Result<Arc<dyn Feed>, NotWired> {
        let module = self.module;
        let feed = self.host.feed(source, module).ok_or(NotWired::NoSuchFeed { module, source_name: source })?;
        if self.is_named(source) { Ok(feed) } else { Err(NotWired::FeedNotNamed { module, source_name: source }) }
    }

    /// Runs what must end before the store stops.
    pub fn tasks(&self) -> Tasks {
        self.host.tasks().clone()
    }

    pub fn secrets(&self) -> &Secrets {
        self.host.secrets()
    }

    /// Settings that cannot be used, in words that name them.
    pub fn refuse(&self, detail: impl Into<String>) -> NotWired {
        NotWired::Settings { module: self.module, detail: detail.into() }
    }

    fn is_named(&self, other: &str) -> bool {
        other == self.module || self.needs.contains(&other)
    }
}
