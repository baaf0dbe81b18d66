use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use serde_json::json;

/// Why a request has no answer from the far side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ForwardFailure {
    /// It cannot be reached, or it broke off before it began to answer.
    Away,
    TooSlow,
    ClientTooSlow,
    ClientGone,
    /// The request cannot be written down for the far side as it came.
    Unforwardable,
}

impl ForwardFailure {
    pub(super) fn respond(self, module: &str, request_id: &str, retry_after_seconds: u32) -> HttpResponse {
        let (status, code, detail) = self.problem(module);
        let mut response = HttpResponse::build(status);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.insert_header((header::RETRY_AFTER, retry_after_seconds));
        }
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
        response.body(
            json!({
                "type": format!("urn:banyan:problem:{code}"),
                "title": code.replace('-', " "),
                "status": status.as_u16(),
                "detail": detail,
                "code": code,
                "request_id": request_id,
            })
            .to_string(),
        )
    }

    fn problem(self, module: &str) -> (StatusCode, &'static str, String) {
        match self {
            Self::Away => {
                let detail = format!("the store's {module} cannot be reached right now");
                (StatusCode::SERVICE_UNAVAILABLE, "module-unavailable", detail)
            }
            Self::TooSlow => {
                let detail = format!("the store's {module} does not answer in time");
                (StatusCode::SERVICE_UNAVAILABLE, "module-too-slow", detail)
            }
            Self::ClientTooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                "body-too-slow",
                "the body of the request did not come in time".to_owned(),
            ),
            Self::ClientGone => {
                (StatusCode::BAD_REQUEST, "broken-body", "the body of the request broke off".to_owned())
            }
            Self::Unforwardable => {
                (StatusCode::BAD_REQUEST, "malformed", "the address of the request cannot be understood".to_owned())
            }
        }
    }
}
