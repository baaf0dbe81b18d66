//! Answers the calls that come from other processes: `POST /ports/{port}/v{version}/{method}`, and
//! `GET /ports/{port}/meta`, which says what is promised. `GET /modules/{module}/meta` says what a module stands on.

mod admission;
mod call;
mod meta;
mod problem;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, OnceLock},
};

use actix_web::web::{self, Data, ServiceConfig};
use futures_util::future::BoxFuture;
use port::Dispatch;

pub use admission::{RefusedToken, authenticate};
pub(crate) use meta::method_hashes;
pub use meta::{ModuleMeta, PortMeta, StoreIdentity};
pub use problem::Refused;

use crate::{ServerConfig, TokenVerifier};

/// Runs work to its end even when its caller has gone: `kernel_module::Tasks`, passed in.
pub type Background = Arc<dyn Fn(BoxFuture<'static, ()>) + Send + Sync>;

/// The modules that one module needs and cannot reach, at this moment.
pub type Misses = Arc<dyn Fn() -> Vec<String> + Send + Sync>;

/// What the process says of the data under one of its modules, at this moment.
pub type Identities = Arc<dyn Fn(&'static str) -> StoreIdentity + Send + Sync>;

/// A module as it is served here.
#[derive(Clone)]
pub struct ServedModule {
    /// Tokens are for it.
    pub name: &'static str,
    pub ports: Vec<Arc<Dispatch>>,
    /// Which database the module stands on, so that a caller can tell whether it is its own.
    pub database: String,
    pub misses: Misses,
}

/// All modules that this process serves, and their ports. Clones share everything.
#[derive(Clone)]
pub struct PortServer(Arc<Inner>);

struct Inner {
    modules: BTreeMap<&'static str, ServedModule>,
    ports: BTreeMap<&'static str, Entry>,
    verifier: TokenVerifier,
    background: Background,
    config: ServerConfig,
    identities: OnceLock<Identities>,
}

struct Entry {
    dispatch: Arc<Dispatch>,
    meta: PortMeta,
}

impl PortServer {
    pub fn new(
        modules: impl IntoIterator<Item = ServedModule>,
        verifier: TokenVerifier,
        background: Background,
        config: ServerConfig,
    ) -> Self {
        let modules: BTreeMap<_, _> = modules.into_iter().map(|module| (module.name, module)).collect();
        let ports = modules.values().flat_map(|module| {
            let entry = |dispatch: &Arc<Dispatch>| {
                let entry = Entry { dispatch: Arc::clone(dispatch), meta: PortMeta::of(module.name, dispatch) };
                (dispatch.descriptor().name, entry)
            };
            module.ports.iter().map(entry)
        });
        let ports = ports.collect();
        Self(Arc::new(Inner { modules, ports, verifier, background, config, identities: OnceLock::new() }))
    }

    /// Lets the server say what the modules stand on. The first call counts.
    #[must_use]
    pub fn with_identities(self, identities: Identities) -> Self {
        self.0.identities.get_or_init(|| identities);
        self
    }

    /// Mounts everything under `/ports` and `/modules`; called once for each worker.
    pub fn configure(&self, config: &mut ServiceConfig) {
        let meta = web::resource("/{port}/meta")
            .route(web::get().to(meta::show))
            .default_service(web::to(problem::wrong_method));
        let call = web::resource("/{port}/v{version}/{method}")
            .route(web::post().to(call::answer))
            .default_service(web::to(problem::wrong_method));
        let ports = web::scope("/ports")
            .app_data(Data::new(self.clone()))
            .service(meta)
            .service(call)
            .default_service(web::to(problem::unknown_path));
        let module = web::resource("/modules/{module}/meta")
            .app_data(Data::new(self.clone()))
            .route(web::get().to(meta::introduce))
            .default_service(web::to(problem::wrong_method));
        config.service(ports).service(module);
    }
}

impl fmt::Debug for PortServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.ports.keys()).finish()
    }
}
