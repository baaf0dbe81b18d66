//! Request headers: idempotency keys and conditions.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};

use crate::{ApiError, ApiResult, entity_tag::Tags, key_strength::is_strong};

mod document;

const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
const IF_MATCH: &str = "If-Match";
const ORDER_TOKEN: &str = "X-Order-Token";

/// Names the effect, so that asking twice has it once: 1 to 255 visible ASCII characters. Required: 400 without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(pub String);

/// The same where it may be left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionalKey(pub Option<String>);

/// The entity tags that the caller has read, those that a strong comparison may find equal. Required: 400 without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(pub String);

/// The same where it may be left out, which means: whatever it is by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionalIfMatch(pub Option<String>);

/// What a guest shows to get at an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderToken(pub Option<String>);

impl IdempotencyKey {
    /// 422 unless the key is as hard to guess as a random UUID: needed where the key is all that a caller is known by.
    pub fn require_strong(&self) -> ApiResult<()> {
        if is_strong(&self.0) {
            return Ok(());
        }
        let detail = "without an account, the Idempotency-Key must be hard to guess: 22 random characters or more, such as \
                      a new UUID for each order";
        Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "weak-idempotency-key", detail))
    }
}

impl IfMatch {
    /// 412 unless `etag`, quotes included, is among the tags (strong comparison, RFC 9110, 13.1.1).
    pub fn require(&self, etag: &str) -> ApiResult<()> {
        let named = self.0.split(',').map(str::trim).any(|tag| tag == "*" || tag == etag);
        if named { Ok(()) } else { Err(ApiError::stale()) }
    }
}

impl OptionalIfMatch {
    /// 412 when there is a tag and it is not `etag`.
    pub fn require(&self, etag: &str) -> ApiResult<()> {
        self.0.as_ref().map_or(Ok(()), |tags| IfMatch(tags.clone()).require(etag))
    }
}

fn idempotency_key(request: &HttpRequest) -> ApiResult<Option<String>> {
    let malformed = || {
        let detail = "Idempotency-Key must be 1 to 255 visible ASCII characters";
        ApiError::new(StatusCode::BAD_REQUEST, "idempotency-key-malformed", detail)
    };
    let visible =
        |value: &&HeaderValue| (1..=255).contains(&value.len()) && value.as_bytes().iter().all(u8::is_ascii_graphic);
    let mut keys = request.headers().get_all(IDEMPOTENCY_KEY);
    match (keys.next(), keys.next()) {
        (None, _) => Ok(None),
        (Some(key), None) => Some(key).filter(visible).and_then(text).map(Some).ok_or_else(malformed),
        (Some(_), Some(_)) => Err(malformed()),
    }
}

fn if_match(request: &HttpRequest) -> ApiResult<Option<String>> {
    let malformed = |_| ApiError::malformed("If-Match must be `*`, or entity tags as they stood in ETag");
    let tags = Tags::of(request.headers(), &header::IF_MATCH).map_err(malformed)?;
    Ok(tags.map(|tags| tags.strong()))
}

fn missing(code: &'static str, detail: &'static str) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, code, detail)
}

fn text(value: &HeaderValue) -> Option<String> {
    value.to_str().ok().map(str::to_owned)
}

/// Extractors that look at headers only.
macro_rules! from_headers {
    ($($header:ident: $read:expr;)+) => {$(
        impl FromRequest for $header {
            type Error = ApiError;
            type Future = Ready<ApiResult<Self>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let read: fn(&HttpRequest) -> ApiResult<Self> = $read;
                ready(read(request))
            }
        }
    )+};
}

from_headers! {
    IdempotencyKey: |request| {
        let none = || missing("idempotency-key-missing", "this operation needs an Idempotency-Key header");
        idempotency_key(request)?.map(Self).ok_or_else(none)
    };
    OptionalKey: |request| idempotency_key(request).map(Self);
    IfMatch: |request| {
        let none = || missing("if-match-missing", "this operation needs an If-Match header with the ETag you read");
        if_match(request)?.map(Self).ok_or_else(none)
    };
    OptionalIfMatch: |request| if_match(request).map(Self);
    OrderToken: |request| Ok(Self(request.headers().get(ORDER_TOKEN).and_then(text)));
}
