//! An actix application on a listener.

use std::{fmt, io, net::TcpListener, rc::Rc, time::Duration};

use actix_http::{HttpService, KeepAlive, Request, body::MessageBody, error::DispatchError};
use actix_service::{
    IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt as _, apply_fn_factory, fn_service, map_config,
};
use actix_web::{
    Error,
    dev::{AppConfig, ServiceResponse},
};
use tokio::net::TcpStream;

use crate::{Connections, connection::Connection, exchange::exchange, stream::Stream, worker::Worker};

/// How long a client may take for each step, and how large a head may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For the whole head of a request.
    pub head: Duration,
    /// Between bytes of a body.
    pub body: Duration,
    /// Until the client takes more of an answer.
    pub answer: Duration,
    /// Between an answer and the next request.
    pub idle: Duration,
    /// For the request of a spare connection, before another connection may have its place.
    pub spare: Duration,
    pub head_bytes: usize,
}

impl Default for Timeouts {
    fn default() -> Self {
        let step = Duration::from_secs(15);
        let (idle, spare) = (Duration::from_secs(100), Duration::from_millis(100));
        Self { head: step, body: step, answer: step, idle, spare, head_bytes: 64 * 1024 }
    }
}

/// How an application is served.
#[derive(Debug, Clone)]
pub struct Server {
    pub workers: usize,
    pub timeouts: Timeouts,
    pub connections: Connections,
    /// How long a stopping server waits for what is under way.
    pub stop_seconds: u64,
}

/// How long a closing connection reads what it does not want, so that the client can read the answer.
const DISCONNECT: Duration = Duration::from_secs(1);

/// How many connections may wait at each worker to be admitted. They are open files that no share counts, so that the rest
/// of a flood waits at the system.
const UNADMITTED: usize = 16;

impl Server {
    /// How many connections each worker accepts: its part of all that have a place, and those that wait for one.
    fn accepted_by_each(&self) -> usize {
        self.connections.most().div_ceil(self.workers.max(1)) + UNADMITTED
    }

    /// The server, which starts when it is polled. `application` makes an `App` for each worker.
    pub fn serve<F, I, S, B>(self, listener: TcpListener, application: F) -> io::Result<actix_web::dev::Server>
    where
        F: Fn() -> I + Send + Clone + 'static,
        I: IntoServiceFactory<S, Request>,
        S: ServiceFactory<Request, Config = AppConfig, Response = ServiceResponse<B>, Error = Error> + 'static,
        S::InitError: fmt::Debug,
        <S::Service as Service<Request>>::Future: 'static,
        B: MessageBody + 'static,
    {
        let builder =
            actix_server::Server::build().workers(self.workers).disable_signals().shutdown_timeout(self.stop_seconds);
        let stopping = builder.graceful_shutdown_signal();
        let name = format!("http-{}", listener.local_addr()?);
        let builder = builder.max_concurrent_connections(self.accepted_by_each());
        let builder = builder.listen(name, listener, move || {
            let worker = Worker::new(self.connections.clone(), self.timeouts);
            let stopping = stopping.clone();
            let http = HttpService::<Stream, _, _>::build()
                .graceful_shutdown_signal(move || {
                    let stopping = stopping.clone();
                    async move { stopping.notified().await }
                })
                .keep_alive(KeepAlive::Os) // the stream ends what is idle
                .client_request_timeout(Duration::ZERO) // and what is slow
                .client_disconnect_timeout(DISCONNECT)
                .on_connect_ext(|stream: &Stream, extensions| {
                    extensions.insert::<Rc<Connection>>(Rc::clone(stream.connection()));
                });
            let application = map_config(application().into_factory(), |()| AppConfig::default());
            fn_service(move |io: TcpStream| {
                let worker = worker.clone();
                async move {
                    let stream = worker.admit(io).await.map_err(DispatchError::Io)?;
                    let peer = stream.peer();
                    Ok((stream, peer))
                }
            })
            .and_then(http.h1(apply_fn_factory(application, exchange)))
        })?;
        Ok(builder.run())
    }
}
