//! What a body may be, and where a refusal points.

use std::time::Duration;

use actix_web::{
    FromRequest as _,
    http::header,
    test::TestRequest,
    web::{self, ServiceConfig},
};
use bytes::Bytes;
use garde::Validate;
use kernel::{Money, Sku};
use serde::{Deserialize, Serialize};

use super::{Reply, ask};
use crate::{ApiResult, Body, BodyDeadline, BodyLimit, Json, RawBody};

#[derive(Debug, Deserialize, Serialize, Validate)]
#[serde(deny_unknown_fields)]
struct CartBody {
    #[garde(length(bytes, min = 1, max = 10))]
    name: String,
    #[serde(default)]
    #[garde(dive, length(max = 3))]
    lines: Vec<LineBody>,
    #[serde(default)]
    #[garde(skip)]
    price: Option<Money>,
}

#[derive(Debug, Deserialize, Serialize, Validate)]
#[serde(deny_unknown_fields)]
struct LineBody {
    #[garde(skip)]
    sku: Sku,
    #[garde(range(min = 1, max = 100_000))]
    quantity: i64,
}

fn routes(config: &mut ServiceConfig) {
    let take = |body: Body<CartBody>| async move { ApiResult::Ok(Json(body.into_inner())) };
    let print = |body: Body<CartBody>| async move { Json((body.name.clone(), body.fingerprint_hex())) };
    config
        .route("/", web::post().to(take))
        .route("/print", web::post().to(print))
        .service(web::scope("/large").app_data(BodyLimit(2_000)).route("", web::post().to(take)))
        .service(web::scope("/small").app_data(BodyLimit(10)).route("", web::post().to(take)));
}

async fn post(path: &str, kind: &str, body: impl Into<Vec<u8>>) -> Reply {
    let request = TestRequest::post().uri(path).insert_header((header::CONTENT_TYPE, kind));
    ask(request.set_payload(body.into()), routes).await
}

#[actix_web::test]
async fn a_body_that_breaks_a_rule_is_a_422_that_points_at_it() {
    for (body, code, pointer) in [
        (r#"{"name": "a", "nick": 1}"#, "unknown-field", "/nick"),
        (r#"{"name": "a", "lines": [{"sku": "A", "quantity": 1, "price": 5}]}"#, "unknown-field", "/lines/0/price"),
        (r#"{"name": "a", "price": {"amount": 1, "currency": "GBP", "x": 1}}"#, "unknown-field", "/price/x"),
        (r#"{"a/b~c": 1}"#, "unknown-field", "/a~1b~0c"),
        ("{}", "missing-field", "/name"),
        (r#"{"name": "a", "lines": [{"sku": "A"}]}"#, "missing-field", "/lines/0/quantity"),
        (r#"{"name": "a", "name": "b"}"#, "duplicate-field", "/name"),
        (r#"{"name": 5}"#, "wrong-type", "/name"),
        (r#"{"name": null}"#, "wrong-type", "/name"),
        ("[]", "invalid-value", ""),
        ("7", "wrong-type", ""),
        (r#"{"name": "a", "lines": [{"sku": "A", "quantity": 1.5}]}"#, "wrong-type", "/lines/0/quantity"),
        (r#"{"name": "a", "lines": [{"sku": "A", "quantity": "1"}]}"#, "wrong-type", "/lines/0/quantity"),
        (
            r#"{"name": "a", "lines": [{"sku": "A", "quantity": 9223372036854775808}]}"#,
            "out-of-range",
            "/lines/0/quantity",
        ),
        (r#"{"name": "a", "lines": [{"sku": "A", "quantity": 1e999}]}"#, "out-of-range", "/lines/0/quantity"),
        (r#"{"name": "a", "lines": [{"sku": "A/B", "quantity": 1}]}"#, "invalid-value", "/lines/0/sku"),
        (r#"{"name": "a", "price": {"amount": 1, "currency": "XXX"}}"#, "invalid-value", "/price/currency"),
        (r#"{"name": ""}"#, "invalid-value", "/name"),
        (r#"{"name": "a", "lines": [{"sku": "A", "quantity": 0}]}"#, "invalid-value", "/lines/0/quantity"),
    ] {
        let reply = post("/", "application/json", body).await;
        let place = reply.json()["errors"][0].clone();
        assert_eq!((reply.status, reply.code().as_str()), (422, code), "{body}: {}", reply.json());
        assert_eq!(place["pointer"], pointer, "{body}");
        assert_eq!(place["code"], code, "{body}");
        assert!(!place["message"].as_str().unwrap().contains("line 1 column"), "{place}");
    }
}

#[actix_web::test]
async fn every_broken_rule_is_told_at_once() {
    let body = r#"{"name": "", "lines": [{"sku": "A", "quantity": 1}, {"sku": "B", "quantity": -1}]}"#;
    let errors = post("/", "application/json", body).await.json()["errors"].clone();
    let errors = errors.as_array().unwrap();
    let mut pointers: Vec<&str> = errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/lines/1/quantity", "/name"]);
}

#[actix_web::test]
async fn what_is_not_json_is_a_400_even_after_another_mistake() {
    for body in [
        b"".as_slice(),
        b"   ",
        b"{",
        b"{\"name\": \"a\",}",
        b"{\"name\": \"a\"} x",
        b"{\"nick\": 1, \"name\": ",
        b"name=a",
        b"{\"name\": \"\xff\"}",
        b"{\"nick\": \"\xff\"}",
        b"\xef\xbb\xbf{\"name\": \"a\"}",
    ] {
        let reply = post("/", "application/json", body).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, "malformed"), "{:?}", String::from_utf8_lossy(body));
    }
}

#[actix_web::test]
async fn only_json_in_utf_8_is_taken() {
    let body = r#"{"name": "a"}"#;
    for (kind, status) in [
        ("application/json", 200),
        ("Application/JSON; charset=UTF-8", 200),
        ("application/json; charset=\"utf-8\"", 200),
        ("application/json; charset=latin1", 415),
        ("application/jsonp", 415),
        ("text/plain", 415),
        ("", 415),
    ] {
        assert_eq!(post("/", kind, body).await.status, status, "{kind:?}");
    }
    let unnamed = ask(TestRequest::post().set_payload(body), routes).await;
    assert_eq!((unnamed.status, unnamed.code().as_str()), (415, "unsupported-media-type"));
    let packed = TestRequest::post()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::CONTENT_ENCODING, "gzip"));
    assert_eq!(ask(packed.set_payload(body), routes).await.status, 415);
}

#[actix_web::test]
async fn the_innermost_limit_counts() {
    let padded = |length: usize| format!("{:length$}", r#"{"name": "a"}"#);
    for (path, length, status) in
        [("/", 200, 200), ("/", 201, 413), ("/large", 2_000, 200), ("/large", 2_001, 413), ("/small", 13, 413)]
    {
        let reply = post(path, "application/json", padded(length)).await;
        assert_eq!(reply.status, status, "{path} {length}");
        assert!(status == 200 || reply.code() == "too-large");
    }
}

#[actix_web::test]
async fn the_fingerprint_is_of_the_bytes_as_they_came() {
    let print = async |body: &str| post("/print", "application/json", body).await.json()[1].clone();
    let empty_name = print(r#"{"name":"a"}"#).await;
    assert_eq!(empty_name.as_str().unwrap().len(), 64);
    assert_eq!(empty_name, print(r#"{"name":"a"}"#).await);
    assert_ne!(empty_name, print(r#"{"name": "a"}"#).await);
}

#[actix_web::test]
async fn a_compressed_body_is_a_415_on_any_line() {
    for lines in [&["gzip"][..], &["identity", "gzip"], &["gzip, identity"]] {
        let request = TestRequest::post().uri("/").insert_header((header::CONTENT_TYPE, "application/json"));
        let request =
            lines.iter().fold(request, |request, line| request.append_header((header::CONTENT_ENCODING, *line)));
        let reply = ask(request.set_payload("{}"), routes).await;
        assert_eq!((reply.status, reply.code().as_str()), (415, "unsupported-media-type"), "{lines:?}");
    }
}

/// A body that comes in pieces, each after a pause.
fn pieces(count: u32, size: usize, pause: Duration) -> actix_web::dev::Payload {
    let piece = move |left: u32| async move {
        let left = left.checked_sub(1)?;
        tokio::time::sleep(pause).await;
        Some((Ok(Bytes::from(vec![b' '; size])), left))
    };
    actix_web::dev::Payload::Stream { payload: Box::pin(futures_util::stream::unfold(count, piece)) }
}

#[actix_web::test]
async fn a_body_that_is_read_whole_has_a_deadline_for_the_whole() {
    let request =
        TestRequest::default().app_data(BodyDeadline(Duration::from_millis(300))).app_data(BodyLimit(1 << 20));
    let request = request.to_http_request();
    for (count, size, pause, status) in [
        (20, 1, Duration::from_millis(50), Some(408)),
        (3, 1, Duration::from_millis(20), None),
        (10, 8 * 1024, Duration::from_millis(50), None), // large enough for the time that it takes
    ] {
        let read = RawBody::from_request(&request, &mut pieces(count, size, pause)).await;
        assert_eq!(read.err().map(|error| error.status().as_u16()), status, "{count} pieces of {size}");
    }
}
