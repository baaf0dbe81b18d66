//! Timeouts, and work that continues when its caller no longer waits.

use std::{sync::atomic::Ordering, time::Duration};

use inventory_contract::{Demand, Hold, RemoteStock, Stock};
use kernel::{CallContext, Seams};
use kernel_remote::{RemoteConfig, ServerConfig};
use port::{Executed, PortError, Transport, TransportError};
use tokio::time::{Instant, sleep};

use crate::house::{OddStock, command, query, remote, serve, sku, transport};

#[actix_web::test]
async fn the_work_outlives_the_callers_patience() {
    let odd = OddStock::new(300);
    odd.fake.put(&sku(), 5);
    let stock = remote(serve(odd.clone(), ServerConfig::default()).await);
    let hold = Hold {
        order: Seams::system().id(),
        lines: vec![Demand { sku: sku(), quantity: 2 }],
        until: Seams::system().now() + Duration::from_mins(1),
        unpaid: false,
    };
    let began = Instant::now();
    // The far side's own copy of the deadline ends its wait, and not its work: the fake looks at the deadline again
    // when it has slept, so it is given one that is long enough there and given up here.
    let held = tokio::time::timeout(Duration::from_millis(100), stock.hold(&CallContext::system("tests"), hold)).await;
    assert!(held.is_err() && began.elapsed() < Duration::from_millis(280), "{held:?}");
    assert_eq!(odd.held.load(Ordering::SeqCst), 0, "not yet");
    sleep(Duration::from_millis(500)).await;
    assert_eq!(odd.held.load(Ordering::SeqCst), 1);
    assert_eq!(odd.fake.available(&sku()), Some(3), "the hold was taken although the caller hung up");
}

#[actix_web::test]
async fn a_deadline_ends_the_wait() {
    let stock = remote(serve(OddStock::new(3_000), ServerConfig::default()).await);
    let cx = CallContext::system("tests").within(Duration::from_millis(100));
    let began = Instant::now();
    let levels = stock.levels(&cx, vec![sku()]).await;
    assert_eq!(levels, Err(PortError::Deadline { executed: Executed::Maybe }));
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());

    let spent = CallContext::system("tests").within(Duration::ZERO);
    assert_eq!(stock.levels(&spent, vec![sku()]).await, Err(PortError::Deadline { executed: Executed::No }));
}

#[actix_web::test]
async fn the_server_has_a_ceiling() {
    let config = ServerConfig { longest_call_ms: 50, ..ServerConfig::default() };
    let address = serve(OddStock::new(3_000), config).await;
    let began = Instant::now();
    let outcome = transport(address, RemoteConfig::default()).call(command(5_000)).await;
    assert_eq!(outcome, Err(TransportError::Deadline { executed: Executed::Maybe }));
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

#[actix_web::test]
async fn a_full_bulkhead_says_so() {
    let address = serve(OddStock::new(300), ServerConfig::default()).await;
    let config = RemoteConfig { bulkhead_calls: 2, bulkhead_wait_ms: 50, ..RemoteConfig::default() };
    let transport = transport(address, config);
    let calls = futures_util::future::join_all((0..5).map(|_| transport.call(query(2_000)))).await;
    let full = Err(TransportError::Overloaded { retry_after: Duration::from_millis(50) });
    assert_eq!(calls.iter().filter(|outcome| **outcome == full).count(), 3, "{calls:?}");
    assert_eq!(calls.iter().filter(|outcome| outcome.is_ok()).count(), 2);
    assert!(transport.call(query(2_000)).await.is_ok(), "the places are free again");
}

#[actix_web::test]
async fn a_panic_is_an_unknown_outcome() {
    let stock = RemoteStock::new(transport(
        serve(OddStock::new(0), ServerConfig::default()).await,
        RemoteConfig { retries: 0, ..RemoteConfig::default() },
    ));
    let released = stock.release(&CallContext::system("tests"), Seams::system().id()).await;
    assert_eq!(released, Err(PortError::Unavailable { executed: Executed::Maybe }));
}
