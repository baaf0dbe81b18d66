//! The web layer's own refusals, and their texts.

use actix_web::http::{Method, StatusCode, header::HeaderValue};

use super::{ApiError, FieldError};

impl ApiError {
    /// 422 for one place in the body; `pointer` is a JSON pointer such as `/lines/2/quantity`.
    pub fn invalid(pointer: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        let mut refusal = Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, message.clone());
        refusal.0.errors = vec![FieldError { pointer: pointer.into(), code: code.to_owned(), message }];
        refusal
    }

    /// 422 for several places at once.
    pub fn invalid_fields(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [only] => format!("{}: {}", only.pointer, only.message),
            several => format!("{} fields break a rule", several.len()),
        };
        let mut refusal = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-value", detail);
        refusal.0.errors = errors;
        refusal
    }

    /// 400: the request cannot be understood.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", detail.into())
    }

    /// 400, naming the query parameter.
    pub fn bad_parameter(name: &str, message: &str) -> Self {
        Self::parameter("bad-parameter", name, message)
    }

    pub(crate) fn parameter(code: &'static str, name: &str, message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, format!("parameter `{name}`: {message}")).with("parameter", name)
    }

    pub fn unauthenticated() -> Self {
        Self::of_status(StatusCode::UNAUTHORIZED)
    }

    pub fn forbidden() -> Self {
        Self::of_status(StatusCode::FORBIDDEN)
    }

    /// 404, also for what is there but is not the caller's to see.
    pub fn not_found() -> Self {
        Self::of_status(StatusCode::NOT_FOUND)
    }

    pub fn method_not_allowed(known: &[Method]) -> Self {
        let mut refusal = Self::of_status(StatusCode::METHOD_NOT_ALLOWED);
        refusal.0.allow = allow(known);
        refusal
    }

    pub fn too_large(limit_bytes: usize) -> Self {
        let detail = format!("the body is larger than {limit_bytes} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail).with("limit_bytes", limit_bytes)
    }

    pub fn unsupported_media_type(detail: &'static str) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", detail)
    }

    /// 412: the thing has changed since it was read.
    pub fn stale() -> Self {
        Self::of_status(StatusCode::PRECONDITION_FAILED)
    }

    /// 500. `cause` goes to the log only.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::of_status(StatusCode::INTERNAL_SERVER_ERROR).caused_by(cause)
    }

    /// What there is to say when only the status is known.
    pub fn of_status(status: StatusCode) -> Self {
        Self::new(status, code(status), detail(status))
    }
}

/// The value of `Allow`; HEAD is allowed where GET is.
fn allow(known: &[Method]) -> Option<HeaderValue> {
    let head = known.contains(&Method::GET).then_some("HEAD");
    let names: Vec<&str> = known.iter().map(Method::as_str).filter(|name| *name != "HEAD").chain(head).collect();
    HeaderValue::from_str(&names.join(", ")).ok()
}

fn code(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "unauthenticated",
        StatusCode::FORBIDDEN => "forbidden",
        StatusCode::NOT_FOUND => "not-found",
        StatusCode::METHOD_NOT_ALLOWED => "method-not-allowed",
        StatusCode::CONFLICT => "conflict",
        StatusCode::PRECONDITION_FAILED => "stale",
        StatusCode::PAYLOAD_TOO_LARGE => "too-large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "unsupported-media-type",
        StatusCode::UNPROCESSABLE_ENTITY => "invalid-value",
        StatusCode::TOO_MANY_REQUESTS => "too-many-requests",
        StatusCode::SERVICE_UNAVAILABLE => "unavailable",
        status if status.is_server_error() => "internal-error",
        _ => "malformed",
    }
}

pub(super) fn detail(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "this needs a credential, and a good one was not shown",
        StatusCode::FORBIDDEN => "the credential does not allow this",
        StatusCode::NOT_FOUND => "there is nothing here, or nothing that you may see",
        StatusCode::METHOD_NOT_ALLOWED => "this path does not take that method; see Allow",
        StatusCode::CONFLICT => "the state does not allow this now",
        StatusCode::PRECONDITION_FAILED => "it has changed since you read it; read it again",
        StatusCode::PAYLOAD_TOO_LARGE => "the body is too large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "the body is of a type that is not taken here",
        StatusCode::UNPROCESSABLE_ENTITY => "the request breaks a rule",
        StatusCode::TOO_MANY_REQUESTS => "too many requests; see Retry-After",
        StatusCode::SERVICE_UNAVAILABLE => "something that this needs is away; see Retry-After",
        status if status.is_server_error() => "the fault is ours; quote the request id when you tell us",
        _ => "the request cannot be understood",
    }
}
