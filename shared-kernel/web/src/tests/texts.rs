//! What no head and no body may hold, whatever the operation.

use actix_web::{
    HttpResponse,
    http::header,
    test::TestRequest,
    web::{self, ServiceConfig},
};
use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{ADMIN_KEY, Reply, ask};
use crate::{Body, Json, Path, RequestId};

#[derive(Debug, Deserialize, Serialize, Validate)]
struct NoteBody {
    #[garde(skip)]
    #[serde(default)]
    note: Value,
    #[garde(skip)]
    #[serde(default)]
    sku: Value,
}

fn routes(config: &mut ServiceConfig) {
    let id = async |id: RequestId| Json(id.as_str().to_owned());
    config
        .route("/", web::get().to(id))
        .route("/things/{name}", web::get().to(async |Path(name): Path<String>| Json(name)))
        .route("/", web::post().to(async |_: Body<NoteBody>| HttpResponse::NoContent()));
}

fn admin(request: TestRequest) -> TestRequest {
    request.insert_header((header::AUTHORIZATION, format!("Bearer {ADMIN_KEY}")))
}

async fn get(uri: &str) -> Reply {
    ask(TestRequest::with_uri(uri), routes).await
}

fn sends(body: &str) -> TestRequest {
    TestRequest::post().insert_header((header::CONTENT_TYPE, "application/json")).set_payload(body.to_owned())
}

#[actix_web::test]
async fn a_path_or_a_query_that_cannot_be_kept_is_a_400() {
    let long = format!("/?query={}", "x".repeat(4_097));
    for (uri, code) in [
        ("/?query=a%00b", "bad-parameter"),
        ("/?query=a%0Ab", "bad-parameter"),
        ("/?query=a%1Bb", "bad-parameter"),
        ("/?query=a%C2%85b", "bad-parameter"),
        ("/?query=a%E2%80%AEb", "bad-parameter"),
        ("/?query=a%E2%81%A6b", "bad-parameter"),
        ("/?query=a%EF%BF%BFb", "bad-parameter"),
        ("/?query=%ED%A0%80", "malformed"),
        ("/?query=%FF", "malformed"),
        ("/?a%00b=c", "malformed"),
        (long.as_str(), "bad-parameter"),
        ("/things/a%00b", "malformed"),
        ("/things/a%E2%80%AEb", "malformed"),
        ("/things/%ED%A0%80", "malformed"),
        ("/nowhere/a%00b", "malformed"),
    ] {
        let reply = get(uri).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, code), "{uri}");
    }
    let named = get("/?query=a%00b").await.json();
    assert_eq!(named["parameter"], "query", "{named}");
    for uri in ["/?query=caf%C3%A9+cr%C3%A8me&&x", "/?query=%F0%9F%91%A9%E2%80%8D%F0%9F%9A%80", "/things/a%20b%C3%A9"] {
        assert_eq!(get(uri).await.status, 200, "{uri}");
    }
}

#[actix_web::test]
async fn every_string_of_a_body_keeps_the_rule() {
    for (body, pointer) in [
        (r#"{"note": "a\u0000b"}"#, "/note"),
        (r#"{"note": ["a", {"b": "\u202e"}]}"#, "/note/1/b"),
        (r#"{"note": {"a\u0000": 1}}"#, "/note"),
        (r#"{"note": "\uffff"}"#, "/note"),
        ("{\"note\": \"\u{7f}\"}", "/note"),
        ("{\"note\": \"a\u{202e}b\"}", "/note"),
    ] {
        for request in [sends(body), admin(sends(body))] {
            let reply = ask(request, routes).await;
            let place = &reply.json()["errors"][0];
            assert_eq!((reply.status, &place["code"]), (422, &json!("invalid-value")), "{body}");
            assert_eq!(place["pointer"], pointer, "{body}");
        }
    }
    for (body, status) in [(r#"{"note": "\ud800"}"#, 422), (r#"{"note": "a\nb\t\r\nc\u200d"}"#, 204)] {
        assert_eq!(ask(sends(body), routes).await.status, status, "{body}");
    }
}

#[actix_web::test]
async fn a_buyer_sends_no_card_number() {
    for (body, pointer) in [
        (r#"{"note": "4111 1111 1111 1111"}"#, "/note"),
        (r#"{"note": "\u0034111111111111111"}"#, "/note"),
        (r#"{"note": 4111111111111111}"#, "/note"),
        (r#"{"note": {"x": ["", "4111.1111.1111.1111 12/27"]}}"#, "/note/x/1"),
        (r#"{"note": {"4111111111111111": ""}}"#, "/note"),
        ("{\"note\": \"４１１１１１１１１１１１１１１１\"}", "/note"),
        (r#"{"4111-1111-1111-1111": 1}"#, ""),
    ] {
        let reply = ask(sends(body), routes).await;
        let (json, words) = (reply.json(), String::from_utf8_lossy(&reply.body).into_owned());
        assert_eq!((reply.status, reply.code().as_str()), (422, "card-number"), "{body}");
        assert_eq!(json["errors"][0]["pointer"], pointer, "{body}");
        assert!(!words.contains("1111"), "and it is not repeated: {words}");
        assert_ne!(ask(admin(sends(body)), routes).await.code_or_none(), Some("card-number".to_owned()), "{body}");
    }
    for body in [r#"{"sku": "4111111111111111"}"#, r#"{"note": "4111111111111112"}"#, r#"{"note": "352099001761481"}"#]
    {
        assert_eq!(ask(sends(body), routes).await.status, 204, "{body}");
    }
}

#[actix_web::test]
async fn nor_in_a_head() {
    for name in ["Idempotency-Key", "X-Request-Id"] {
        for card in ["4111111111111111", "k-4111-1111-1111-1111", "4111.1111.1111.1111_12.27"] {
            let request = || TestRequest::get().insert_header((name, card));
            let reply = ask(request(), routes).await;
            assert_eq!((reply.status, reply.code().as_str()), (400, "card-number"), "{name} {card}");
            assert!(!format!("{reply:?}").contains("1111"), "and it is not repeated: {reply:?}");
            assert_eq!(ask(admin(request()), routes).await.status, 200, "{name} {card}");
        }
    }
    for uri in ["/?query=4111+1111+1111+1111", "/?x=%34111111111111111", "/?4111111111111111"] {
        assert_eq!(get(uri).await.code(), "card-number", "{uri}");
    }
    let id = "018f2b1c-7c4d-7b1e-9f3a-123456789012";
    for (name, value) in [("Idempotency-Key", id), ("X-Request-Id", id), ("X-Request-Id", "1732723200123456")] {
        assert_eq!(ask(TestRequest::get().insert_header((name, value)), routes).await.status, 200, "{name} {value}");
    }
    assert_eq!(get("/?cursor=4111111111111111").await.status, 200);
}

impl Reply {
    fn code_or_none(&self) -> Option<String> {
        self.json()["code"].as_str().map(str::to_owned)
    }
}
