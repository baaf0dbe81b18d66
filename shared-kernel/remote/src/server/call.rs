use std::{collections::HashMap, panic::AssertUnwindSafe, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::CONTENT_TYPE,
    web::{Bytes, Data, Payload},
};
use futures_util::FutureExt;
use kernel::CallContext;
use port::{
    Dispatch, Executed, MethodDescriptor, PortResponse, TransportError,
    context::{self, BadHeader},
};
use tokio::{sync::oneshot, time::timeout};
use tracing::Instrument;

use super::{Entry, PortServer, problem::respond};

pub(super) async fn answer(request: HttpRequest, payload: Payload, server: Data<PortServer>) -> HttpResponse {
    respond(match server.answer(&request, payload).await {
        Ok(response) | Err(response) => response,
    })
}

impl PortServer {
    async fn answer(&self, request: &HttpRequest, payload: Payload) -> Result<PortResponse, PortResponse> {
        let (entry, caller) = self.admit(request)?;
        let method = entry.method(request)?;
        json_only(request)?;
        let cx = read_context(request)?;
        if cx.is_spent() {
            return Err(PortResponse::failed(TransportError::Deadline { executed: Executed::No }));
        }
        let body = self.read_body(payload).await?;
        let span = tracing::info_span!(
            "port",
            port = entry.meta.port,
            method = method.name,
            caller = caller.issuer,
            correlation = cx.correlation.map(tracing::field::display),
        );
        Ok(self.run(&entry.dispatch, method, cx, body).instrument(span).await)
    }

    async fn read_body(&self, payload: Payload) -> Result<Bytes, PortResponse> {
        let limit = self.0.config.body_limit_bytes;
        match timeout(self.0.config.longest_call(), payload.to_bytes_limited(limit)).await {
            Ok(Ok(Ok(body))) => Ok(body),
            Ok(Ok(Err(_))) => Err(PortResponse::problem("broken-body", 400, "the body of the call broke off")),
            Ok(Err(_)) => {
                let detail = format!("a call may have at most {limit} bytes");
                Err(PortResponse::problem("body-too-large", 413, &detail))
            }
            Err(_) => Err(PortResponse::problem("body-too-slow", 408, "the body of the call did not come in time")),
        }
    }

    /// The work goes on in a task of its own: neither the caller's patience nor a lost connection cuts a transaction
    /// off in the middle.
    async fn run(
        &self,
        dispatch: &Arc<Dispatch>,
        method: &'static MethodDescriptor,
        cx: CallContext,
        body: Bytes,
    ) -> PortResponse {
        let cx = cx.within(self.0.config.longest_call());
        let patience = cx.remaining().unwrap_or_default();
        let (tell, told) = oneshot::channel();
        let dispatch = Arc::clone(dispatch);
        let work = async move {
            let outcome = AssertUnwindSafe(dispatch.dispatch(method.name, cx, &body)).catch_unwind().await;
            // The receiver is gone when the caller has gone.
            let _ = tell.send(outcome.unwrap_or_else(|_| panicked()));
        };
        (self.0.background)(Box::pin(work.in_current_span()));
        match timeout(patience, told).await {
            Ok(Ok(response)) => response,
            Ok(Err(_lost)) => PortResponse::failed(TransportError::Unavailable { executed: Executed::Maybe }),
            Err(_elapsed) => PortResponse::failed(TransportError::Deadline { executed: Executed::Maybe }),
        }
    }
}

impl Entry {
    fn method(&self, request: &HttpRequest) -> Result<&'static MethodDescriptor, PortResponse> {
        let asked = |name: &str| request.match_info().get(name).unwrap_or_default();
        let port = self.dispatch.descriptor();
        if asked("version") != port.version.to_string() {
            let detail = format!("{} is served at version {}, not at {}", port.name, port.version, asked("version"));
            return Err(PortResponse::problem("incompatible-module", 409, &detail));
        }
        port.method(asked("method")).ok_or_else(PortResponse::unknown_method)
    }
}

fn panicked() -> PortResponse {
    tracing::error!("a call panicked");
    PortResponse::problem("internal", 500, "the module failed")
}

fn json_only(request: &HttpRequest) -> Result<(), PortResponse> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(PortResponse::problem("unsupported-media-type", 415, "a call is application/json"))
}

/// A header that cannot even be text is as unreadable as one with the wrong text.
fn read_context(request: &HttpRequest) -> Result<CallContext, PortResponse> {
    let bad = |error: BadHeader| PortResponse::problem("bad-header", 400, &error.to_string());
    let mut texts = HashMap::new();
    for name in context::NAMES {
        if let Some(value) = request.headers().get(name) {
            texts.insert(name, str::from_utf8(value.as_bytes()).map_err(|_| bad(BadHeader(name)))?);
        }
    }
    context::from_headers(|name| texts.get(name).copied()).map_err(bad)
}
