use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use port::{Executed, PortRequest, PortResponse, TransportError, context};
use reqwest::{
    Method, RequestBuilder, Response, StatusCode,
    header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use tokio::time::timeout;
use tower::Service;

use super::failure::{Failure, Stage};
use crate::{
    client::{BodyError, RemoteClient, read_body},
    token::TokenError,
};

/// Posts a call once.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    client: RemoteClient,
    answer_limit: usize,
}

/// One call, over all of its attempts.
#[derive(Debug)]
pub(super) struct Call {
    request: PortRequest,
    body: Bytes,
    /// Whether an attempt may have had its effect, although a later one surely had not.
    maybe_executed: AtomicBool,
}

impl Call {
    pub(super) fn new(mut request: PortRequest) -> Self {
        let body = std::mem::take(&mut request.body).into();
        Self { request, body, maybe_executed: AtomicBool::new(false) }
    }

    pub(super) const fn is_repeatable(&self) -> bool {
        self.request.may_be_repeated()
    }

    pub(super) fn time_left(&self) -> Duration {
        self.request.time_left()
    }

    /// What the last attempt says is not the whole truth when an earlier one may have had its effect.
    pub(super) fn truth_of(&self, last: TransportError) -> TransportError {
        if !self.maybe_executed.load(Ordering::Relaxed) {
            return last;
        }
        let executed = Executed::Maybe;
        match last {
            TransportError::Unavailable { .. } | TransportError::Overloaded { .. } => {
                TransportError::Unavailable { executed }
            }
            TransportError::Deadline { .. } => TransportError::Deadline { executed },
            TransportError::Incompatible => last,
        }
    }
}

impl Service<Arc<Call>> for Attempt {
    type Response = PortResponse;
    type Error = Failure;
    type Future = BoxFuture<'static, Result<PortResponse, Failure>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: Arc<Call>) -> Self::Future {
        let attempt = self.clone();
        Box::pin(async move {
            let outcome = attempt.within_time(&call).await;
            if let Err(failure) = outcome
                && failure.may_have_executed()
            {
                call.maybe_executed.store(true, Ordering::Relaxed);
            }
            outcome
        })
    }
}

impl Attempt {
    pub(super) const fn new(client: RemoteClient, answer_limit: usize) -> Self {
        Self { client, answer_limit }
    }

    async fn within_time(&self, call: &Call) -> Result<PortResponse, Failure> {
        let left = call.time_left();
        if left.is_zero() {
            return Err(Failure::late(Executed::No));
        }
        match timeout(left, self.exchange(call)).await {
            Ok(outcome) => outcome,
            Err(_elapsed) => Err(Failure::late(Executed::Maybe)),
        }
    }

    async fn exchange(&self, call: &Call) -> Result<PortResponse, Failure> {
        let path = call.request.path();
        let response = self.write(call, &path)?.send().await.map_err(|error| self.unsent(&path, &error))?;
        let response = self.read(response, &path).await?;
        match response.failure(call.request.port) {
            None => Ok(response),
            Some(_) if matches!(response.status, 401 | 403) => Err(self.not_admitted(&path, &response)),
            Some(error) => Err(Failure::new(Stage::Told, error)),
        }
    }

    fn write(&self, call: &Call, path: &str) -> Result<RequestBuilder, Failure> {
        let request = self.client.request(Method::POST, path).map_err(|error| self.unsigned(&error))?;
        let headers = headers(&call.request).ok_or(Failure::new(Stage::Writing, TransportError::Incompatible))?;
        Ok(request.headers(headers).body(call.body.clone()))
    }

    /// Only what is, or may be, an answer to this call; anything else says that this is no server of ports.
    async fn read(&self, response: Response, path: &str) -> Result<PortResponse, Failure> {
        let status = response.status();
        if !is_json(response.headers()) && (status.is_success() || status.is_redirection()) {
            tracing::error!(module = self.client.module(), path, %status, "the far side of a port answered, but not with JSON");
            return Err(Failure::new(Stage::Reading, TransportError::Incompatible));
        }
        let body = read_body(response, self.answer_limit).await.map_err(|error| self.unread(path, &error))?;
        if status.is_success() && status != StatusCode::OK {
            return Err(Failure::new(Stage::Reading, TransportError::Incompatible));
        }
        Ok(PortResponse { status: status.as_u16(), body: body.into() })
    }

    fn unsent(&self, path: &str, error: &reqwest::Error) -> Failure {
        let (at, executed) =
            if error.is_connect() { (Stage::Connecting, Executed::No) } else { (Stage::Waiting, Executed::Maybe) };
        tracing::debug!(module = self.client.module(), path, cause = root(error), "no answer to a call");
        Failure::unavailable(at, executed)
    }

    fn unread(&self, path: &str, error: &BodyError) -> Failure {
        let module = self.client.module();
        match error {
            BodyError::TooLarge { limit } => {
                tracing::error!(module, path, limit, "an answer is larger than answer_limit_bytes");
                Failure::unavailable(Stage::Reading, Executed::Maybe)
            }
            BodyError::Broken(error) => {
                tracing::debug!(module, path, cause = root(error), "an answer broke off");
                Failure::unavailable(Stage::Waiting, Executed::Maybe)
            }
        }
    }

    fn not_admitted(&self, path: &str, response: &PortResponse) -> Failure {
        let detail = detail(&response.body);
        let (module, status) = (self.client.module(), response.status);
        tracing::error!(module, path, status, detail, "the far side refuses our service token");
        Failure::unavailable(Stage::Admission, Executed::No)
    }

    fn unsigned(&self, error: &TokenError) -> Failure {
        tracing::error!(module = self.client.module(), %error, "a call could not be signed");
        Failure::unavailable(Stage::Writing, Executed::No)
    }
}

/// `None` when the context has a value that no header can have, or that would arrive without its outer spaces.
fn headers(request: &PortRequest) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json, application/problem+json"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in context::to_headers(&request.context).ok()? {
        if value.trim_matches([' ', '\t']) != value {
            return None;
        }
        headers.insert(HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?);
    }
    Some(headers)
}

/// `application/json` or anything `+json`, with or without parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let essence = |value: &HeaderValue| {
        let text = value.to_str().unwrap_or_default();
        text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    };
    headers.get(CONTENT_TYPE).map(essence).is_some_and(|kind| kind == "application/json" || kind.ends_with("+json"))
}

/// The innermost cause, which says more than its wrappings.
pub(crate) fn root(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// What a problem document says, when it is one.
pub(crate) fn detail(body: &[u8]) -> String {
    let document: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let detail = document.as_ref().and_then(|document| document.get("detail")?.as_str());
    detail.unwrap_or("it does not say why").chars().take(300).collect()
}
