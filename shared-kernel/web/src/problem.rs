//! Every refusal, in one shape: RFC 9457 `application/problem+json`.

use std::{borrow::Cow, fmt};

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{ALLOW, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE},
    },
};
use kernel::{Problem, problem::chain};
use serde_json::{Map, Value};

mod status;
mod view;
mod words;

pub(crate) use status::retry_after_seconds;
pub use view::{FieldError, ProblemView};

pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// What a handler returns: an answer, or the reason why there is none.
pub type ApiResult<T> = Result<T, ApiError>;

/// Why a request is refused or failed, as the client will read it.
///
/// Any [`Problem`] becomes one by `?`. It is deliberately neither a `Problem` nor an `Error` itself: it is the end
/// of the line. What caused a 5xx is kept for the log, which [`crate::Guard`] writes once, and is never shown.
#[derive(Debug, Clone)]
pub struct ApiError(Box<Refusal>); // boxed, so that a `Result` stays small

#[derive(Debug, Clone)]
struct Refusal {
    status: StatusCode,
    code: &'static str,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    extensions: Map<String, Value>,
    retry_after_seconds: Option<u32>,
    allow: Option<HeaderValue>,
    cause: Option<String>,
    is_logged: bool,
}

impl ApiError {
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Refusal {
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            extensions: Map::new(),
            retry_after_seconds: status::retry_after_seconds(status),
            allow: None,
            cause: None,
            is_logged: true,
        }))
    }

    /// Adds a member beside the usual ones, such as `lines`. The usual ones cannot be replaced.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.0.extensions.insert(member.to_owned(), value.into());
        self
    }

    /// Says when to come back; 503 and 429 say one second unless told otherwise.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after_seconds = Some(seconds);
        self
    }

    /// What the log says, and the client does not.
    #[must_use]
    pub fn caused_by(mut self, cause: impl fmt::Display) -> Self {
        self.0.cause = Some(cause.to_string());
        self
    }

    /// Keeps a 5xx that comes in floods out of the log. The code that makes it logs a summary.
    #[must_use]
    pub fn unlogged(mut self) -> Self {
        self.0.is_logged = false;
        self
    }

    /// Says it in other words than the constructor did.
    pub(crate) fn say(&mut self, detail: String) {
        self.0.detail = detail.into();
    }

    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The document as bytes. The id ties it to the log; it is missing only where no request is at hand.
    pub fn body(&self, request_id: Option<&str>) -> Vec<u8> {
        serde_json::to_vec(&self.view(request_id)).unwrap_or_default()
    }

    /// Writes the line that explains a 5xx. Nothing else does, so each is logged once.
    pub(crate) fn log(&self, request_id: &str) {
        if !self.0.is_logged {
            return;
        }
        let (status, code) = (self.0.status.as_u16(), self.0.code);
        let error = self.0.cause.as_deref().unwrap_or(&self.0.detail);
        match self.0.status {
            StatusCode::SERVICE_UNAVAILABLE => tracing::warn!(status, code, request_id, error, "unavailable"),
            status if status.is_server_error() => {
                tracing::error!(status = status.as_u16(), code, request_id, error, "request failed");
            }
            _ => {}
        }
    }
}

impl<E: Problem> From<E> for ApiError {
    fn from(error: E) -> Self {
        let status = status::of(error.kind());
        if status.is_server_error() {
            return Self::new(status, error.code(), words::detail(status)).caused_by(chain(&error));
        }
        let mut refusal = Self::new(status, error.code(), error.to_string());
        if let Some(Value::Object(members)) = error.extensions() {
            refusal.0.extensions = members;
        }
        refusal
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.0.status.as_u16(), self.0.code, self.0.detail)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.0.status).content_type(PROBLEM_JSON).body(self.body(None));
        let headers = response.headers_mut();
        if self.0.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.0.retry_after_seconds {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if let Some(allow) = &self.0.allow {
            headers.insert(ALLOW, allow.clone());
        }
        response
    }
}
