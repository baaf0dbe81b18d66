//! Makes a store from its settings.

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use kernel::Seams;
use kernel_db::Bus;
use kernel_module::{Module, Secrets, Tasks};
use kernel_remote::TokenVerifier;
use kernel_web::{AdminKey, BodyLimit, Boundary};
use secrecy::ExposeSecret;

use super::state::{Running, Store};
use crate::{
    assembly::{Process, WiringContext},
    config::Settings,
    databases::{Databases, FolderLock, capacity, require_store},
    docs::Document,
    edge::Edge,
    exposure,
    keys::Keys,
    listen,
    metrics::Metrics,
    openapi,
    placement::{
        self, Hosting,
        facade::Switchboard,
        flip,
        remote::{RemoteModule, service_keys},
        server::Inner,
        tenure::{Start, Tenures},
    },
    route_table::RouteTable,
    routes, wiring,
};

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
            flip::note_settings(&store.slots).await?;
        }
        flip::follow(&store.slots).await?;
        // A process that only forwards has nothing that others could call or read.
        let has_modules = !store.modules().is_empty();
        if let Some(keys) = service_keys(&store.settings.service)?.filter(|_| has_modules) {
            store.inner = Some(Inner::of(&store.slots, &keys, &store.tasks, &tenures).await?);
        }
        Ok(store)
    }

    /// Opens a store that another process may be running, to look at it or to mend an event.
    pub async fn attach(settings: Settings, seams: Seams) -> anyhow::Result<Self> {
        require_store(&settings)?;
        let bus = Bus::default();
        let databases = Databases::open(&settings, &seams, &bus).await?;
        Self::attach_to(databases, settings, seams, bus).await
    }

    /// Opens a store that another process may be running, to read all of it and to write nothing.
    pub async fn survey(settings: Settings, seams: Seams) -> anyhow::Result<Self> {
        require_store(&settings)?;
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

    fn about_to_start<'s>(&'s self, seams: &'s Seams) -> Start<'s> {
        Start { slots: &self.slots, settings: &self.settings, keys: &self.keys, seams }
    }

    fn holds_far_sides_against(&self, tenures: Tenures) -> Arc<Tenures> {
        let tenures = Arc::new(tenures);
        for remote in self.slots.iter().filter_map(|slot| slot.remote.as_ref()) {
            remote.is_held_against(&tenures);
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
        let (tasks, secrets) = (Tasks::default(), Secrets::new(keys.server.clone()));
        let (remotes, databases_too) = (remote_modules(&settings, seams)?, databases.clone());
        let process = Process { databases: databases_too, remotes, bus: bus.clone(), tasks: tasks.clone(), secrets };
        let slots = WiringContext::new(wiring::MODULES, process, &settings).wire(&settings.modules)?;
        let slots: Arc<[_]> = slots.into();
        let modules: Vec<Arc<dyn Module>> = slots.iter().filter_map(|slot| slot.module.clone()).collect();
        let running = Running {
            modules,
            slots: Arc::clone(&slots),
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
        let switchboard = Arc::new(Switchboard::of(&api, &slots));
        let edge = Arc::new(edge_of(&settings, seams, &running, (boundary.admin_key.clone(), &routes))?);
        let stopping = Arc::default();
        Ok(Self {
            settings,
            keys,
            databases,
            slots,
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
}

fn uses_sqlite(settings: &Settings) -> bool {
    let has_file = |module: &str| {
        let own = settings.modules.of(module).is_some_and(|common| !common.url.expose_secret().is_empty());
        !own && Hosting::of(settings, module) != Hosting::Elsewhere
    };
    settings.data.url.expose_secret().is_empty() && wiring::names().any(has_file)
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

/// The ways to the modules that are, or may come to be, elsewhere. A process that was started for some modules alone
/// keeps those, whatever the file says of them.
fn remote_modules(settings: &Settings, seams: &Seams) -> anyhow::Result<HashMap<&'static str, Arc<RemoteModule>>> {
    let mut remotes = HashMap::new();
    for module in wiring::names() {
        let stays = settings.only.as_ref().is_some_and(|only| only.contains(module));
        if let Some(remote) = if stays { None } else { RemoteModule::of(settings, module, seams)? } {
            remotes.insert(module, Arc::new(remote));
        }
    }
    Ok(remotes)
}
