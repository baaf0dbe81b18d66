//! The port's contract, over a socket.

use std::sync::Arc;

use inventory_contract::{
    FakeStock, RemoteStock, Stock,
    conformance::{Case, Fixture, faults, upholds_contract},
    serve_stock,
};
use kernel::Seams;
use kernel_remote::ServerConfig;
use port::Loopback;

use crate::house::{remote, serve};

async fn table(missing: i64, remote: impl AsyncFnOnce(Arc<FakeStock>) -> RemoteStock) -> Vec<Case> {
    let seams = Seams::system();
    let fixture = Fixture::new(seams.clone()).unwrap();
    let fake = Arc::new(FakeStock::new(seams.clock));
    for (sku, units) in fixture.opening() {
        fake.put(&sku, units - missing);
    }
    let stock: &dyn Stock = &remote(fake).await;
    upholds_contract(stock, &fixture).await
}

async fn on_a_socket(fake: Arc<FakeStock>) -> RemoteStock {
    remote(serve(fake, ServerConfig::default()).await)
}

async fn on_the_loopback(fake: Arc<FakeStock>) -> RemoteStock {
    RemoteStock::new(Arc::new(Loopback::new(Arc::new(serve_stock(fake)))))
}

#[actix_web::test]
async fn a_socket_changes_nothing() {
    let socket = table(0, on_a_socket).await;
    assert_eq!(socket.len(), 22);
    assert_eq!(faults(&socket), Vec::<String>::new());
    assert_eq!(socket, table(0, on_the_loopback).await);
}

/// The table can fail, and fails at the same cases: with a unit too few, both sides name them.
#[actix_web::test]
async fn a_liar_is_found_out() {
    let failing = |cases: Vec<Case>| -> Vec<&'static str> {
        cases.iter().filter(|case| !case.holds()).map(|case| case.name).collect()
    };
    let socket = failing(table(1, on_a_socket).await);
    assert!(socket.contains(&"sixteen buyers share fifty units, exactly"), "{socket:?}");
    assert_eq!(socket, failing(table(1, on_the_loopback).await));
}
