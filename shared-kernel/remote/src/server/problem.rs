use std::fmt;

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use port::PortResponse;

/// A request that goes no further, with the problem document that says why. A handler's `?` sends it.
#[derive(Debug)]
pub struct Refused(pub PortResponse);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused with {}", self.0.status)
    }
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        status_of(&self.0)
    }

    fn error_response(&self) -> HttpResponse {
        respond(self.0.clone())
    }
}

/// An answer, or a problem document, as HTTP.
pub(super) fn respond(response: PortResponse) -> HttpResponse {
    let status = status_of(&response);
    let mut answer = HttpResponse::build(status);
    if status == StatusCode::UNAUTHORIZED {
        answer.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    let kind = if status == StatusCode::OK { "application/json" } else { "application/problem+json" };
    answer.insert_header((header::CONTENT_TYPE, kind)).insert_header((header::CACHE_CONTROL, "no-store"));
    answer.body(response.body)
}

fn status_of(response: &PortResponse) -> StatusCode {
    StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

pub(super) async fn wrong_method() -> HttpResponse {
    respond(PortResponse::problem("method-not-allowed", 405, "calls are posted, and meta is read with GET"))
}

pub(super) async fn unknown_path() -> HttpResponse {
    respond(PortResponse::problem(
        "not-found",
        404,
        "there is POST /ports/{port}/v{version}/{method}, GET /ports/{port}/meta and GET /modules/{module}/meta",
    ))
}
