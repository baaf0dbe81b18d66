//! A JSON body: read up to a limit, decoded strictly, checked against the rules of its type.

use std::{ops::Deref, time::Duration};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use garde::Validate;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::{ApiError, ApiResult, Caller};

mod decode;
mod pointer;
mod read;
mod strings;

/// How many bytes a body may have. An `app_data` of the application or of any scope in it; the innermost counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimit(pub usize);

impl Default for BodyLimit {
    fn default() -> Self {
        Self(64 * 1024)
    }
}

/// How long a body may take that is read whole. An `app_data` of the application.
///
/// Every 8 KiB that have come give a second more, so that a large body on a slow line is read, and one that trickles
/// is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyDeadline(pub Duration);

impl Default for BodyDeadline {
    fn default() -> Self {
        Self(Duration::from_secs(15))
    }
}

/// The body as it came, within [`BodyLimit`] and [`BodyDeadline`].
#[derive(Debug, Clone)]
pub struct RawBody(pub Bytes);

impl FromRequest for RawBody {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, ApiResult<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limits = Limits::of(request);
        let announced = limits.announced(request.headers());
        let payload = payload.take();
        Box::pin(async move {
            announced?;
            read::whole(payload, limits).await.map(Self)
        })
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
        let limits = Limits::of(request);
        let announced = announced(request.headers()).and_then(|()| limits.announced(request.headers()));
        let buyer = !Caller::of(request).is_ok_and(|caller| caller.is_admin());
        let payload = payload.take();
        Box::pin(async move {
            announced?;
            let raw = read::whole(payload, limits).await?;
            strings::judge(&raw, buyer)?;
            let value: T = decode::strictly(&raw)?;
            value.validate().map_err(|report| pointer::of_report(&report))?;
            Ok(Self { value, raw })
        })
    }
}

/// What a body that is read whole must keep to.
#[derive(Debug, Clone, Copy)]
struct Limits {
    bytes: usize,
    deadline: Duration,
}

impl Limits {
    fn of(request: &HttpRequest) -> Self {
        let BodyLimit(bytes) = request.app_data().copied().unwrap_or_default();
        let BodyDeadline(deadline) = request.app_data().copied().unwrap_or_default();
        Self { bytes, deadline }
    }

    /// Refuses a body by its length before any of it is read.
    fn announced(self, headers: &HeaderMap) -> ApiResult<()> {
        let length = header(headers, &CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok()).unwrap_or_default();
        let fits = usize::try_from(length).is_ok_and(|length| length <= self.bytes);
        if fits { Ok(()) } else { Err(ApiError::too_large(self.bytes)) }
    }
}

/// What the headers alone give away.
fn announced(headers: &HeaderMap) -> ApiResult<()> {
    if !header(headers, &CONTENT_TYPE).is_some_and(is_json) {
        return Err(ApiError::unsupported_media_type("the body must be application/json in UTF-8"));
    }
    let mut codings = headers.get_all(CONTENT_ENCODING).map(HeaderValue::as_bytes);
    if codings.any(|coding| !coding.eq_ignore_ascii_case(b"identity")) {
        return Err(ApiError::unsupported_media_type("the body must not be compressed"));
    }
    Ok(())
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
