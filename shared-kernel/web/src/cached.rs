//! Public reads that clients and proxies may keep.

use std::fmt::Write as _;

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, ContentType, ETAG, HeaderValue},
    },
};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::{ApiError, entity_tag};

/// The text of an entity tag, quotes included.
pub type ETag = String;

/// A body that may be cached for a while, and answers 304 to a client that still has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedJson {
    /// JSON, encoded already.
    pub body: Bytes,
    /// A strong one, as from [`strong_etag`].
    pub etag: ETag,
    pub max_age_seconds: u32,
}

impl CachedJson {
    /// Takes the tag from the body itself.
    pub fn of(body: Bytes, max_age_seconds: u32) -> Self {
        let etag = strong_etag(&body);
        Self { body, etag, max_age_seconds }
    }
}

/// The same bytes, the same tag: half a SHA-256, in quotes.
pub fn strong_etag(bytes: &[u8]) -> ETag {
    let digest = Sha256::digest(bytes);
    let mut tag = String::with_capacity(34);
    tag.push('"');
    for byte in digest.iter().take(16) {
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

impl Responder for CachedJson {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let (mut response, etag) = match entity_tag::still_has(request, &self.etag) {
            Some(etag) => (HttpResponse::new(StatusCode::NOT_MODIFIED), etag),
            None => (HttpResponse::Ok().content_type(ContentType::json()).body(self.body), self.etag),
        };
        let kept = format!("public, max-age={}", self.max_age_seconds);
        match (HeaderValue::try_from(etag), HeaderValue::try_from(kept)) {
            (Ok(etag), Ok(kept)) => {
                response.headers_mut().insert(ETAG, etag);
                response.headers_mut().insert(CACHE_CONTROL, kept);
                response
            }
            _ => HttpResponse::from_error(ApiError::internal("an entity tag that is no header value")),
        }
    }
}
