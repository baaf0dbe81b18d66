//! Long polls: they return as soon as there is something, and never hold anything up.

use std::{sync::Arc, time::Duration};

use kernel_db::pg_notify;
use reqwest::Client;
use serde_json::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    harness::{Served, count, pairs, publish_more, remote, serve},
    listener::{Listener, heard, subscribe, until_heard, while_running},
};

/// How many events came, and how long that took.
async fn ask(served: &Served, query: &str) -> (usize, Duration) {
    let (url, began) = (format!("{}/feeds/clock?{query}", served.url), Instant::now());
    let request = Client::new().get(url).header("authorization", "Bearer for-clock");
    let page: Value = request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap();
    (page["events"].as_array().unwrap().len(), began.elapsed())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_ends_with_the_first_event_or_in_time_or_with_the_process() {
    for pair in pairs().await {
        let clock = &pair.clock.db;
        let served = serve(&pair.clock).await;
        publish_more(clock, 1, 2).await;
        let (events, took) = ask(&served, "after=0&wait_ms=20000").await;
        assert!(events == 2 && took < Duration::from_secs(2), "at once: {events}, {took:?}");

        let (events, took) = ask(&served, "after=2&wait_ms=700").await;
        assert!(events == 0 && took > Duration::from_millis(690) && took < Duration::from_secs(3), "{took:?}");

        let publish = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            publish_more(clock, 3, 1).await;
        };
        let ((events, took), ()) = tokio::join!(ask(&served, "after=2&wait_ms=20000"), publish);
        assert!(events == 1 && took < Duration::from_secs(2), "{events}, {took:?}");

        let stop = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            served.stopping.cancel();
        };
        let ((events, took), ()) = tokio::join!(ask(&served, "after=3&wait_ms=30000"), stop);
        assert!(events == 0 && took < Duration::from_secs(2), "the process stops: {events}, {took:?}");
        served.stop().await;
    }
}

/// From the commit in one process to the effect in another, with a pause between events so that each wakes the reader.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_is_heard_of_in_milliseconds() {
    for pair in pairs().await {
        let (clock, listener) = (&pair.clock.db, &pair.listener.db);
        let served = serve(&pair.clock).await;
        let feed = remote(&served.url);
        let subscription = subscribe(listener, feed.clone(), &Arc::new(Listener::default()));
        let stop = CancellationToken::new();
        let story = while_running(&subscription, Some(&feed), async {
            publish_more(clock, 1, 1).await;
            until_heard(listener, 1).await;
            let mut waits = Vec::new();
            for n in 2..=40 {
                tokio::time::sleep(Duration::from_millis(20)).await;
                publish_more(clock, n, 1).await;
                let began = Instant::now();
                while heard(listener).await < n {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                waits.push(began.elapsed());
            }
            stop.cancel();
            waits
        });
        let (mut waits, ()) = tokio::join!(story, pg_notify::run(clock.clone(), stop.clone()));
        waits.sort();
        eprintln!("{:?}: commit to effect over HTTP: median {:?}, longest {:?}", clock.dialect(), waits[19], waits[38]);
        assert!(waits[19] < Duration::from_millis(300), "{waits:?}");
        served.stop().await;
    }
}

/// Control: without the watcher everything arrives too, by polling.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_watcher_everything_arrives_by_polling() {
    for pair in pairs().await {
        let (clock, listener) = (&pair.clock.db, &pair.listener.db);
        let served = serve(&pair.clock).await;
        let subscription = subscribe(listener, remote(&served.url), &Arc::new(Listener::default()));
        while_running(&subscription, None, async {
            for n in 1..=3 {
                publish_more(clock, n, 1).await;
                until_heard(listener, n).await;
            }
        })
        .await;
        assert_eq!(count(listener, "SELECT COUNT(*) FROM parked_event").await, 0);
        served.stop().await;
    }
}
