//! Servers that go and come back, and lines that are cut: nothing lost, nothing doubled.

use std::{
    sync::{Arc, atomic::Ordering::SeqCst},
    time::Duration,
};

use crate::{
    harness::{pairs, publish_more, remote, serve, serve_at, sqlite_pair},
    listener::{Listener, assert_all_heard, subscribe, until_heard, until_well, while_running},
    proxy,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_restarts_in_the_middle_loses_nothing() {
    for pair in pairs().await {
        let (clock, listener) = (&pair.clock.db, &pair.listener.db);
        let mut served = serve(&pair.clock).await;
        let feed = remote(&served.url);
        let subscription = subscribe(listener, feed.clone(), &Arc::new(Listener::default()));
        while_running(&subscription, Some(&feed), async {
            for round in 0..6 {
                publish_more(clock, round * 100 + 1, 50).await;
                until_heard(listener, round * 100 + 1).await;
                let port = served.port;
                if round % 2 == 0 {
                    served.kill().await;
                } else {
                    served.stop().await;
                }
                publish_more(clock, round * 100 + 51, 50).await;
                tokio::time::sleep(Duration::from_millis(300)).await;
                served = serve_at(&pair.clock, port).await;
                let back = until_heard(listener, (round + 1) * 100).await;
                assert!(back < Duration::from_secs(8), "round {round}: heard again after {back:?}");
            }
            until_heard(listener, 600).await;
            until_well(&subscription).await;
            served.stop().await;
        })
        .await;
        assert_all_heard(clock, listener).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_connections_lose_nothing() {
    let pair = sqlite_pair().await;
    let (clock, listener) = (&pair.clock.db, &pair.listener.db);
    let served = serve(&pair.clock).await;
    let line = proxy::cutting(served.port).await;
    let feed = remote(&line.url);
    let subscription = subscribe(listener, feed.clone(), &Arc::new(Listener::default()));
    while_running(&subscription, Some(&feed), async {
        for round in 0..40 {
            publish_more(clock, round * 5 + 1, 5).await;
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
        until_heard(listener, 200).await;
    })
    .await;
    assert_all_heard(clock, listener).await;
    let cuts = line.cuts.load(SeqCst);
    eprintln!("200 events over {cuts} connections");
    assert!(cuts > 15, "only {cuts} connections: nothing was cut");
    served.stop().await;
}

/// While the far side is away that is said, and nothing else stops.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_far_side_that_is_away_is_trouble_that_passes() {
    let pair = sqlite_pair().await;
    let (clock, listener) = (&pair.clock.db, &pair.listener.db);
    let served = serve(&pair.clock).await;
    let port = served.port;
    let feed = remote(&served.url);
    let subscription = subscribe(listener, feed.clone(), &Arc::new(Listener::default()));
    served.kill().await;
    while_running(&subscription, Some(&feed), async {
        while subscription.failure().is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let failure = subscription.failure().unwrap();
        assert!(!failure.stranded && failure.detail.contains("the feed of clock is away"), "{failure:?}");
        publish_more(clock, 1, 5).await;
        let served = serve_at(&pair.clock, port).await;
        let back = until_heard(listener, 5).await;
        eprintln!("heard again {back:?} after the far side came back");
        until_well(&subscription).await;
        served.stop().await;
    })
    .await;
}
