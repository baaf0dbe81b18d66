//! The guard: ids, headers, panics, and actix's own errors.

use actix_web::{
    HttpResponse,
    http::{Method, header},
    test::TestRequest,
    web,
};
use uuid::Uuid;

use super::{ask, ask_route, fine};
use crate::{ApiError, ApiResult, NoContent, RequestId};

#[actix_web::test]
async fn a_sane_request_id_is_kept_and_any_other_replaced() {
    let long = "x".repeat(129);
    for (sent, kept) in [
        ("abc-123._Z", true),
        (&long[..128], true),
        (long.as_str(), false),
        ("", false),
        ("two words", false),
        ("semi;colon", false),
    ] {
        let reply = ask_route(TestRequest::get().insert_header(("X-Request-Id", sent)), fine()).await;
        let id = reply.header("x-request-id").unwrap();
        assert_eq!(id == sent, kept, "{sent:?} became {id:?}");
        assert!(kept || Uuid::try_parse(id).is_ok_and(|id| id.get_version_num() == 7), "{id}");
    }
}

#[actix_web::test]
async fn the_handler_sees_the_id_of_the_answer() {
    let handler = |id: RequestId| async move { id.as_str().to_owned() };
    let reply = ask_route(TestRequest::get(), web::get().to(handler)).await;
    assert_eq!(reply.header("x-request-id").unwrap().as_bytes(), reply.body);
}

#[actix_web::test]
async fn every_answer_has_the_usual_headers() {
    let refused = || web::get().to(|| async { ApiResult::<NoContent>::Err(ApiError::forbidden()) });
    let panicking = || web::get().to(boom);
    for route in [fine(), refused(), panicking()] {
        let reply = ask_route(TestRequest::get(), route).await;
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert!(reply.header("x-request-id").is_some());
    }
    let kept = || async { HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "public, max-age=5")).finish() };
    let reply = ask_route(TestRequest::get(), web::get().to(kept)).await;
    assert_eq!(reply.header("cache-control"), Some("public, max-age=5"));
}

async fn boom() -> HttpResponse {
    panic!("the secret is 42")
}

#[actix_web::test]
async fn a_panic_is_a_500_that_tells_nothing() {
    let reply = ask_route(TestRequest::get().insert_header(("X-Request-Id", "mine")), web::get().to(boom)).await;
    assert_eq!((reply.status, reply.code().as_str()), (500, "internal-error"));
    assert_eq!(reply.json()["request_id"], "mine");
    assert!(!String::from_utf8(reply.body).unwrap().contains("42"));
}

#[actix_web::test]
async fn what_is_not_there_is_told_from_a_wrong_method() {
    for (method, path, status, code, allow) in [
        (Method::GET, "/nothing", 404, "not-found", None),
        (Method::GET, "/things", 405, "method-not-allowed", Some("POST")),
        (Method::PUT, "/things/7", 405, "method-not-allowed", Some("DELETE, GET, HEAD")),
        (Method::PUT, "/things/7/parts", 404, "not-found", None),
    ] {
        let request = TestRequest::with_uri(path).method(method.clone());
        let reply = ask(request, |config| {
            config.service(web::resource("/things").guard(actix_web::guard::Post()).to(HttpResponse::Ok));
        })
        .await;
        assert_eq!(
            (reply.status, reply.code().as_str(), reply.header("allow")),
            (status, code, allow),
            "{method} {path}"
        );
    }
}

#[actix_web::test]
async fn errors_of_actix_become_problems() {
    let refuse = |status: u16| {
        web::get().to(move || async move {
            HttpResponse::build(status.try_into().unwrap()).content_type("text/html").body("<h1>no")
        })
    };
    for (status, code) in [(400, "malformed"), (404, "not-found"), (413, "too-large"), (500, "internal-error")] {
        let reply = ask_route(TestRequest::get(), refuse(status)).await;
        assert_eq!((reply.status, reply.code().as_str()), (status, code));
    }
    let reply = ask(TestRequest::post().uri("/things/7"), |config| {
        config.service(web::resource("/things/{id}").route(web::get().to(HttpResponse::Ok)));
    })
    .await;
    assert_eq!((reply.code().as_str(), reply.header("allow")), ("method-not-allowed", Some("GET")));
}

/// `/things/special` is no `/things/{id}`, whichever the table knows first.
#[test]
fn the_path_that_is_meant_names_its_methods() {
    use crate::MethodTable;
    let table = MethodTable::default()
        .and("/things/{id}", &[Method::GET, Method::DELETE])
        .and("/things/special", &[Method::POST])
        .and("/{kind}/special", &[Method::PATCH]);
    for (path, methods) in [
        ("/things/special", vec![Method::POST]),
        ("/things/7", vec![Method::DELETE, Method::GET]),
        ("/others/special", vec![Method::PATCH]),
        ("/others/7", vec![]),
    ] {
        assert_eq!(table.known_methods(path), methods, "{path}");
    }
}
