//! The same subscription over a local outbox and over a remote feed: the same promises.

use std::{
    sync::{Arc, atomic::Ordering::SeqCst},
    time::Duration,
};

use kernel_db::{LocalFeed, Subscription, parking, reader, subscription::Step};
use kernel_feeds::RemoteFeed;

use crate::{
    harness::{Pair, Served, figures, pairs, publish, publish_more, remote, serve, tick},
    listener::{Listener, assert_all_heard, heard, subscribe, until_heard, while_running},
};

/// A pair with a line between its modules, and a consumer on it.
struct Case {
    pair: Pair,
    listener: Arc<Listener>,
    subscription: Subscription,
    watcher: Option<RemoteFeed>,
    served: Option<Served>,
}

impl Case {
    async fn over(pair: Pair, is_remote: bool) -> Self {
        let listener = Arc::new(Listener::default());
        let served = if is_remote { Some(serve(&pair.clock).await) } else { None };
        let watcher = served.as_ref().map(|served| remote(&served.url));
        let subscription = match &watcher {
            Some(feed) => subscribe(&pair.listener.db, feed.clone(), &listener),
            None => subscribe(&pair.listener.db, LocalFeed::of(&pair.clock.db), &listener),
        };
        Self { pair, listener, subscription, watcher, served }
    }

    async fn close(self) {
        if let Some(served) = self.served {
            served.stop().await;
        }
    }
}

/// Local and remote, on each kind of database.
async fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for is_remote in [false, true] {
        for pair in pairs().await {
            cases.push(Case::over(pair, is_remote).await);
        }
    }
    cases
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_arrives_in_order_and_byte_for_byte() {
    for case in cases().await {
        let (clock, listener) = (&case.pair.clock.db, &case.pair.listener.db);
        while_running(&case.subscription, case.watcher.as_ref(), async {
            for n in 1..=60 {
                let words = ["plain", "\"quoted\" \\ and \u{1f375} \u{0} \n", "1.10e+02"];
                let events = [tick("a", n, words[0]), tick("b", n, words[1]), tick("c", n, words[2])];
                publish(clock, &events).await;
            }
            until_heard(listener, 180).await;
        })
        .await;
        assert_all_heard(clock, listener).await;
        assert_eq!(case.subscription.position().await.unwrap(), 180);
        case.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_that_dies_in_the_middle_repeats_nothing_and_loses_nothing() {
    for case in cases().await {
        let (clock, listener) = (&case.pair.clock.db, &case.pair.listener.db);
        publish_more(clock, 1, 30).await;
        for freezes_at in [1, 7, 30] {
            case.listener.freezes_at.store(freezes_at, SeqCst);
            let died = tokio::time::timeout(Duration::from_millis(300), case.subscription.step()).await;
            assert!(died.is_err(), "the step was killed");
        }
        assert_eq!(heard(listener).await, 0, "{:?}", listener.dialect());
        case.listener.freezes_at.store(0, SeqCst);
        assert_eq!(case.subscription.step().await.unwrap(), Step::Applied(30));
        assert_eq!(case.subscription.step().await.unwrap(), Step::Idle);
        assert_all_heard(clock, listener).await;
        case.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poisoned_stream_waits_alone() {
    for case in cases().await {
        let (clock, listener) = (&case.pair.clock.db, &case.pair.listener.db);
        case.listener.is_choosy.store(true, SeqCst);
        for n in 1..=5 {
            publish(clock, &[tick("poison", n, ""), tick("sound", n, "")]).await;
        }
        case.subscription.step().await.unwrap();
        let held: Vec<_> = parking::list(listener).await.unwrap().iter().map(|event| event.position).collect();
        assert_eq!((heard(listener).await, held), (7, vec![5, 7, 9]));
        case.listener.is_choosy.store(false, SeqCst);
        while_running(&case.subscription, case.watcher.as_ref(), until_heard(listener, 10)).await;
        let poison = "SELECT n FROM heard WHERE stream = 'poison' ORDER BY position";
        assert_eq!(figures::<i64>(listener, poison).await, [1, 2, 3, 4, 5]);
        case.close().await;
    }
}

/// However long the log, it is read through in batches, and the effects are as many as the events.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_log_is_read_through() {
    let events: i64 = std::env::var_os("BANYAN_FEED_EVENTS").map_or(4_000, |n| n.to_str().unwrap().parse().unwrap());
    for case in cases().await {
        let (clock, listener) = (&case.pair.clock.db, &case.pair.listener.db);
        for from in (1..=events).step_by(2_000) {
            publish_more(clock, from, (events - from + 1).min(2_000)).await;
        }
        let took = while_running(&case.subscription, case.watcher.as_ref(), until_heard(listener, events)).await;
        eprintln!("{events} events, remote: {}, {:?}: {took:?}", case.watcher.is_some(), clock.dialect());
        assert_all_heard(clock, listener).await;
        case.close().await;
    }
}

/// Retention at the producer waits for a consumer that it knows only by its requests.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_remote_reader_is_known_to_the_producer() {
    for pair in pairs().await {
        let case = Case::over(pair, true).await;
        let clock = &case.pair.clock;
        publish_more(&clock.db, 1, 20).await;
        case.subscription.step().await.unwrap();
        clock.clock.advance(chrono::TimeDelta::seconds(6));
        case.subscription.step().await.unwrap();
        publish_more(&clock.db, 21, 20).await;
        clock.clock.advance(chrono::TimeDelta::days(8));
        let readers = reader::list(&clock.db).await.unwrap();
        assert_eq!((readers[0].consumer.as_str(), readers[0].position), ("listener", 20));
        kernel_db::retention::forget_events(&clock.db, 40, Duration::from_hours(7 * 24)).await.unwrap();
        assert_eq!(figures::<i64>(&clock.db, "SELECT MIN(position) FROM outbox").await, [20]);
        case.subscription.step().await.unwrap();
        assert_eq!(heard(&case.pair.listener.db).await, 40);
        case.close().await;
    }
}
