//! The servers of a store: they start together and stop in order.

use std::{
    net::{SocketAddr, TcpListener},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use actix_web::dev::{Server, ServerHandle};
use tokio::task::JoinHandle;

use super::state::Store;
use crate::{placement::server::Inner, routes};

impl Store {
    /// Serves the public API on `listener` and starts the modules' own work.
    pub fn serve(self, listener: TcpListener) -> std::io::Result<Serving> {
        self.serve_with_ports(listener, None)
    }

    /// As [`Store::serve`], with the port server on a listener of its own.
    pub fn serve_with_ports(self, listener: TcpListener, ports: Option<TcpListener>) -> std::io::Result<Serving> {
        self.serve_at(Listeners { public: listener, ports, operator: None })
    }

    /// As [`Store::serve`], with whatever else has a listener of its own.
    pub fn serve_at(mut self, listeners: Listeners) -> std::io::Result<Serving> {
        let Listeners { public: listener, ports, operator } = listeners;
        let address = listener.local_addr()?;
        let inner = self.inner.take().zip(ports);
        let (http, connections) = (&self.settings.http, &self.running.connections);
        connections.compare(http.connections);
        let taken = (connections.ports.clone(), http.timeouts());
        let serve = |(inner, listener): (Inner, _)| inner.server(listener, self.boundary.clone(), &self.edge, taken);
        let inner = inner.map(serve).transpose()?;
        let store = Arc::new(self);
        let server = routes::server(&store, listener)?;
        let operator = operator.map(|listener| routes::operator_server(&store, listener)).transpose()?;
        let url = own_url(address);
        store.modules().iter().for_each(|module| module.served_at(&url));
        store.start_work();
        let (inner, operator) = (inner.map(started), operator.map(started));
        Ok(Serving { store, address, server: started(server), inner, operator })
    }
}

/// A store that answers requests.
pub struct Serving {
    pub store: Arc<Store>,
    /// Where it listens.
    pub address: SocketAddr,
    server: Started,
    inner: Option<Started>,
    operator: Option<Started>,
}

/// Where a store listens.
#[derive(Debug)]
pub struct Listeners {
    pub public: TcpListener,
    /// Of the port server.
    pub ports: Option<TcpListener>,
    /// Of the operator.
    pub operator: Option<TcpListener>,
}

/// A server that runs.
struct Started {
    handle: ServerHandle,
    server: JoinHandle<std::io::Result<()>>,
}

fn started(server: Server) -> Started {
    let handle = server.handle();
    #[expect(clippy::disallowed_methods, reason = "outlives the tasks; Serving::stop waits for it")]
    let server = tokio::spawn(server);
    Started { handle, server }
}

impl Serving {
    /// How a program on this machine reaches it.
    pub fn url(&self) -> String {
        own_url(self.address)
    }

    /// Accepts no further connection, finishes every request, then ends the modules' own work and closes the databases.
    /// `false` when something took longer than the limit and had to be left undone.
    pub async fn stop(self) -> bool {
        self.store.stopping.store(true, Ordering::Relaxed);
        self.server.handle.pause().await;
        let answered = self.answered().await;
        if let Some(inner) = &self.inner {
            inner.handle.pause().await;
        }
        // The servers' threads end last: what a request left behind may still run on them.
        let ended = self.store.close().await;
        let mut stopped = true;
        for Started { handle, server } in [Some(self.server), self.inner, self.operator].into_iter().flatten() {
            handle.stop(true).await;
            stopped &= matches!(server.await, Ok(Ok(())));
        }
        answered && ended && stopped
    }

    /// Waits until no request is under way.
    async fn answered(&self) -> bool {
        let limit = Duration::from_secs(self.store.settings.http.stop_limit_seconds);
        let none_left = async {
            while self.store.running.metrics.in_flight() > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(limit, none_left).await.is_ok()
    }
}

/// A store that listens everywhere is reached at home.
fn own_url(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => format!("http://127.0.0.1:{}", v4.port()),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => format!("http://[::1]:{}", v6.port()),
        address => format!("http://{address}"),
    }
}
