//! A module's problem becomes the right document, and its insides stay inside.

use std::{error::Error, fmt};

use actix_web::{HttpResponse, test::TestRequest, web};
use kernel::{Kind, Problem};
use serde_json::{Value, json};

use super::{Reply, ask_route};
use crate::{ApiError, ApiResult, NoContent};

#[derive(Debug, Clone)]
struct SampleProblem {
    kind: Kind,
    extensions: Option<Value>,
    source: Sql,
}

#[derive(Debug, Clone)]
struct Sql;

impl fmt::Display for Sql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SELECT secret FROM keys")
    }
}

impl Error for Sql {}

impl fmt::Display for SampleProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("trouble with the widget")
    }
}

impl Error for SampleProblem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

impl Problem for SampleProblem {
    fn kind(&self) -> Kind {
        self.kind
    }

    fn code(&self) -> &'static str {
        "widget-trouble"
    }

    fn extensions(&self) -> Option<Value> {
        self.extensions.clone()
    }
}

async fn answer_to(kind: Kind, extensions: Option<Value>) -> Reply {
    let trouble = SampleProblem { kind, extensions, source: Sql };
    let handler = move || {
        let trouble = trouble.clone();
        async move {
            Err(trouble)?;
            ApiResult::Ok(NoContent)
        }
    };
    ask_route(TestRequest::get(), web::get().to(handler)).await
}

#[actix_web::test]
async fn each_kind_has_its_status_and_headers() {
    for (kind, status, header) in [
        (Kind::Malformed, 400, None),
        (Kind::Unauthenticated, 401, Some(("www-authenticate", "Bearer"))),
        (Kind::PaymentDeclined, 402, None),
        (Kind::Forbidden, 403, None),
        (Kind::NotFound, 404, None),
        (Kind::Late, 408, None),
        (Kind::Conflict, 409, None),
        (Kind::Stale, 412, None),
        (Kind::Invalid, 422, None),
        (Kind::TooMany, 429, Some(("retry-after", "1"))),
        (Kind::Unavailable, 503, Some(("retry-after", "1"))),
        (Kind::Internal, 500, None),
    ] {
        let reply = answer_to(kind, None).await;
        assert_eq!((reply.status, reply.code().as_str()), (status, "widget-trouble"), "{kind:?}");
        assert_eq!(reply.json()["title"], "Widget trouble");
        for name in ["www-authenticate", "retry-after"] {
            let expected = header.filter(|(wanted, _)| *wanted == name).map(|(_, value)| value);
            assert_eq!(reply.header(name), expected, "{kind:?} {name}");
        }
    }
}

#[actix_web::test]
async fn a_5xx_shows_nothing_of_the_inside() {
    for kind in [Kind::Internal, Kind::Unavailable] {
        let reply = answer_to(kind, Some(json!({"table": "keys"}))).await;
        let text = String::from_utf8(reply.body.clone()).unwrap();
        for inside in ["SELECT", "the widget", "keys"] {
            assert!(!text.contains(inside), "{kind:?} shows {inside}: {text}");
        }
    }
    let reply = answer_to(Kind::Conflict, None).await;
    assert_eq!(reply.json()["detail"], "trouble with the widget");
    assert!(!String::from_utf8(reply.body).unwrap().contains("SELECT"));
}

#[actix_web::test]
async fn extensions_stand_beside_the_usual_members_and_never_replace_them() {
    let extensions = json!({"lines": [{"sku": "A", "available": 1}], "status": 200, "type": "urn:other"});
    let reply = answer_to(Kind::Conflict, Some(extensions)).await;
    assert_eq!(reply.code(), "widget-trouble");
    assert_eq!(reply.json()["lines"][0]["sku"], "A");
}

#[actix_web::test]
async fn a_422_always_says_where() {
    let whole = answer_to(Kind::Invalid, None).await.json();
    assert_eq!(whole["errors"][0], json!({"pointer": "", "code": "widget-trouble", "message": whole["detail"]}));

    let own = json!([{"pointer": "/lines/0/sku", "code": "unknown-sku", "message": "not sold here"}]);
    let said = answer_to(Kind::Invalid, Some(json!({"errors": own}))).await.json();
    assert_eq!(said["errors"], own);
}

#[actix_web::test]
async fn what_is_written_elsewhere_passes_unchanged() {
    let handler =
        || async { HttpResponse::Conflict().content_type("application/problem+json").body("{\"code\":\"x\"}") };
    let reply = ask_route(TestRequest::get(), web::get().to(handler)).await;
    assert_eq!((reply.status, reply.body.as_slice()), (409, b"{\"code\":\"x\"}".as_slice()));
}

#[test]
fn a_retry_after_can_be_chosen() {
    let response = actix_web::ResponseError::error_response(
        &ApiError::of_status(actix_web::http::StatusCode::TOO_MANY_REQUESTS).retry_after(30),
    );
    assert_eq!(response.headers().get("retry-after").unwrap(), "30");
}

#[test]
fn the_cause_is_the_whole_chain() {
    let error = ApiError::from(SampleProblem { kind: Kind::Internal, extensions: None, source: Sql });
    assert!(format!("{error:?}").contains("trouble with the widget: SELECT secret FROM keys"));
}
