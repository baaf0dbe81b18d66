//! The call context as header pairs, and back.
//!
//! The deadline travels as the time that is left, because two machines' clocks need not agree.

use std::time::Duration;

use kernel::{CallContext, Principal};
use uuid::Uuid;

pub const DEADLINE_MS: &str = "banyan-deadline-ms";
pub const CORRELATION: &str = "banyan-correlation";
pub const PRINCIPAL: &str = "banyan-principal";
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
pub const TRACEPARENT: &str = "traceparent";

/// Every header of a context.
pub const NAMES: [&str; 5] = [DEADLINE_MS, CORRELATION, PRINCIPAL, IDEMPOTENCY_KEY, TRACEPARENT];

/// A header that no context could have written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the header {0} cannot be read")]
pub struct BadHeader(pub &'static str);

/// What to send along. Headers that a context does not need are left out. The texts are as the context has them:
/// a transport that allows only some letters refuses the others.
pub fn to_headers(cx: &CallContext) -> Result<Vec<(&'static str, String)>, BadHeader> {
    let principal = serde_json::to_string(&cx.principal).map_err(|_| BadHeader(PRINCIPAL))?;
    let mut headers = vec![(PRINCIPAL, principal)];
    let left_ms = cx.remaining().map(|left| left.as_millis().to_string());
    let optional = [
        (DEADLINE_MS, left_ms),
        (CORRELATION, cx.correlation.map(|correlation| correlation.to_string())),
        (IDEMPOTENCY_KEY, cx.idempotency_key.clone()),
        (TRACEPARENT, cx.traceparent.clone()),
    ];
    headers.extend(optional.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))));
    Ok(headers)
}

/// Reads the context of a call. `header` finds a header's value by its name in lower case.
///
/// A header that cannot be read is an error and never a default: a call must not lose its deadline, nor gain
/// another principal, on the way.
pub fn from_headers<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Result<CallContext, BadHeader> {
    let principal: Principal = match header(PRINCIPAL) {
        Some(text) => serde_json::from_str(text).map_err(|_| BadHeader(PRINCIPAL))?,
        None => Principal::default(),
    };
    let correlation = header(CORRELATION).map(Uuid::parse_str).transpose().map_err(|_| BadHeader(CORRELATION))?;
    let mut cx = CallContext::for_principal(principal);
    cx.correlation = correlation;
    cx.traceparent = header(TRACEPARENT).map(str::to_owned);
    cx.idempotency_key = header(IDEMPOTENCY_KEY).map(str::to_owned);
    match header(DEADLINE_MS) {
        None => Ok(cx),
        Some(text) => text
            .parse()
            .ok()
            .filter(|left_ms| *left_ms <= LONGEST_MS)
            .map(|left_ms| cx.within(Duration::from_millis(left_ms)))
            .ok_or(BadHeader(DEADLINE_MS)),
    }
}

/// One day. Beyond it a deadline is a mistake, and far beyond it the clock cannot hold it.
const LONGEST_MS: u64 = 24 * 60 * 60 * 1000;
