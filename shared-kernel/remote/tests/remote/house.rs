//! A port server with stock in memory, and the means to call it.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_web::{App, HttpServer, rt};
use async_trait::async_trait;
use futures_util::future::BoxFuture;
use inventory_contract::{FakeStock, Held, Hold, Level, RemoteStock, STOCK, Stock, StockRefusal, serve_stock};
use kernel::{CallContext, OrderId, Seams, Sku, clock::SystemClock};
use kernel_remote::{
    Background, HttpTransport, Misses, PortServer, RemoteClient, RemoteConfig, ServedModule, ServerConfig, ServiceKeys,
    TokenSource, TokenVerifier,
};
use port::{MethodKind, PortRequest, PortResult};

const KEY: &str = "a service key for tests, long enough";

pub(crate) fn keys() -> ServiceKeys {
    ServiceKeys::new(KEY.into(), None).unwrap()
}

pub(crate) fn tokens() -> TokenSource {
    TokenSource::new(&keys(), "tests", Arc::new(SystemClock))
}

/// Stock that takes its time, or panics, as the SKU or the patience of the test asks.
pub(crate) struct OddStock {
    pub(crate) fake: FakeStock,
    pub(crate) takes: Duration,
    pub(crate) held: AtomicUsize,
}

impl OddStock {
    pub(crate) fn new(takes_ms: u64) -> Arc<Self> {
        let fake = FakeStock::new(Seams::system().clock);
        Arc::new(Self { fake, takes: Duration::from_millis(takes_ms), held: AtomicUsize::new(0) })
    }
}

#[async_trait]
impl Stock for OddStock {
    async fn hold(&self, cx: &CallContext, hold: Hold) -> PortResult<Held, StockRefusal> {
        tokio::time::sleep(self.takes).await;
        let answer = self.fake.hold(cx, hold).await;
        self.held.fetch_add(1, Ordering::SeqCst);
        answer
    }

    async fn commit(&self, cx: &CallContext, order: OrderId) -> PortResult<(), StockRefusal> {
        self.fake.commit(cx, order).await
    }

    async fn release(&self, _: &CallContext, _: OrderId) -> PortResult<(), StockRefusal> {
        panic!("a release that panics")
    }

    async fn levels(&self, cx: &CallContext, skus: Vec<Sku>) -> PortResult<Vec<Level>, StockRefusal> {
        tokio::time::sleep(self.takes).await;
        self.fake.levels(cx, skus).await
    }
}

/// A server of `stock` on a free port of this machine.
pub(crate) async fn serve(stock: Arc<dyn Stock>, config: ServerConfig) -> SocketAddr {
    let background: Background = Arc::new(|work: BoxFuture<'static, ()>| {
        rt::spawn(work);
    });
    let ports = vec![Arc::new(serve_stock(stock))];
    let misses: Misses = Arc::new(|| vec!["order".to_owned()]);
    let module = ServedModule { name: "inventory", ports, database: "tests:inventory".to_owned(), misses };
    let verifier = TokenVerifier::new(&keys(), Arc::new(SystemClock));
    let ports = PortServer::new([module], verifier, background, config);
    let server = HttpServer::new(move || App::new().configure(|config| ports.configure(config)));
    let server = server.workers(1).disable_signals().shutdown_timeout(0).bind(("127.0.0.1", 0)).unwrap();
    let address = server.addrs()[0];
    rt::spawn(server.run());
    address
}

pub(crate) fn client(address: SocketAddr) -> RemoteClient {
    let config = RemoteConfig::default();
    RemoteClient::new("inventory", &format!("http://{address}"), tokens(), &config).unwrap()
}

pub(crate) fn transport(address: SocketAddr, config: RemoteConfig) -> Arc<HttpTransport> {
    Arc::new(HttpTransport::new(client(address), config).unwrap())
}

pub(crate) fn remote(address: SocketAddr) -> RemoteStock {
    RemoteStock::new(transport(address, RemoteConfig::default()))
}

pub(crate) fn sku() -> Sku {
    Sku::parse("CUP").unwrap()
}

/// A query for the level of one SKU.
pub(crate) fn query(timeout_ms: u64) -> PortRequest {
    let method = STOCK.method("levels").unwrap();
    let timeout = Duration::from_millis(timeout_ms);
    let arguments = serde_json::json!({ "skus": ["CUP"] });
    let request = PortRequest::new::<StockRefusal>(&STOCK, method, &CallContext::system("tests"), &arguments).unwrap();
    PortRequest { timeout, context: CallContext::system("tests").within(timeout), ..request }
}

/// A command that must not be made twice.
pub(crate) fn command(timeout_ms: u64) -> PortRequest {
    PortRequest { kind: MethodKind::Command, idempotent: false, ..query(timeout_ms) }
}
