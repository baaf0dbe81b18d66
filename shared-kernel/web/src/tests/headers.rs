//! Keys, tags, tokens, credentials and the call context.

use actix_web::{Route, test::TestRequest, web};
use kernel::Principal;

use super::{ADMIN_KEY, Reply, ask_route};
use crate::{
    Admin, ApiResult, Caller, Context, IdempotencyKey, IfMatch, Json, NoContent, OptionalIfMatch, OptionalKey,
    OrderToken,
};

async fn with(headers: &[(&'static str, &str)], route: Route) -> Reply {
    let request = headers.iter().fold(TestRequest::get(), |request, header| request.append_header(*header));
    ask_route(request, route).await
}

#[actix_web::test]
async fn an_idempotency_key_is_1_to_255_visible_ascii() {
    let needed = || web::get().to(async |IdempotencyKey(key): IdempotencyKey| Json(key));
    let long = "k".repeat(256);
    for (key, good) in [
        ("a", true),
        (&long[..255], true),
        (long.as_str(), false),
        ("", false),
        ("a b", false),
        ("a\tb", false),
        ("é", false),
    ] {
        let reply = with(&[("Idempotency-Key", key)], needed()).await;
        assert_eq!(reply.status == 200, good, "{key:?}");
        assert!(good || (reply.status, reply.code().as_str()) == (400, "idempotency-key-malformed"));
    }
    let twice = with(&[("Idempotency-Key", "a"), ("Idempotency-Key", "b")], needed()).await;
    assert_eq!(twice.code(), "idempotency-key-malformed");
    let none = with(&[], needed()).await;
    assert_eq!((none.status, none.code().as_str()), (400, "idempotency-key-missing"));
}

#[actix_web::test]
async fn an_optional_key_may_be_absent_but_not_malformed() {
    let optional = || web::get().to(async |OptionalKey(key): OptionalKey| Json(key));
    assert_eq!(with(&[], optional()).await.body, b"null");
    assert_eq!(with(&[("Idempotency-Key", "a")], optional()).await.body, b"\"a\"");
    assert_eq!(with(&[("Idempotency-Key", "a b")], optional()).await.code(), "idempotency-key-malformed");
}

#[actix_web::test]
async fn a_stale_tag_is_a_412() {
    async fn required(tag: IfMatch) -> ApiResult<NoContent> {
        tag.require("\"v2\"")?;
        Ok(NoContent)
    }
    async fn optional(tag: OptionalIfMatch) -> ApiResult<NoContent> {
        tag.require("\"v2\"")?;
        Ok(NoContent)
    }
    for (tag, status) in [("\"v2\"", 204), ("\"v1\", \"v2\"", 204), ("*", 204), ("\"v1\"", 412), ("W/\"v2\"", 412)] {
        assert_eq!(with(&[("If-Match", tag)], web::get().to(required)).await.status, status, "{tag}");
        assert_eq!(with(&[("If-Match", tag)], web::get().to(optional)).await.status, status, "{tag}");
    }
    assert_eq!(with(&[("If-Match", "\"v1\"")], web::get().to(required)).await.code(), "stale");
    assert_eq!(with(&[], web::get().to(required)).await.code(), "if-match-missing");
    assert_eq!(with(&[], web::get().to(optional)).await.status, 204);
}

#[actix_web::test]
async fn only_the_admin_key_makes_an_admin() {
    let guarded = || web::get().to(async |_: Admin| NoContent);
    let caller = || web::get().to(async |Caller(principal): Caller| Json(principal.label()));
    let (right, lower) = (format!("Bearer {ADMIN_KEY}"), format!("bearer {ADMIN_KEY}"));
    for (credential, known) in [
        (right.as_str(), true),
        (lower.as_str(), true),
        ("Bearer wrong", false),
        ("Bearer ", false),
        ("Bearer", false),
        ("", false),
        (ADMIN_KEY, false),
        ("Basic dGhlLWFkbWluLWtleQ==", false),
    ] {
        let reply = with(&[("Authorization", credential)], guarded()).await;
        assert_eq!(reply.status == 204, known, "{credential:?}");
        assert!(known || (reply.code() == "unauthenticated" && reply.header("www-authenticate") == Some("Bearer")));
        let reply = with(&[("Authorization", credential)], caller()).await;
        assert_eq!(reply.body == b"\"admin\"", known, "{credential:?}");
        assert!(known || reply.status == 401);
    }
    assert_eq!(with(&[], guarded()).await.code(), "unauthenticated");
    assert_eq!(with(&[], caller()).await.body, b"\"guest\"");
}

#[actix_web::test]
async fn nobody_is_an_admin_where_no_key_is_set() {
    use actix_web::FromRequest as _;
    let request = TestRequest::get().insert_header(("Authorization", "Bearer anything")).to_http_request();
    assert!(Admin::extract(&request).await.is_err());
}

#[actix_web::test]
async fn an_order_token_is_passed_on() {
    let token = || web::get().to(async |OrderToken(token): OrderToken| Json(token));
    assert_eq!(with(&[("X-Order-Token", "abc")], token()).await.body, b"\"abc\"");
    assert_eq!(with(&[], token()).await.body, b"null");
}

#[actix_web::test]
async fn the_context_carries_caller_correlation_and_trace() {
    let shown = || {
        web::get().to(async |Context(context): Context| {
            Json((context.principal == Principal::Admin, context.correlation, context.traceparent))
        })
    };
    let (id, trace) =
        ("018f3a5e-0000-7000-8000-000000000000", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    let credential = format!("Bearer {ADMIN_KEY}");
    let full = [("Authorization", credential.as_str()), ("X-Request-Id", id), ("traceparent", trace)];
    assert_eq!(with(&full, shown()).await.json(), serde_json::json!([true, id, trace]));

    let bare = with(&[("X-Request-Id", "not-a-uuid"), ("traceparent", "nonsense")], shown()).await.json();
    assert_eq!((&bare[0], &bare[2]), (&false.into(), &serde_json::Value::Null));
    assert!(uuid::Uuid::try_parse(bare[1].as_str().unwrap()).is_ok());

    let fresh = with(&[], shown()).await;
    assert_eq!(fresh.json()[1], fresh.header("x-request-id").unwrap());
    assert_eq!(with(&[("Authorization", "Bearer wrong")], shown()).await.status, 401);
}

#[actix_web::test]
async fn a_list_of_tags_may_stand_on_several_lines() {
    async fn optional(tag: OptionalIfMatch) -> ApiResult<NoContent> {
        tag.require("\"v2\"")?;
        Ok(NoContent)
    }
    for (lines, status) in [
        (&["\"v1\"", "\"v2\""][..], 204),
        (&["\"v2\"", "\"v1\""], 204),
        (&["\"v2-gzip\""], 204),
        (&["W/\"v2-gzip\""], 412),
        (&["W/\"v2\"", "\"v3\""], 412),
        (&["\"v1,\", \"v2\""], 204),
        (&["v2"], 400),
        (&[""], 400),
        (&["*", "\"v2\""], 400),
    ] {
        let headers: Vec<_> = lines.iter().map(|line| ("If-Match", *line)).collect();
        assert_eq!(with(&headers, web::get().to(optional)).await.status, status, "{lines:?}");
    }
}

#[actix_web::test]
async fn a_header_with_one_value_may_not_come_twice() {
    let fine = || web::get().to(async || NoContent);
    for name in
        ["Authorization", "Content-Type", "X-Order-Token", "webhook-id", "webhook-signature", "webhook-timestamp"]
    {
        let twice = with(&[(name, "a"), (name, "a")], fine()).await;
        assert_eq!((twice.status, twice.code().as_str()), (400, "repeated-header"), "{name}");
        assert_eq!(with(&[(name, "a"), ("Accept", "a"), ("Accept", "b")], fine()).await.status, 204, "{name}");
    }
    let named = with(&[("X-Request-Id", "one"), ("X-Request-Id", "two")], fine()).await;
    assert!(!["one", "two"].contains(&named.header("x-request-id").unwrap()), "neither name is taken: {named:?}");
}

/// Any answer with a tag can be asked for conditionally, not only those that are made for it.
#[actix_web::test]
async fn what_has_not_changed_is_not_sent_again() {
    let tagged =
        || web::get().to(async || actix_web::HttpResponse::Ok().insert_header(("ETag", "\"v2\"")).body("whole"));
    for (lines, status) in [
        (&[][..], 200),
        (&["\"v1\""], 200),
        (&["\"v1\"", "W/\"v2\""], 304),
        (&["\"v2-gzip\", \"v1\""], 304),
        (&["*"], 304),
        (&["v2"], 200),
    ] {
        let headers: Vec<_> = lines.iter().map(|line| ("If-None-Match", *line)).collect();
        let reply = with(&headers, tagged()).await;
        assert_eq!((reply.status, reply.body.is_empty()), (status, status == 304), "{lines:?}");
        let tag = if lines == ["\"v2-gzip\", \"v1\""] { "\"v2-gzip\"" } else { "\"v2\"" };
        assert_eq!(reply.header("etag"), Some(tag), "{lines:?}");
    }
}
