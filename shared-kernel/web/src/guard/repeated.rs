//! Headers that must not come twice.

use actix_web::http::{StatusCode, header::HeaderMap};

use crate::ApiError;

/// Each has one value. Of two, one reader would take the first and another the last. `Idempotency-Key` has a refusal of
/// its own; `Host`, `Content-Length` and `Transfer-Encoding` are the connection's.
const SINGLE: [&str; 6] =
    ["authorization", "content-type", "webhook-id", "webhook-signature", "webhook-timestamp", "x-order-token"];

/// The name of one that comes twice.
pub(super) fn header(headers: &HeaderMap) -> Option<&'static str> {
    if headers.len() == headers.len_keys() {
        return None;
    }
    SINGLE.into_iter().find(|name| headers.get_all(*name).nth(1).is_some())
}

impl ApiError {
    /// 400: a header that has one value stands there twice.
    pub(super) fn repeated_header(name: &'static str) -> Self {
        let detail = format!("the header {name} stands there more than once");
        Self::new(StatusCode::BAD_REQUEST, "repeated-header", detail).with("header", name)
    }
}
