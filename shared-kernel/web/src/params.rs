//! Parameters in the query and in the path.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use futures_util::FutureExt;
use serde::de::DeserializeOwned;

use crate::{ApiError, ApiResult};

/// The query. A parameter that `T` does not know, or cannot read, is a 400 that names it; `T` says
/// `#[serde(deny_unknown_fields)]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query<T>(pub T);

/// What stands in the path's braces. What cannot be read cannot be there: 404.
///
/// Write `Path((id,)): Path<(OrderId,)>`; the crate's page says why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path<T>(pub T);

impl<T> Query<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Path<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let text = request.query_string();
        ready(serde_urlencoded::from_str(text).map(Self).map_err(|_| refusal::<T>(text)))
    }
}

/// Reads once more, this time keeping track of the parameter.
fn refusal<T: DeserializeOwned>(text: &str) -> ApiError {
    let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(text.as_bytes()));
    let Err(error) = serde_path_to_error::deserialize::<_, T>(pairs) else {
        return ApiError::malformed("the query cannot be read");
    };
    let message = error.inner().to_string();
    let quoted = message.split('`').nth(1).unwrap_or_default();
    match message.as_str() {
        text if text.starts_with("unknown field") => ApiError::parameter("unknown-parameter", quoted, "not known here"),
        text if text.starts_with("missing field") => ApiError::parameter("missing-parameter", quoted, "required here"),
        text if text.starts_with("duplicate field") => ApiError::bad_parameter(quoted, "given more than once"),
        text => ApiError::bad_parameter(&error.path().to_string(), text),
    }
}

impl<T: DeserializeOwned> FromRequest for Path<T> {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = web::Path::<T>::from_request(request, payload).now_or_never().and_then(Result::ok);
        ready(read.map(|path| Self(path.into_inner())).ok_or_else(ApiError::not_found))
    }
}
