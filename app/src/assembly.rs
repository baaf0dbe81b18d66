//! Builds the local modules and connects each with its routes.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::AtomicBool},
};

use anyhow::{Context, bail};
use kernel_db::{Bus, Feed, LocalFeed};
use kernel_module::{Host, Module, Secrets, Tasks};
use port::{Placement, PortRoutes, Transport};

use crate::{
    config::{Modules, Settings},
    databases::Databases,
    placement::{
        Hosting,
        feed::{AnyFeed, RemoteModuleFeed},
        remote::{RemoteModule, Unreachable},
        slot::{ModuleSlot, Route},
    },
    registry::Registered,
};

/// What the modules are wired with. Every port is there before any module is, and leads over its transport until the
/// module that serves it has been built: so it does not matter which module is built first.
pub(crate) struct WiringContext {
    modules: &'static [&'static dyn Registered],
    databases: Databases,
    /// The modules that are, or may come to be, in another process.
    remotes: HashMap<&'static str, Arc<RemoteModule>>,
    routes: HashMap<&'static str, Arc<Route>>,
    ports: Vec<(&'static str, PortRoutes)>,
    bus: Bus,
    tasks: Tasks,
    secrets: Secrets,
}

/// What one process of a store has of its own.
pub(crate) struct Process {
    pub(crate) databases: Databases,
    pub(crate) remotes: HashMap<&'static str, Arc<RemoteModule>>,
    pub(crate) bus: Bus,
    pub(crate) tasks: Tasks,
    pub(crate) secrets: Secrets,
}

impl WiringContext {
    pub(crate) fn new(modules: &'static [&'static dyn Registered], process: Process, settings: &Settings) -> Self {
        let Process { databases, remotes, bus, tasks, secrets } = process;
        let placement = |module| match Hosting::of(settings, module) {
            Hosting::Here => Placement::Local,
            Hosting::Standby | Hosting::Elsewhere => Placement::Remote,
        };
        let route = |module: &&dyn Registered| (module.name(), Arc::new(Route::new(placement(module.name()))));
        let routes = modules.iter().map(route).collect();
        let mut ports = Vec::new();
        for module in modules {
            let transport: Arc<dyn Transport> = match remotes.get(module.name()).cloned() {
                Some(remote) => remote,
                None => Arc::new(Unreachable),
            };
            let of_module = module.document().ports;
            ports.extend(of_module.iter().map(|port| (module.name(), port.routes(Arc::clone(&transport)))));
        }
        Self { modules, databases, remotes, routes, ports, bus, tasks, secrets }
    }

    /// Builds what this process has; answers with a slot for every module of the list.
    pub(crate) fn wire(self, settings: &Modules) -> anyhow::Result<Vec<Arc<ModuleSlot>>> {
        let mut built: HashMap<&'static str, Arc<dyn Module>> = HashMap::new();
        for module in self.modules {
            let name = module.name();
            let Some(db) = self.databases.of(name) else { continue };
            let config = settings.config(name).with_context(|| format!("there are no settings for {name}"))?;
            let here = module.build(config, db.clone(), &self)?;
            self.serve(name, here.as_ref())?;
            built.insert(name, here);
        }
        let mut ports: HashMap<&'static str, Vec<PortRoutes>> = HashMap::new();
        for (owner, port) in self.ports {
            ports.entry(owner).or_default().push(port);
        }
        let slot = |module: &&dyn Registered| {
            let name = module.name();
            let route = self.routes.get(name).cloned().unwrap_or_else(|| Arc::new(Route::new(Placement::Local)));
            let slot = ModuleSlot {
                name,
                module: built.remove(name),
                remote: self.remotes.get(name).cloned(),
                configured: route.get(),
                route,
                ports: ports.remove(name).unwrap_or_default(),
                works: AtomicBool::new(false),
            };
            slot.place(slot.configured);
            Arc::new(slot)
        };
        Ok(self.modules.iter().map(slot).collect())
    }

    /// Joins the ports that `module` serves with those that it has said it offers.
    fn serve(&self, name: &str, module: &dyn Module) -> anyhow::Result<()> {
        let mut unserved: Vec<_> =
            self.ports.iter().filter(|(owner, _)| *owner == name).map(|(_, port)| port).collect();
        for served in module.ports() {
            let before = unserved.len();
            unserved.retain(|port| !port.serve(&served));
            if unserved.len() == before {
                let port = served.descriptor().name;
                bail!(
                    "the module `{name}` serves the port `{port}`, and its `document` does not list it: add it there"
                );
            }
        }
        if let Some(port) = unserved.first() {
            let port = port.descriptor().name;
            bail!("the `document` of the module `{name}` lists the port `{port}`, and the module does not serve it");
        }
        Ok(())
    }

    fn route(&self, module: &str) -> Option<Arc<Route>> {
        self.routes.get(module).cloned()
    }
}

impl Host for WiringContext {
    fn ports(&self) -> &[(&'static str, PortRoutes)] {
        &self.ports
    }

    /// A module elsewhere keeps its events until each reader has them; copies of one reader share a cursor, and so a name.
    fn feed(&self, source: &'static str, reader: &'static str) -> Option<Arc<dyn Feed>> {
        let route = self.route(source)?;
        let local = self.databases.of(source).map(LocalFeed::of);
        let remote = self
            .remotes
            .get(source)
            .map(|remote| RemoteModuleFeed { remote: Arc::clone(remote), feed: remote.feed.read_by(reader) });
        Some(Arc::new(AnyFeed { source, local, remote, route, bus: self.bus.clone() }))
    }

    fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    fn secrets(&self) -> &Secrets {
        &self.secrets
    }
}

#[cfg(test)]
mod tests;
