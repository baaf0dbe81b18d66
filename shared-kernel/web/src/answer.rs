//! A handler's successful answer.

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    http::{
        StatusCode,
        header::{ContentType, HeaderName, HeaderValue, LOCATION, RETRY_AFTER},
    },
};
use bytes::Bytes;
use serde::Serialize;

use crate::{
    API_BASE, ApiError, ApiResult, RequestId,
    problem::{PROBLEM_JSON, retry_after_seconds},
};

static IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// 200 with a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json<T>(pub T);

/// 201 with a body and the address of what was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created<T> {
    location: String,
    view: T,
}

/// 204.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoContent;

/// An answer that is encoded already: one that is stored under an idempotency key, or was read from there.
///
/// From status 400 on, the body is a problem document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub body: Bytes,
    pub location: Option<String>,
    /// Whether this was said before.
    pub replayed: bool,
}

impl<T> Created<T> {
    /// `location` is a path below the API's base, such as `/orders/…`.
    pub fn at(location: impl Into<String>, view: T) -> Self {
        Self { location: location.into(), view }
    }
}

impl Answer {
    /// Encodes `view`, to be sent and perhaps stored.
    pub fn encode<T: Serialize>(status: u16, view: &T) -> ApiResult<Self> {
        let body = serde_json::to_vec(view).map_err(ApiError::internal)?.into();
        Ok(Self { status, body, location: None, replayed: false })
    }

    /// Encodes a refusal that repeats must see again.
    pub fn refuse(error: &ApiError, request_id: &RequestId) -> Self {
        let body = error.body(Some(request_id.as_str())).into();
        Self { status: error.status().as_u16(), body, location: None, replayed: false }
    }

    /// `location` is a path below the API's base, such as `/orders/…`.
    #[must_use]
    pub fn at(mut self, location: impl Into<String>) -> Self {
        self.location = Some(location.into());
        self
    }
}

impl<T: Serialize> Responder for Json<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        encoded(StatusCode::OK, &self.0)
    }
}

impl<T: Serialize> Responder for Created<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let mut response = encoded(StatusCode::CREATED, &self.view);
        locate(&mut response, &self.location);
        response
    }
}

impl Responder for NoContent {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::new(StatusCode::NO_CONTENT)
    }
}

impl Responder for Answer {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let Ok(status) = StatusCode::from_u16(self.status) else {
            return HttpResponse::from_error(ApiError::internal(format!("{} is not a status", self.status)));
        };
        let mut response = json(status, self.body);
        if status.is_client_error() || status.is_server_error() {
            response
                .headers_mut()
                .insert(actix_web::http::header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        }
        if let Some(location) = &self.location {
            locate(&mut response, location);
        }
        // Under this key it stays as it is; with another there is hope, of which the first answer tells.
        if let Some(seconds) = retry_after_seconds(status).filter(|_| !self.replayed) {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        if self.replayed {
            response.headers_mut().insert(IDEMPOTENCY_REPLAYED.clone(), HeaderValue::from_static("true"));
        }
        response
    }
}

fn encoded<T: Serialize>(status: StatusCode, view: &T) -> HttpResponse {
    match serde_json::to_vec(view) {
        Ok(body) => json(status, body.into()),
        Err(error) => HttpResponse::from_error(ApiError::internal(error)),
    }
}

fn json(status: StatusCode, body: Bytes) -> HttpResponse {
    HttpResponse::build(status).content_type(ContentType::json()).body(body)
}

/// A path that already begins at the API's base is left alone.
fn locate(response: &mut HttpResponse, path: &str) {
    let address = if path.starts_with(API_BASE) { path.to_owned() } else { format!("{API_BASE}{path}") };
    if let Ok(address) = HeaderValue::try_from(address) {
        response.headers_mut().insert(LOCATION, address);
    }
}
