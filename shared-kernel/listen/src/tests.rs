//! Connections as clients make them, right and wrong, against a small application.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use actix_web::{
    App, HttpMessage as _, HttpRequest, HttpResponse, HttpServer,
    dev::ServerHandle,
    http::StatusCode,
    web::{self, ServiceConfig},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::{Connections, Crowded, Refusal, Server, Timeouts};

mod bodies;
mod capacity;
mod deadlines;
mod heads;
mod turns;

/// Long enough for a busy machine, and the end of a test that hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// How many pages were made. One test asks for them.
static PAGES: AtomicUsize = AtomicUsize::new(0);

/// A server that ends with the test.
struct Served {
    address: SocketAddr,
    handle: ServerHandle,
    connections: Connections,
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

async fn any(request: HttpRequest, body: web::Payload) -> HttpResponse {
    if let Some(refusal) = request.extensions().get::<Refusal>() {
        return HttpResponse::build(StatusCode::from_u16(refusal.status).unwrap()).body(refusal.code);
    }
    if request.extensions().get::<Crowded>().is_some() && request.path() != "/health" {
        return HttpResponse::ServiceUnavailable().body("crowded");
    }
    match (request.path(), body.to_bytes().await) {
        (_, Err(error)) => HttpResponse::BadRequest().body(format!("{error}")),
        ("/long", _) => HttpResponse::Ok().body(vec![b'x'; 32 * 1024 * 1024]),
        ("/page", _) => {
            PAGES.fetch_add(1, Ordering::Relaxed);
            HttpResponse::Ok().body(vec![b'x'; 64 * 1024])
        }
        ("/stall", _) => {
            std::thread::sleep(Duration::from_millis(500)); // the worker's only thread
            HttpResponse::Ok().finish()
        }
        ("/none", _) => HttpResponse::NoContent().finish(),
        ("/late", _) => {
            tokio::time::sleep(Duration::from_millis(50)).await;
            HttpResponse::Ok().body("late")
        }
        ("/gone", _) => HttpResponse::NotFound().body("nothing here"),
        (path, Ok(body)) => HttpResponse::Ok().body(format!("{path}?{} {}", request.query_string(), body.len())),
    }
}

fn routes(config: &mut ServiceConfig) {
    config.default_service(web::to(any));
}

fn serve_with(timeouts: Timeouts, connections: Connections) -> Served {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = Server { workers: 1, timeouts, connections: connections.clone(), stop_seconds: 1 };
    let server = server.serve(listener, || App::new().configure(routes)).unwrap();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    Served { address, handle, connections }
}

fn serve() -> Served {
    serve_with(Timeouts::default(), Connections::new(100, 8))
}

/// The same application as actix alone serves it: what a test shows to be guarded, it shows to be missing here.
fn serve_bare() -> Served {
    let server = HttpServer::new(|| App::new().configure(routes)).workers(1).bind("127.0.0.1:0").unwrap();
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    Served { address, handle, connections: Connections::new(1, 0) }
}

/// Every step has this long.
fn brief() -> Timeouts {
    let step = Duration::from_millis(300);
    Timeouts { head: step, body: step, answer: step, idle: step, ..Timeouts::default() }
}

async fn connect(server: &Served) -> TcpStream {
    TcpStream::connect(server.address).await.unwrap()
}

/// What is heard until the server closes.
async fn hear(socket: &mut TcpStream) -> String {
    let mut heard = Vec::new();
    let read = timeout(PATIENCE, socket.read_to_end(&mut heard)).await;
    assert!(read.is_ok(), "the connection stays open: {}", String::from_utf8_lossy(&heard));
    String::from_utf8_lossy(&heard).into_owned()
}

/// Sends `bytes` over a connection of its own, and hears the answers until the server closes.
async fn ask(server: &Served, bytes: &[u8]) -> String {
    let mut socket = connect(server).await;
    socket.write_all(bytes).await.unwrap();
    hear(&mut socket).await
}

/// The last of several requests asks to close.
const CLOSE: &str = "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
