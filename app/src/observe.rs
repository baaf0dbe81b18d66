//! Counts every request, and logs the ones that deserve a line.

use std::{
    cell::RefCell,
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use actix_web::{
    Error, HttpMessage,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{ConnectionType, Method},
    middleware::Next,
};

use kernel_listen::Crowded;

use crate::{
    metrics::{Kind, Metrics, Series},
    route_table::RouteTable,
};

/// An answer that takes longer is worth a line in the log.
const SLOW: Duration = Duration::from_secs(1);

/// One worker's eye on its requests.
#[derive(Debug)]
pub(crate) struct Observer {
    metrics: Metrics,
    routes: Arc<RouteTable>,
    /// Set when the store stops: connections are closed as their answers go out.
    stopping: Arc<AtomicBool>,
    series: RefCell<HashMap<(u16, Kind), Series>>,
}

impl Observer {
    pub(crate) fn new(metrics: Metrics, routes: Arc<RouteTable>, stopping: Arc<AtomicBool>) -> Self {
        Self { metrics, routes, stopping, series: RefCell::default() }
    }

    pub(crate) async fn observe<B: MessageBody>(
        &self,
        request: ServiceRequest,
        next: Next<B>,
    ) -> Result<ServiceResponse<B>, Error> {
        let _under_way = self.metrics.begin();
        let began = now();
        let method = request.method().clone();
        let route = self.routes.find(request.path());
        let is_crowded = request.extensions().get::<Crowded>().is_some();
        let result = next.call(request).await;
        let took = began.elapsed();
        let status = match &result {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        self.count(route, Kind::of(&method, status), took);
        // What a flood is answered is no line each.
        if !is_crowded {
            self.write(route, &method, status.as_u16(), took);
        }
        result.map(|mut response| {
            if self.stopping.load(Ordering::Relaxed) {
                response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
            }
            response
        })
    }

    fn count(&self, route: u16, kind: Kind, took: Duration) {
        let mut known = self.series.borrow_mut();
        let new = || self.metrics.series(self.routes.name(route), kind);
        let series = known.entry((route, kind)).or_insert_with(new);
        series.count.increment(1);
        series.seconds.record(took.as_secs_f64());
    }

    /// Why a 5xx came about is written where it was made; here it is enough that and when there was one.
    fn write(&self, route: u16, method: &Method, status: u16, took: Duration) {
        let (route, took_ms) = (self.routes.name(route), u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
        if status >= 500 || took >= SLOW {
            tracing::warn!(%method, route, status, took_ms, "answered");
        } else {
            tracing::debug!(%method, route, status, took_ms, "answered");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a metric of real time, which decides nothing")]
fn now() -> Instant {
    Instant::now()
}
