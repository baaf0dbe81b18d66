//! The name of one request, the same in the answer, the problem document and the log.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::{Payload, ServiceRequest},
    http::header::{HeaderMap, HeaderName, HeaderValue},
    web::Data,
};
use kernel::{Ids, card::identifier_holds_card_number, clock::SystemIds};
use uuid::Uuid;

use crate::{ApiError, ApiResult};

pub(crate) static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const MAX_LENGTH: usize = 128;

/// The client's own `X-Request-Id` if it sent a sane one, else a UUIDv7.
#[derive(Debug, Clone)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// Chosen once, by [`crate::Guard`].
    pub(crate) fn choose(request: &ServiceRequest) -> Self {
        sent(request.headers()).map_or_else(|| Self::fresh(request), Self)
    }

    fn fresh(request: &ServiceRequest) -> Self {
        HeaderValue::try_from(next_id(request.request()).to_string()).map_or_else(|_| Self::none(), Self)
    }

    /// Stands where no guard has named the request.
    fn none() -> Self {
        Self(HeaderValue::from_static("none"))
    }

    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// The id as a UUID, when it is one.
    pub fn uuid(&self) -> Option<Uuid> {
        Uuid::try_parse(self.as_str()).ok()
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl FromRequest for RequestId {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(request.extensions().get::<Self>().cloned().unwrap_or_else(Self::none)))
    }
}

/// A new id from the seam that the application was given, so that a seed can replay a run.
pub(crate) fn next_id(request: &HttpRequest) -> Uuid {
    request.app_data::<Data<dyn Ids>>().map_or_else(|| SystemIds.next(), |ids| ids.next())
}

fn sent(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut values = headers.get_all(&X_REQUEST_ID);
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let sane = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let bytes = value.as_bytes();
    let harmless = || value.to_str().is_ok_and(|text| !identifier_holds_card_number(text));
    ((1..=MAX_LENGTH).contains(&bytes.len()) && bytes.iter().all(sane) && harmless()).then(|| value.clone())
}
