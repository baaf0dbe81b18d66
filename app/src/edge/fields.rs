//! `RateLimit` and `RateLimit-Policy`, as draft-ietf-httpapi-ratelimit-headers-10 writes them: lists of structured fields
//! (RFC 9651). `RateLimit-Policy: "cart";q=300;w=60` is the limit, `RateLimit: "cart";r=298;t=1` what is left of it and in
//! how many seconds it is whole again.

use actix_web::{
    body::BoxBody,
    dev::ServiceResponse,
    http::header::{HeaderMap, HeaderName, HeaderValue},
};

use super::limits::{Left, OverLimit, WINDOW_SECONDS};

static RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
static RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

pub(super) fn write(headers: &mut HeaderMap, left: &Left<'_>) {
    let used = u64::from(left.per_minute.saturating_sub(left.remaining));
    let whole_in = (used * u64::from(WINDOW_SECONDS)).div_ceil(u64::from(left.per_minute.max(1)));
    insert(headers, &RATE_LIMIT, &format!("\"{}\";r={};t={whole_in}", left.policy, left.remaining));
    if let Some(policy) = left.policy_field {
        headers.insert(RATE_LIMIT_POLICY.clone(), policy.clone());
    }
}

/// The same on a refusal: nothing is left, and `t` says when something is.
pub(super) fn refused(mut response: ServiceResponse<BoxBody>, over: &OverLimit) -> ServiceResponse<BoxBody> {
    let OverLimit { policy, per_minute, wait_seconds, .. } = over;
    let headers = response.headers_mut();
    insert(headers, &RATE_LIMIT, &format!("\"{policy}\";r=0;t={wait_seconds}"));
    insert(headers, &RATE_LIMIT_POLICY, &format!("\"{policy}\";q={per_minute};w={WINDOW_SECONDS}"));
    response
}

fn insert(headers: &mut HeaderMap, name: &HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name.clone(), value);
    }
}
