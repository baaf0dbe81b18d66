//! Reads the feed of a module in another process.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use async_trait::async_trait;
use kernel::Envelope;
use kernel_db::{DbError, Feed, Place};
use reqwest::{Client, Url, redirect};
use tokio::sync::watch;

use crate::wire::{FeedPage, FeedQuery, MOST_EVENTS, MOST_WAIT_MS};

mod answer;
mod ask;
mod watcher;

use answer::Fault;

/// Makes the value of the `Authorization` header for the module that is asked; the reason when it cannot.
pub type Sign = Arc<dyn Fn(&str) -> Result<String, String> + Send + Sync>;

/// What a far side may take of our time and memory.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub connect: Duration,
    /// For a whole answer, beside the time that it was asked to wait.
    pub answer: Duration,
    pub body_bytes: usize,
    /// How long one long poll waits for events.
    pub wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            answer: Duration::from_secs(10),
            body_bytes: 8 * 1024 * 1024,
            wait: Duration::from_secs(25),
        }
    }
}

/// The outbox of a module in another process, as one consumer reads it. Cheap to clone.
#[derive(Clone)]
pub struct RemoteFeed {
    line: Arc<Line>,
    consumer: Arc<str>,
}

/// What every reader of the module in this process shares.
struct Line {
    source: &'static str,
    url: Url,
    http: Client,
    sign: Sign,
    limits: Limits,
    reached: watch::Sender<i64>,
    /// The most events of one request: fewer after answers that were cut off or too large, then more again.
    appetite: AtomicU64,
}

impl std::fmt::Debug for RemoteFeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RemoteFeed({} <- {})", self.consumer, self.line.url)
    }
}

impl RemoteFeed {
    /// The feed of `source` at the port server `base`, such as `http://127.0.0.1:7181`, as `consumer` reads it.
    ///
    /// # Errors
    ///
    /// [`DbError::Setup`] when `base` is not an address.
    pub fn new(source: &'static str, base: &str, consumer: &str, sign: Sign) -> Result<Self, DbError> {
        Self::limited(source, base, consumer, (sign, Limits::default()))
    }

    /// As [`RemoteFeed::new`], with other limits.
    pub fn limited(
        source: &'static str,
        base: &str,
        consumer: &str,
        (sign, limits): (Sign, Limits),
    ) -> Result<Self, DbError> {
        let unusable = |why: &dyn std::fmt::Display| {
            DbError::Setup(format!("the feed of {source} cannot be read at {base}: {why}"))
        };
        let mut url = Url::parse(base).map_err(|error| unusable(&error))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(unusable(&"it is not an http:// or https:// address"));
        }
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["feeds", source]);
        }
        let mut client = Client::builder();
        if url.scheme() == "http" {
            // Plain HTTP needs no certificates, so none are loaded, and a machine without any is enough.
            client = client.tls_certs_only([]);
        }
        let http = client
            .no_proxy()
            .redirect(redirect::Policy::none())
            .connect_timeout(limits.connect)
            .pool_idle_timeout(Duration::from_secs(30))
            .build()
            .map_err(|error| unusable(&error))?;
        let (reached, appetite) = (watch::Sender::new(0), AtomicU64::new(MOST_EVENTS));
        let line = Line { source, url, http, sign, limits, reached, appetite };
        Ok(Self { line: Arc::new(line), consumer: consumer.into() })
    }

    /// The same feed as another consumer reads it; one [`RemoteFeed::watch`] serves both.
    #[must_use]
    pub fn read_by(&self, consumer: &str) -> Self {
        Self { line: Arc::clone(&self.line), consumer: consumer.into() }
    }
}

#[async_trait]
impl Feed for RemoteFeed {
    fn source(&self) -> &'static str {
        self.line.source
    }

    async fn read(&self, after: Place, limit: u64) -> Result<Vec<Envelope>, DbError> {
        let line = &self.line;
        loop {
            let query = FeedQuery {
                after: after.position,
                after_id: after.event_id,
                limit: limit.clamp(1, line.appetite.load(Relaxed)),
                wait_ms: 0,
                consumer: Some(self.consumer.to_string()),
            };
            let answer = line.ask(&query).await;
            line.digest(query.limit, &answer);
            match answer {
                Err(Fault::TooLarge) if query.limit > 1 => {}
                answer => return Ok(answer.map_err(|fault| line.error(fault))?.events),
            }
        }
    }

    async fn head(&self) -> Result<i64, DbError> {
        let query = FeedQuery { after: *self.line.reached.borrow(), limit: 1, ..FeedQuery::default() };
        match self.line.ask(&query).await {
            Ok(page) => Ok(page.head),
            Err(Fault::Stranded { head: Some(head), .. }) => Ok(head),
            Err(fault) => Err(self.line.error(fault)),
        }
    }

    fn news(&self) -> watch::Receiver<i64> {
        self.line.reached.subscribe()
    }
}

impl Line {
    /// Learns from an answer how much to ask for next.
    fn digest(&self, limit: u64, answer: &Result<FeedPage, Fault>) {
        let next = match answer {
            Ok(_) => self.appetite.load(Relaxed) * 2,
            Err(Fault::TooLarge | Fault::Broken(_)) => limit / 4,
            Err(Fault::Away(_) | Fault::Refused(_) | Fault::Stranded { .. }) => return,
        };
        self.appetite.store(next.clamp(1, MOST_EVENTS), Relaxed);
    }

    fn error(&self, fault: Fault) -> DbError {
        let feed = || self.source.to_owned();
        match fault {
            Fault::Stranded { error, .. } => error,
            Fault::Away(detail) | Fault::Broken(detail) => DbError::FeedAway { feed: feed(), detail },
            Fault::Refused(detail) => DbError::FeedRefused { feed: feed(), detail },
            Fault::TooLarge => {
                let detail = format!("one event alone is larger than {} bytes", self.limits.body_bytes);
                DbError::FeedRefused { feed: feed(), detail }
            }
        }
    }

    /// A long poll that waits as long as both sides allow.
    fn wait_ms(&self) -> u64 {
        u64::try_from(self.limits.wait.as_millis()).unwrap_or(MOST_WAIT_MS).min(MOST_WAIT_MS)
    }
}
