//! The port server: where other processes call the local modules, and read their events.

use std::{net::TcpListener, sync::Arc};

use actix_web::{App, dev::Server, middleware::from_fn};
use kernel_db::DbError;
use kernel_feeds::{FeedServer, Verify};
use kernel_listen::{Connections, Server as Listening, Timeouts};
use kernel_module::Tasks;
use kernel_remote::{
    Background, Identities, Misses, PortServer, ServedModule, ServerConfig, ServiceKeys, TokenVerifier,
};
use kernel_web::{Boundary, Guard};

use super::{needed_by, record, slot::ModuleSlot, tenure::Tenures};
use crate::{
    edge::{self, Edge},
    listen,
};

/// What is mounted on the port server's listener.
pub(crate) struct Inner {
    ports: PortServer,
    feeds: Arc<FeedServer>,
}

impl Inner {
    /// Serves the ports and the events of every local module.
    pub(crate) async fn of(
        slots: &[Arc<ModuleSlot>],
        keys: &ServiceKeys,
        tasks: &Tasks,
        tenures: &Arc<Tenures>,
    ) -> Result<Self, DbError> {
        let mut served = Vec::new();
        let mut clock = None;
        for module in slots.iter().filter_map(|slot| slot.module.as_ref()) {
            let database = record::identity(module.db()).await?;
            clock = Some(Arc::clone(&module.db().seams().clock));
            let name = module.name();
            let ports = module.ports().iter().map(|port| Arc::clone(port.dispatch())).collect();
            served.push(ServedModule { name, ports, database, misses: misses(name, slots) });
        }
        let clock = clock.ok_or_else(|| DbError::Setup("no module is in this process".to_owned()))?;
        let verifier = TokenVerifier::new(keys, clock);
        let background: Background = {
            let tasks = tasks.clone();
            Arc::new(move |work| drop(tasks.spawn(work)))
        };
        let verify: Verify = {
            let verifier = verifier.clone();
            Arc::new(move |shown, audience| {
                verifier.verify(shown, audience).map(drop).map_err(|error| error.to_string())
            })
        };
        let identities: Identities = {
            let tenures = Arc::clone(tenures);
            Arc::new(move |module| tenures.identity(module))
        };
        let mut feeds = FeedServer::new(verify, tasks.stopping().clone());
        for db in slots.iter().filter_map(|slot| slot.db()) {
            feeds = feeds.with(db);
        }
        Ok(Self {
            ports: PortServer::new(served, verifier, background, ServerConfig::default()).with_identities(identities),
            feeds: Arc::new(feeds),
        })
    }

    /// The server, which starts when it is polled.
    pub(crate) fn server(
        self,
        listener: TcpListener,
        boundary: Boundary,
        edge: &Arc<Edge>,
        (connections, timeouts): (Connections, Timeouts),
    ) -> std::io::Result<Server> {
        let (inner, edge) = (Arc::new(self), Arc::clone(edge));
        let app = move || {
            let edge = Arc::clone(&edge);
            App::new()
                .configure(|config| inner.ports.configure(config))
                .configure(|config| inner.feeds.configure(config))
                .configure(|config| boundary.configure(config))
                .wrap(from_fn(move |request, next| edge::ports(Arc::clone(&edge), request, next)))
                .wrap(from_fn(listen::admit))
                .wrap(Guard)
        };
        Listening { workers: 2, timeouts, connections, stop_seconds: 2 }.serve(listener, app)
    }
}

/// The modules that `module` needs and cannot call, because they are remote and have not proved their contracts yet.
fn misses(module: &'static str, slots: &[Arc<ModuleSlot>]) -> Misses {
    let needed = slots.iter().filter(|slot| needed_by(module).contains(&slot.name));
    let needed: Vec<_> = needed.map(Arc::clone).collect();
    Arc::new(move || {
        let missed = needed.iter().filter(|slot| slot.is_missed());
        missed.map(|slot| slot.name.to_owned()).collect()
    })
}
