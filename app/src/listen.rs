//! Connections, before their requests reach the application.

use std::net::IpAddr;

use actix_web::{
    Error, HttpMessage, HttpRequest,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::StatusCode,
    middleware::Next,
};
use kernel_listen::{Connections, Crowded, FileBudget, Refusal};
use kernel_web::{ApiError, Caller};
use secrecy::ExposeSecret;

use crate::config::Settings;

/// Connections of the port server that are kept beside the others.
const SPARE_PORTS: usize = 8;

/// The soft limit of most systems, where it cannot be asked for.
const USUAL_FILES: usize = 1024;

/// How long a client waits that found every connection taken.
const CROWDED_RETRY_SECONDS: u32 = 2;

/// The connections of each listener.
#[derive(Debug, Clone)]
pub(crate) struct Listeners {
    pub(crate) public: Connections,
    pub(crate) ports: Connections,
}

impl Listeners {
    /// As many as the settings ask for and the limit of open files allows, which is raised first.
    pub(crate) fn of(settings: &Settings) -> Self {
        let files = kernel_listen::raise_file_limit().unwrap_or(USUAL_FILES);
        let forwards = !settings.service.key.expose_secret().is_empty();
        let budget = FileBudget::of(files, settings.http.connections, forwards);
        Self {
            public: Connections::new(budget.public, budget.spare)
                .of_one_address(settings.http.connections_per_address, unlimited(settings)),
            ports: Connections::new(budget.ports, SPARE_PORTS),
        }
    }

    /// Tells an operator who asked for more.
    pub(crate) fn compare(&self, wanted: usize) {
        let connections = self.public.limit();
        if connections < wanted {
            tracing::warn!(
                connections,
                wanted,
                "the limit of open files allows fewer connections than http.connections; raise the hard limit (ulimit -Hn)"
            );
        }
    }
}

/// Which addresses are not limited: those that the limits exempt, and proxies, behind which there are many clients.
fn unlimited(settings: &Settings) -> impl Fn(IpAddr) -> bool + Send + Sync + 'static {
    let (exempt, proxies) = (settings.limits.exempt.clone(), settings.http.trusted_proxies.clone());
    move |peer| exempt.contains(peer) || proxies.contains(peer)
}

/// The middleware. It stands inside the guard, which finishes the answers that it gives.
pub(crate) async fn admit<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    match refusal(request.request()) {
        Some(refusal) => Ok(request.error_response(refusal).map_into_right_body()),
        None => Ok(next.call(request).await?.map_into_left_body()),
    }
}

fn refusal(request: &HttpRequest) -> Option<ApiError> {
    let extensions = request.extensions();
    if let Some(Refusal { status, code, detail }) = extensions.get::<Refusal>() {
        return Some(ApiError::new(StatusCode::from_u16(*status).ok()?, code, *detail));
    }
    let crowded = extensions.get::<Crowded>().is_some();
    drop(extensions);
    (crowded && !is_for_operators(request)).then(|| {
        let detail = "every connection is taken; see Retry-After";
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "too-many-connections", detail)
            .retry_after(CROWDED_RETRY_SECONDS)
            .unlogged()
    })
}

/// Health checks, and what the admin asks.
fn is_for_operators(request: &HttpRequest) -> bool {
    request.path().starts_with("/health/") || Caller::of(request).is_ok_and(|caller| caller.is_admin())
}
