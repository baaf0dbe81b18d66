//! Far sides that are not what they should be: a clear error, in time, in bounded memory.

use std::time::Duration;

use kernel_db::{DbError, Feed as _, Place};
use kernel_feeds::{Limits, RemoteFeed};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinSet,
    time::Instant,
};

use crate::harness::{limited, pairs, publish, remote, serve, sign, tick};

/// How a stranger goes on after its first bytes.
#[derive(Clone, Copy)]
enum Then {
    Close,
    /// The same bytes for ever.
    Repeat(&'static str, Duration),
}

/// Answers every request with `first`.
async fn stranger(first: String, then: Then) -> (String, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            let mut asked = [0; 4096];
            let _ = client.read(&mut asked).await;
            let _ = client.write_all(first.as_bytes()).await;
            if let Then::Repeat(more, pause) = then {
                while client.write_all(more.as_bytes()).await.is_ok() {
                    tokio::time::sleep(pause).await;
                }
            }
        }
    });
    (url, tasks)
}

fn answer(kind: &str, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn page(source: &str, positions: &[i64]) -> String {
    let event = |position: &i64| {
        let (head, tail) =
            (r#"{"specversion":"1.0","id":"01939d2e-0000-7000-8000-000000000000","source":"clock""#, r#""data":{}}"#);
        let middle = r#""type":"t","time":"2026-11-22T00:00:00Z","stream":"a","streamversion":1"#;
        format!(r#"{head},{middle},"position":{position},{tail}"#)
    };
    let events: Vec<_> = positions.iter().map(event).collect();
    answer("application/json", &format!(r#"{{"source":"{source}","head":9,"events":[{}]}}"#, events.join(",")))
}

const SHORT: Limits = Limits {
    connect: Duration::from_secs(1),
    answer: Duration::from_secs(2),
    body_bytes: 1024 * 1024,
    wait: Duration::from_secs(5),
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_strange_answer_is_a_clear_error() {
    let endless = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99999999999\r\n\r\n";
    let drip = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{";
    let problem = "HTTP/1.1 503 Unavailable\r\ncontent-length: 3\r\n\r\nno\n";
    let teapot = "HTTP/1.1 418 Teapot\r\ncontent-length: 3\r\n\r\nno\n";
    let redirect = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    let megabyte: &'static str = String::leak("x".repeat(1024 * 1024));
    let flood = Then::Repeat(megabyte, Duration::ZERO);
    let cases: [(String, Then, &str); 13] = [
        (answer("text/html", "<html>hello</html>"), Then::Close, "answered text/html, not JSON"),
        (answer("application/json", "[1, 2]"), Then::Close, "its answer is not a feed's"),
        (answer("application/json", ""), Then::Close, "its answer is not a feed's"),
        (page("order", &[1]), Then::Close, "it answered with the feed of order"),
        (page("clock", &[2]), Then::Close, "answered event 2 where 1 comes next"),
        (page("clock", &[1, 3]), Then::Close, "answered event 3 where 2 comes next"),
        (page("clock", &[1, 1]), Then::Close, "answered event 1 where 2 comes next"),
        (page("clock", &[1, 2, 3, 4, 5, 6]), Then::Close, "answered 6 events, and 5 were asked for"),
        (endless.to_owned(), flood, "one event alone is larger than 1048576 bytes"),
        (drip.to_owned(), Then::Repeat(" ", Duration::from_millis(300)), "is away: it took too long"),
        (problem.to_owned(), Then::Close, "is away: it answered 503"),
        (teapot.to_owned(), Then::Close, "cannot be read: it answered 418"),
        (redirect.to_owned(), Then::Close, "cannot be read: it answered 302"),
    ];
    for (first, then, expected) in cases {
        let (url, _tasks) = stranger(first, then).await;
        let began = Instant::now();
        let error = limited(&url, SHORT).read(Place::START, 5).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{expected}: {error}");
        assert!(began.elapsed() < Duration::from_secs(6), "{expected} took {:?}", began.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_there_is_a_clear_error_too() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let error = remote(&url).read(Place::START, 5).await.unwrap_err();
    assert!(matches!(&error, DbError::FeedAway { detail, .. } if detail.contains("refused")), "{error}");

    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let error = limited(&url, SHORT).read(Place::START, 5).await.unwrap_err();
    assert!(matches!(&error, DbError::FeedAway { detail, .. } if detail.contains("too long")), "{error}");

    for wrong in ["", "localhost:80", "ftp://localhost", "http://"] {
        let refused = RemoteFeed::new("clock", wrong, "listener", sign()).unwrap_err();
        assert!(matches!(&refused, DbError::Setup(why) if why.contains("the feed of clock")), "{wrong}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_token_is_refused_and_said() {
    for pair in pairs().await {
        let served = serve(&pair.clock).await;
        let wrong = std::sync::Arc::new(|_: &str| Ok("Bearer for-order".to_owned()));
        let feed = RemoteFeed::new("clock", &served.url, "listener", wrong).unwrap();
        let error = feed.read(Place::START, 5).await.unwrap_err();
        let expected = "it answered 401 unauthenticated the token is not for this module";
        assert!(matches!(&error, DbError::FeedRefused { detail, .. } if detail == expected), "{error}");
        let unable = std::sync::Arc::new(|_: &str| Err("there is no key".to_owned()));
        let error = RemoteFeed::new("clock", &served.url, "listener", unable).unwrap().head().await.unwrap_err();
        assert!(error.to_string().contains("there is no key"), "{error}");
        served.stop().await;
    }
}

/// What does not fit into one answer is asked for in smaller pieces.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_events_come_a_few_at_a_time() {
    for pair in pairs().await {
        let words = "x".repeat(100_000);
        let events: Vec<_> = (1..=40).map(|n| tick("a", n, &words)).collect();
        publish(&pair.clock.db, &events).await;
        let served = serve(&pair.clock).await;
        let feed = limited(&served.url, SHORT);
        let (mut place, mut reads, mut events) = (Place::START, 0, 0);
        while place.position < 40 {
            let read = feed.read(place, 500).await.unwrap();
            (reads, events) = (reads + 1, events + read.len());
            place = Place::after(read.last().unwrap());
        }
        assert_eq!(events, 40);
        assert!(reads > 4, "{reads} reads");
        served.stop().await;
    }
}
