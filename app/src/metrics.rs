//! Metrics, for Prometheus.
//!
//! Each store has its own recorder, and none is registered with the process, so several stores of one test do not mix.
//! Requests are counted as they end; what the databases know is read at each scrape.

use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_web::http::{Method, StatusCode};
use kernel_db::{Reacted, guard};
use kernel_listen::{Connections, Ended};
use metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder, SharedString, Unit};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusRecorder};
use tokio_util::sync::CancellationToken;

use crate::progress::Progress;

const REQUESTS: &str = "banyan_http_requests_total";
const SECONDS: &str = "banyan_http_request_seconds";
const IN_FLIGHT: &str = "banyan_http_requests_in_flight";
const CONNECTIONS: &str = "banyan_http_connections";
const ENDED: &str = "banyan_http_connections_ended_total";
const POSITION: &str = "banyan_outbox_position";
const LAG: &str = "banyan_subscription_lag_events";
const REACTION: &str = "banyan_event_delivery_seconds";
const PARKED: &str = "banyan_parked_events";

/// From a cached read to the longest that anybody waits.
const BUCKETS_SECONDS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

/// Finer around a hundredth of a second, in which events are delivered.
const REACTION_BUCKETS_SECONDS: [f64; 13] =
    [0.001, 0.0025, 0.005, 0.0075, 0.01, 0.0125, 0.015, 0.02, 0.025, 0.05, 0.1, 1.0, 10.0];

/// One store's figures. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    recorder: Arc<PrometheusRecorder>,
    in_flight: Arc<AtomicUsize>,
}

/// How one kind of request went.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    pub(crate) count: Counter,
    pub(crate) seconds: Histogram,
}

/// The labels of a request's metrics beside its route. A client can invent methods, and a remote module can invent
/// statuses. Each name would be a series that is kept for ever, so all unregistered ones share one series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Kind {
    method: &'static str,
    status: Option<u16>,
}

/// Stands for every method and status that is not registered.
const OTHER: &str = "other";

const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];

impl Kind {
    pub(crate) fn of(method: &Method, status: StatusCode) -> Self {
        if guard::sabotaged("metrics.labels") {
            return Self { method: Box::leak(method.as_str().into()), status: Some(status.as_u16()) };
        }
        let method = METHODS.into_iter().find(|known| *known == method.as_str()).unwrap_or(OTHER);
        Self { method, status: status.canonical_reason().map(|_| status.as_u16()) }
    }
}

/// One request under way; it is over when this is dropped.
#[derive(Debug)]
pub(crate) struct InFlight(Arc<AtomicUsize>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    pub(crate) fn new() -> Self {
        // The buckets are constants that are not empty, which is all that can be wrong with them.
        let builder = PrometheusBuilder::new().set_buckets(&BUCKETS_SECONDS).unwrap_or_default();
        let reactions = Matcher::Full(REACTION.to_owned());
        let builder = builder.set_buckets_for_metric(reactions, &REACTION_BUCKETS_SECONDS).unwrap_or_default();
        let recorder = builder.build_recorder();
        let describe = |name: &'static str, words: &'static str| {
            recorder.describe_gauge(name.into(), None, SharedString::const_str(words));
        };
        recorder.describe_counter(REQUESTS.into(), None, "Requests answered, by route, method and status".into());
        recorder.describe_histogram(SECONDS.into(), Some(Unit::Seconds), "Time from request to answer".into());
        let reaction = "Time from a commit of this process that published to the commit of what a consumer made of it";
        recorder.describe_histogram(REACTION.into(), Some(Unit::Seconds), reaction.into());
        describe(IN_FLIGHT, "Requests under way");
        describe(CONNECTIONS, "Open connections, by listener");
        recorder.describe_counter(
            ENDED.into(),
            None,
            "Connections that the server ended, by listener and reason".into(),
        );
        describe(POSITION, "The newest event that a module has published");
        describe(LAG, "Events that a subscription has yet to read");
        describe(PARKED, "Events that a subscription holds back");
        Self { recorder: Arc::new(recorder), in_flight: Arc::default() }
    }

    pub(crate) fn begin(&self) -> InFlight {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(Arc::clone(&self.in_flight))
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// `route` is a pattern of the store, so every label comes from a closed set.
    pub(crate) fn series(&self, route: &str, kind: Kind) -> Series {
        let (method, status) = (kind.method, kind.status.map_or_else(|| OTHER.to_owned(), |status| status.to_string()));
        let of_route = [label("route", route), label("method", method)];
        let of_status = [label("route", route), label("method", method), label("status", &status)];
        Series {
            count: self.recorder.register_counter(&Key::from_parts(REQUESTS, of_status.to_vec()), &ABOUT),
            seconds: self.recorder.register_histogram(&Key::from_parts(SECONDS, of_route.to_vec()), &ABOUT),
        }
    }

    pub(crate) fn reacted(&self, reacted: Reacted) {
        let labels = vec![label("consumer", reacted.consumer), label("source", reacted.source)];
        let seconds = self.recorder.register_histogram(&Key::from_parts(REACTION, labels), &ABOUT);
        seconds.record(reacted.after.as_secs_f64());
    }

    /// What became of the connections of one listener.
    pub(crate) fn connections(&self, listener: &'static str, connections: &Connections) {
        let open = connections.open().try_into().unwrap_or(i64::MAX);
        self.set(CONNECTIONS, vec![label("listener", listener)], open);
        for why in Ended::ALL {
            let labels = vec![label("listener", listener), label("reason", why.name())];
            let counter = self.recorder.register_counter(&Key::from_parts(ENDED, labels), &ABOUT);
            counter.absolute(connections.ended(why));
        }
    }

    /// Everything as Prometheus reads it.
    pub(crate) fn render(&self, progress: &Progress) -> String {
        self.set(IN_FLIGHT, Vec::new(), self.in_flight().try_into().unwrap_or(i64::MAX));
        for outbox in &progress.outboxes {
            self.set(POSITION, vec![label("module", outbox.module)], outbox.position);
        }
        for cursor in &progress.cursors {
            let labels = || vec![label("consumer", cursor.consumer), label("source", cursor.source)];
            self.set(LAG, labels(), cursor.lag());
            self.set(PARKED, labels(), cursor.held_back.len().try_into().unwrap_or(i64::MAX));
        }
        self.recorder.handle().render()
    }

    fn set(&self, name: &'static str, labels: Vec<Label>, value: i64) {
        let gauge: Gauge = self.recorder.register_gauge(&Key::from_parts(name, labels), &ABOUT);
        // A position beyond 2^53 would lose its last digits, which no graph shows.
        let mut text = String::new();
        let _ = write!(text, "{value}");
        gauge.set(text.parse::<f64>().unwrap_or(f64::MAX));
    }

    /// Folds what was recorded into its buckets, which otherwise grows until the next scrape.
    pub(crate) async fn fold(self, stop: CancellationToken) {
        while tokio::time::timeout(Duration::from_secs(5), stop.cancelled()).await.is_err() {
            self.recorder.handle().run_upkeep();
        }
    }
}

static ABOUT: Metadata<'static> = Metadata::new("banyan", Level::INFO, None);

fn label(name: &'static str, value: &str) -> Label {
    Label::new(name, value.to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use actix_web::http::{Method, StatusCode};

    use super::{Kind, Metrics};
    use crate::progress::Progress;

    /// A module elsewhere may answer with any number, and a client may ask with any word.
    #[test]
    fn a_request_of_any_kind_has_one_of_few_labels() {
        let metrics = Metrics::new();
        let kinds: BTreeSet<String> = (100..1000)
            .flat_map(|status| ["GET", "PURGE", "get"].map(|method| (method, status)))
            .map(|(method, status)| {
                let kind = Kind::of(&method.parse::<Method>().unwrap(), StatusCode::from_u16(status).unwrap());
                metrics.series("/", kind).count.increment(1);
                format!("{kind:?}")
            })
            .collect();
        assert!(kinds.len() <= 2 * 65, "{} kinds", kinds.len());
        let rendered = metrics.render(&Progress::default());
        assert!(rendered.contains("method=\"other\",status=\"other\"") && !rendered.contains("PURGE"), "{rendered}");
        assert!(!rendered.contains("status=\"799\""), "{rendered}");
    }
}
