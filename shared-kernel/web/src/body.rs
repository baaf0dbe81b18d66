//! A JSON body: read up to a limit, decoded strictly, checked against the rules of its type.

use std::ops::Deref;

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName},
};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, future::LocalBoxFuture};
use garde::Validate;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::{ApiError, ApiResult, Caller};

mod decode;
mod pointer;
mod raw;
mod strings;

pub use raw::RawBody;

/// How many bytes a body may have. An `app_data` of the application or of any scope in it; the innermost counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimit(pub usize);

impl Default for BodyLimit {
    fn default() -> Self {
        Self(64 * 1024)
    }
}

/// The body as a `T` that keeps its own rules.
///
/// Every string in it keeps the rule of [`kernel::text::forbidden`]. What a buyer sends (anyone but the admin) holds no
/// payment card number.
#[derive(Debug, Clone)]
pub struct Body<T> {
    value: T,
    raw: Bytes,
}

impl<T> Body<T> {
    pub fn into_inner(self) -> T {
        self.value
    }

    /// SHA-256 of the bytes as they came: tells whether a repeated key comes with the same body.
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(&self.raw).into()
    }

    pub fn fingerprint_hex(&self) -> String {
        use std::fmt::Write as _;
        self.fingerprint().iter().fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

impl<T> Deref for Body<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: DeserializeOwned + Validate<Context = ()> + 'static> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, ApiResult<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limit = request.app_data::<BodyLimit>().copied().unwrap_or_default();
        let announced = announced(request.headers(), limit);
        let buyer = !Caller::of(request).is_ok_and(|caller| caller.is_admin());
        let payload = payload.take();
        Box::pin(async move {
            announced?;
            let raw = read(payload, limit).await?;
            strings::judge(&raw, buyer)?;
            let value: T = decode::strictly(&raw)?;
            value.validate().map_err(|report| pointer::of_report(&report))?;
            Ok(Self { value, raw })
        })
    }
}

/// What the headers alone give away.
fn announced(headers: &HeaderMap, limit: BodyLimit) -> ApiResult<()> {
    if !header(headers, &CONTENT_TYPE).is_some_and(is_json) {
        return Err(ApiError::unsupported_media_type("the body must be application/json in UTF-8"));
    }
    if header(headers, &CONTENT_ENCODING).is_some_and(|coding| !coding.eq_ignore_ascii_case("identity")) {
        return Err(ApiError::unsupported_media_type("the body must not be compressed"));
    }
    raw::announced(headers, limit)
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn is_json(media_type: &str) -> bool {
    let mut parts = media_type.split(';').map(str::trim);
    let json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    json && parts.filter_map(|parameter| parameter.split_once('=')).all(|(name, value)| {
        !name.eq_ignore_ascii_case("charset") || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
    })
}

/// A body in one piece, as most are, is not copied.
async fn read(mut payload: Payload, BodyLimit(limit): BodyLimit) -> ApiResult<Bytes> {
    let mut whole = Bytes::new();
    let mut pieces = BytesMut::new();
    while let Some(piece) = payload.next().await {
        let piece = piece.map_err(|error| ApiError::malformed(format!("the body broke off: {error}")))?;
        if whole.len() + pieces.len() + piece.len() > limit {
            return Err(ApiError::too_large(limit));
        }
        if whole.is_empty() && pieces.is_empty() {
            whole = piece;
        } else {
            pieces.extend_from_slice(&std::mem::take(&mut whole));
            pieces.extend_from_slice(&piece);
        }
    }
    Ok(if pieces.is_empty() { whole } else { pieces.freeze() })
}
