//! Answers the calls that come from other processes: `POST /ports/{port}/v{version}/{method}`, and
//! `GET /ports/{port}/meta`, which says what is served.

mod admission;
mod call;
mod meta;
mod problem;

use std::{collections::BTreeMap, fmt, sync::Arc};

use actix_web::web::{self, Data, ServiceConfig};
use futures_util::future::BoxFuture;
use port::Dispatch;

pub use admission::authenticate;
pub use meta::PortMeta;
pub(crate) use meta::method_hashes;
pub use problem::Refused;

use crate::{ServerConfig, TokenVerifier};

/// Runs work to its end even when whoever asked for it has gone: `kernel_module::Tasks`, handed in.
pub type Background = Arc<dyn Fn(BoxFuture<'static, ()>) + Send + Sync>;

/// A port as it is served here.
#[derive(Clone)]
pub struct ServedPort {
    /// The module that answers; tokens are for it.
    pub module: &'static str,
    pub dispatch: Arc<Dispatch>,
    /// Which database the module stands on, so that a caller can tell whether it is its own.
    pub database: String,
}

/// All ports that this process serves. Clones share everything.
#[derive(Clone)]
pub struct PortServer(Arc<Inner>);

struct Inner {
    ports: BTreeMap<&'static str, Entry>,
    verifier: TokenVerifier,
    background: Background,
    config: ServerConfig,
}

struct Entry {
    dispatch: Arc<Dispatch>,
    meta: PortMeta,
}

impl PortServer {
    pub fn new(
        ports: impl IntoIterator<Item = ServedPort>,
        verifier: TokenVerifier,
        background: Background,
        config: ServerConfig,
    ) -> Self {
        let entry = |port: ServedPort| {
            let meta = PortMeta::of(&port);
            (port.dispatch.descriptor().name, Entry { dispatch: port.dispatch, meta })
        };
        Self(Arc::new(Inner { ports: ports.into_iter().map(entry).collect(), verifier, background, config }))
    }

    /// Mounts everything under `/ports`; called once for each worker.
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
        config.service(ports);
    }
}

impl fmt::Debug for PortServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.ports.keys()).finish()
    }
}
