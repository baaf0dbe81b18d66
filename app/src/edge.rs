//! Between the network and every operation: the client's address, rate limits, and the log of wrong credentials.
//!
//! Reading order: `class` sorts requests into classes of operations, `limits` keeps a bucket for each class and client,
//! `fields` says in headers how full it is, `turns` counts the searches that a client has under way, `refusals` writes
//! refused credentials down without being flooded. Health is never limited. A request that another process of this store forwards was counted where it came in.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use actix_web::{
    Error, HttpMessage,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{StatusCode, header::AUTHORIZATION},
    middleware::Next,
};
use kernel_remote::{
    TokenVerifier,
    facade::{CLIENT, FORWARDED, audience},
    server::RefusedToken,
};
use kernel_web::{AdminKey, ApiError, ClientAddress, Origin, RequestId, TrustedProxies};
use tokio_util::sync::CancellationToken;

use crate::{config::Limits as Settings, route_table::RouteTable};

mod class;
mod fields;
mod limits;
mod refusals;
mod turns;

use self::{
    class::Class,
    limits::{Failure, Limits, OverLimit},
    refusals::{Credential, Refusals, Refused},
    turns::Turns,
};

/// What every header begins with that processes of one store send each other.
const INTERNAL: &str = "x-banyan-";

/// How often forgotten clients are let go of, and counted refusals written down.
const SWEEP: Duration = Duration::from_secs(10);

/// One process's edge, shared by its workers.
pub(crate) struct Edge {
    proxies: TrustedProxies,
    /// Knows the other processes of this store; missing where there can be none.
    processes: Option<TokenVerifier>,
    /// The audiences accepted in a forwarded request's token.
    audiences: Vec<String>,
    admin: AdminKey,
    routes: Arc<RouteTable>,
    limits: Limits,
    searches: Turns,
    refusals: Refusals,
    said_proxies: AtomicBool,
}

impl Edge {
    pub(crate) fn new(
        settings: &Settings,
        proxies: TrustedProxies,
        (processes, modules): (Option<TokenVerifier>, &[&str]),
        admin: AdminKey,
        routes: Arc<RouteTable>,
    ) -> Self {
        Self {
            proxies,
            processes,
            audiences: modules.iter().map(|module| audience(module)).collect(),
            admin,
            routes,
            limits: Limits::new(settings),
            searches: Turns::new(settings.searches_at_once),
            refusals: Refusals::default(),
            said_proxies: AtomicBool::new(false),
        }
    }

    /// Lets go of clients that have been quiet, and writes down what was counted, until told to stop.
    pub(crate) async fn sweep(self: Arc<Self>, stop: CancellationToken) {
        while tokio::time::timeout(SWEEP, stop.cancelled()).await.is_err() {
            self.limits.forget_quiet();
            self.refusals.report();
        }
        self.refusals.report();
    }

    pub(crate) fn refusals_noted(&self) -> usize {
        self.refusals.noted()
    }

    /// Where a request comes from. Headers that only processes of this store may send do not get past here.
    fn origin(&self, request: &mut ServiceRequest) -> Origin {
        let outside = Origin::outside(request.peer_addr(), request.headers(), &self.proxies);
        if self.proxies.is_empty() && request.headers().contains_key("x-forwarded-for") {
            self.miss_proxies(outside);
        }
        let origin = if request.headers().contains_key(FORWARDED) { self.forwarded(request, outside) } else { outside };
        if request.headers().keys().any(|name| name.as_str().starts_with(INTERNAL)) {
            request.headers_mut().retain(|name, _| !name.as_str().starts_with(INTERNAL));
        }
        origin
    }

    /// Said once: behind a proxy that the settings do not name, all clients are one.
    fn miss_proxies(&self, outside: Origin) {
        if outside.address.is_loopback() && !self.said_proxies.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                peer = %outside.address,
                "requests come with X-Forwarded-For, and http.trusted_proxies is empty: all clients behind that proxy \
                 count as one; name the proxy if there is one"
            );
        }
    }

    /// The origin as the process that forwards has seen it, when it proves to be one of ours.
    fn forwarded(&self, request: &ServiceRequest, outside: Origin) -> Origin {
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let audiences: Vec<&str> = self.audiences.iter().map(String::as_str).collect();
        let Some(processes) = &self.processes else { return outside };
        match processes.verify_any(header(FORWARDED), &audiences) {
            Ok(_) => {
                let client = header(CLIENT).and_then(|client| client.parse().ok());
                Origin { address: client.unwrap_or(outside.address), is_forwarded: true }
            }
            Err(error) => {
                let refused = Refused { credential: Credential::ServiceToken, why: &error.to_string() };
                self.refusals.note(refused, outside.address, &request_id(request));
                outside
            }
        }
    }

    fn class_of(&self, request: &ServiceRequest) -> Option<Class> {
        let route = self.routes.name(self.routes.find(request.path()));
        let class = Class::of(request.method(), route, request.query_string())?;
        let is_admin = request.headers().contains_key(AUTHORIZATION) && self.admin.is_shown_in(request.headers());
        Some(class.asked_by(is_admin))
    }

    /// What becomes of an answer that refused a credential: it is written down, comes later, and beyond the limit says
    /// that there were too many.
    async fn refuse(
        &self,
        response: ServiceResponse<BoxBody>,
        credential: Credential,
        client: ClientAddress,
    ) -> ServiceResponse<BoxBody> {
        let why = why(&response);
        let id =
            response.request().extensions().get::<RequestId>().map(|id| id.as_str().to_owned()).unwrap_or_default();
        self.refusals.note(Refused { credential, why: &why }, client.0, &id);
        match self.limits.failed(credential, client) {
            Failure::Slowed(delay) => {
                tokio::time::sleep(delay).await;
                response
            }
            Failure::TooMany(over) => {
                let (request, _) = response.into_parts();
                let problem = over.problem(&format!("wrong credentials, the last because {why}"));
                fields::refused(ServiceResponse::from_err(problem, request), &over)
            }
        }
    }
}

/// The middleware of the public API. It stands inside the guard, which names the request and finishes the answer.
pub(crate) async fn public<B: MessageBody + 'static>(
    edge: Arc<Edge>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let origin = edge.origin(&mut request);
    request.extensions_mut().insert(origin);
    if origin.is_forwarded {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let client = ClientAddress(origin.address);
    let class = if edge.limits.exempts(client) { None } else { edge.class_of(&request) };
    let left = match class.and_then(|class| edge.limits.take(class, client)).transpose() {
        Ok(left) => left,
        Err(over) => return Ok(too_many(request, &over)),
    };
    let turn = match class {
        Some(Class::Search) => edge.searches.begin(client),
        _ => Ok(None),
    };
    let _turn = match turn {
        Ok(turn) => turn,
        Err(refusal) => return Ok(request.error_response(refusal)),
    };
    let mut response = next.call(request).await?.map_into_boxed_body();
    if let Some(credential) = Credential::refused_in(&response) {
        response = edge.refuse(response, credential, client).await;
    } else if let Some(left) = left {
        fields::write(response.headers_mut(), &left);
    }
    Ok(response)
}

/// The middleware of the port server, where only service tokens count.
pub(crate) async fn ports<B: MessageBody + 'static>(
    edge: Arc<Edge>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let client = ClientAddress::of(request.request());
    let response = next.call(request).await?.map_into_boxed_body();
    if response.status() == StatusCode::UNAUTHORIZED {
        return Ok(edge.refuse(response, Credential::ServiceToken, client).await);
    }
    Ok(response)
}

fn too_many(request: ServiceRequest, over: &OverLimit) -> ServiceResponse<BoxBody> {
    fields::refused(request.error_response(over.problem("requests of this kind")), over)
}

fn why(response: &ServiceResponse<BoxBody>) -> String {
    if let Some(RefusedToken(error)) = response.request().extensions().get() {
        return error.to_string();
    }
    let problem = response.response().error().and_then(|error| error.as_error::<ApiError>());
    problem.map_or_else(|| response.status().to_string(), ToString::to_string)
}

fn request_id(request: &ServiceRequest) -> String {
    request.extensions().get::<RequestId>().map(|id| id.as_str().to_owned()).unwrap_or_default()
}
