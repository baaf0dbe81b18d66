//! Forwards public requests to a module that runs elsewhere, so that a client cannot tell.
//!
//! Both bodies are streamed. Method, path and query, status, headers and bodies are what they were; only the headers
//! that belong to one connection are left out, and the far side is told who asks. Nothing is compressed, unpacked or
//! followed. TLS between the processes is the mesh's work: the far side's address is plain `http`.

mod body;
mod headers;
mod unavailable;

use std::{net::IpAddr, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method as ActixMethod, StatusCode, header::CONTENT_LENGTH},
    web::Payload,
};
use futures_util::FutureExt;
use http::{Method, Request, Response, Uri, uri::PathAndQuery};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{Client, Error as ClientFailure, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use tokio::time::timeout;

use self::{
    body::{Pumped, RequestBody},
    unavailable::ForwardFailure,
};
use crate::{
    FacadeConfig,
    client::{ClientError, IDLE_CONNECTION, base_address},
    config::ConfigError,
    token::{Bearer, TokenSource},
};

/// Marks a request that another process of the store has forwarded: the value is a service token, for the audience that
/// [`audience`] names. Without a good one it means nothing.
pub const FORWARDED: &str = "x-banyan-forwarded";

/// The address of the client, as the process saw it that forwards. Believed only beside a good token.
pub const CLIENT: &str = "x-banyan-client";

/// The audience of a forwarded request's token. It opens no port: public addresses may lie behind a balancer that logs.
pub fn audience(module: &str) -> String {
    format!("{module}.public")
}

/// Forwards to one module.
#[derive(Debug, Clone)]
pub struct Facade {
    http: Client<HttpConnector, RequestBody>,
    module: String,
    base: Base,
    config: FacadeConfig,
    tokens: Option<TokenSource>,
}

/// Where a forwarded request comes from, and what it is called.
#[derive(Debug, Clone, Copy, Default)]
pub struct ForwardedFor<'a> {
    /// The name of the request here, which becomes its name there.
    pub request_id: &'a str,
    /// The client's address, as far as it is known.
    pub client: Option<IpAddr>,
    /// The request's place in a trace. The client's own header is left out.
    pub traceparent: Option<&'a str>,
}

/// Where the far side's paths begin.
#[derive(Debug, Clone)]
struct Base {
    authority: http::uri::Authority,
    /// Without a slash at its end; mostly empty.
    path: String,
}

/// Why there is no facade.
#[derive(Debug, thiserror::Error)]
pub enum FacadeError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Address(#[from] ClientError),
}

impl Facade {
    /// `base` is the address of the far side's public API, such as `http://127.0.0.1:8181`.
    pub fn new(module: &str, base: &str, config: FacadeConfig) -> Result<Self, FacadeError> {
        config.validate()?;
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(Duration::from_millis(config.connect_timeout_ms)));
        let http = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_CONNECTION)
            .pool_max_idle_per_host(config.idle_connections)
            .build(connector);
        Ok(Self { http, module: module.to_owned(), base: Base::of(base)?, config, tokens: None })
    }

    /// Shows the far side with each request that this process forwards it.
    #[must_use]
    pub fn signed_by(mut self, tokens: TokenSource) -> Self {
        self.tokens = Some(tokens);
        self
    }

    /// Answers `request` with whatever the module answers.
    pub async fn forward(&self, request: &HttpRequest, payload: Payload, from: ForwardedFor<'_>) -> HttpResponse {
        match self.exchange(request, payload, from).await {
            Ok(response) => response,
            Err(trouble) => trouble.respond(&self.module, from.request_id, self.config.retry_after_seconds),
        }
    }

    async fn exchange(
        &self,
        request: &HttpRequest,
        payload: Payload,
        from: ForwardedFor<'_>,
    ) -> Result<HttpResponse, ForwardFailure> {
        let idle = Duration::from_millis(self.config.idle_timeout_ms);
        let (body, pump) = body::request_body(request, payload, idle);
        let mut pump = pump.boxed_local();
        let mut sending = self.http.request(self.outgoing(request, body, &from)?).boxed_local();
        let (head, pump) = tokio::select! {
            head = &mut sending => (head, Some(pump)),
            pumped = &mut pump => {
                pumped.allows()?;
                (self.first_byte(sending).await?, None)
            }
        };
        let head = head.map_err(|error| self.unanswered(&error))?;
        Ok(respond(head, request.method() == ActixMethod::HEAD, pump, idle))
    }

    /// The patience begins when the request is sent: an upload may take as long as it moves.
    async fn first_byte(
        &self,
        sending: impl Future<Output = Result<Response<Incoming>, ClientFailure>>,
    ) -> Result<Result<Response<Incoming>, ClientFailure>, ForwardFailure> {
        let patience = Duration::from_millis(self.config.first_byte_timeout_ms);
        timeout(patience, sending).await.map_err(|_| ForwardFailure::TooSlow)
    }

    fn outgoing(
        &self,
        request: &HttpRequest,
        body: RequestBody,
        from: &ForwardedFor<'_>,
    ) -> Result<Request<RequestBody>, ForwardFailure> {
        let method =
            Method::from_bytes(request.method().as_str().as_bytes()).map_err(|_| ForwardFailure::Unforwardable)?;
        let mut outgoing = Request::new(body);
        *outgoing.method_mut() = method;
        *outgoing.uri_mut() = self.base.address_of(request).ok_or(ForwardFailure::Unforwardable)?;
        *outgoing.headers_mut() = headers::outgoing(request, from, self.proof()?);
        Ok(outgoing)
    }

    fn proof(&self) -> Result<Option<Bearer>, ForwardFailure> {
        let proof = self.tokens.as_ref().map(|tokens| tokens.bearer(&audience(&self.module)));
        proof.transpose().map_err(|_| ForwardFailure::Unforwardable)
    }

    fn unanswered(&self, error: &ClientFailure) -> ForwardFailure {
        let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
        tracing::warn!(module = self.module, %error, cause, "a public request could not be forwarded");
        ForwardFailure::Away
    }
}

impl Base {
    fn of(address: &str) -> Result<Self, ClientError> {
        let refused = || ClientError::Address { address: address.to_owned() };
        let uri: Uri = base_address(address)?.parse().map_err(|_| refused())?;
        match (uri.scheme_str(), uri.authority()) {
            (Some("http"), Some(authority)) => {
                Ok(Self { authority: authority.clone(), path: uri.path().trim_end_matches('/').to_owned() })
            }
            _ => Err(refused()),
        }
    }

    /// Path and query byte for byte: nothing is decoded, encoded or normalised.
    fn address_of(&self, request: &HttpRequest) -> Option<Uri> {
        let asked = request.uri().path_and_query().map_or("/", |asked| asked.as_str());
        let path = PathAndQuery::try_from(format!("{}{asked}", self.path)).ok()?;
        Uri::builder().scheme("http").authority(self.authority.clone()).path_and_query(path).build().ok()
    }
}

fn respond(
    head: Response<Incoming>,
    bodiless: bool,
    pump: Option<futures_util::future::LocalBoxFuture<'static, Pumped>>,
    idle: Duration,
) -> HttpResponse {
    let (head, incoming) = head.into_parts();
    let status = StatusCode::from_u16(head.status.as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = HttpResponse::build(status);
    headers::incoming(&head.headers, &mut response);
    let length = headers::content_length(&head.headers);
    match status {
        StatusCode::NO_CONTENT => response.finish(),
        StatusCode::NOT_MODIFIED => {
            if let Some(length) = length {
                response.insert_header((CONTENT_LENGTH, length));
            }
            response.finish()
        }
        _ if bodiless => body::none_of(&mut response, length),
        _ => body::answer_body(&mut response, length, body::stream(incoming, pump, idle)),
    }
}
