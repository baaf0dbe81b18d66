//! What every answer is given on its way out.

use actix_web::{
    Error, HttpResponse,
    body::{BoxBody, EitherBody, MessageBody},
    dev::ServiceResponse,
    error::InternalError,
    http::{
        Method, StatusCode,
        header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, X_CONTENT_TYPE_OPTIONS},
    },
};

use crate::{ApiError, RequestId, entity_tag, problem::PROBLEM_JSON, request_id::X_REQUEST_ID};

/// An answer that came the ordinary way.
pub(super) fn response<B>(mut response: ServiceResponse<B>, id: &RequestId) -> ServiceResponse<EitherBody<B>>
where
    B: MessageBody + 'static,
{
    add_headers(response.headers_mut(), id);
    let Some(problem) = problem_in(response.response()) else {
        return match tag_still_had(&response) {
            Some(tag) => not_modified(response, tag),
            None => response.map_into_left_body(),
        };
    };
    problem.log(id.as_str());
    become_problem(response.headers_mut());
    let body = problem.body(Some(id.as_str()));
    response.map_body(|_, _| EitherBody::right(BoxBody::new(body)))
}

/// An answer for which no request is left: after a panic, or an error that a middleware passed on.
pub(super) fn error(error: &Error, id: &RequestId) -> Error {
    let mut response = error.error_response();
    let problem = error.as_error::<ApiError>().cloned().unwrap_or_else(|| of_status(response.status(), Some(error)));
    problem.log(id.as_str());
    add_headers(response.headers_mut(), id);
    become_problem(response.headers_mut());
    let response = response.set_body(BoxBody::new(problem.body(Some(id.as_str()))));
    InternalError::from_response(problem.to_string(), response).into()
}

/// The client's name for what it reads again, when that has not changed (RFC 9110, 13.2.2).
fn tag_still_had<B>(response: &ServiceResponse<B>) -> Option<HeaderValue> {
    let request = response.request();
    if response.status() != StatusCode::OK || request.method() != Method::GET {
        return None;
    }
    let etag = response.headers().get(ETAG)?.to_str().ok()?;
    HeaderValue::try_from(entity_tag::still_has(request, etag)?).ok()
}

fn not_modified<B>(mut response: ServiceResponse<B>, tag: HeaderValue) -> ServiceResponse<EitherBody<B>> {
    let headers = response.headers_mut();
    headers.insert(ETAG, tag);
    headers.remove(CONTENT_TYPE);
    headers.remove(CONTENT_ENCODING);
    response.response_mut().head_mut().status = StatusCode::NOT_MODIFIED;
    response.map_body(|_, _| EitherBody::right(BoxBody::new(())))
}

/// `None` for what is not an error, and for a problem document that is complete: stored, or another process's.
fn problem_in<B>(response: &HttpResponse<B>) -> Option<ApiError> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    if let Some(problem) = response.error().and_then(Error::as_error::<ApiError>) {
        return Some(problem.clone());
    }
    let written = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == PROBLEM_JSON);
    (!written).then(|| of_status(status, response.error()))
}

fn of_status(status: StatusCode, error: Option<&Error>) -> ApiError {
    let problem = ApiError::of_status(status);
    match error {
        Some(error) => problem.caused_by(error),
        None => problem,
    }
}

fn add_headers(headers: &mut HeaderMap, id: &RequestId) {
    headers.insert(X_REQUEST_ID.clone(), id.header());
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

fn become_problem(headers: &mut HeaderMap) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    headers.remove(CONTENT_ENCODING);
}
