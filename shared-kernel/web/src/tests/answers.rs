//! What a handler may return.

use actix_web::{Route, http::header, test::TestRequest, web};

use super::{Reply, ask_route};
use crate::{Answer, ApiError, CachedJson, Created, Json, NoContent, RequestId, strong_etag};

async fn get(route: Route) -> Reply {
    ask_route(TestRequest::get(), route).await
}

#[actix_web::test]
async fn answers_say_what_they_are() {
    let json = get(web::get().to(async || Json([1, 2]))).await;
    assert_eq!(
        (json.status, json.header("content-type"), json.body.as_slice()),
        (200, Some("application/json"), b"[1,2]".as_slice())
    );

    let created = get(web::get().to(async || Created::at("/orders/7", "made"))).await;
    assert_eq!((created.status, created.header("location")), (201, Some("/api/v1/orders/7")));
    assert_eq!(created.body, b"\"made\"");

    let nothing = get(web::get().to(async || NoContent)).await;
    assert_eq!((nothing.status, nothing.body.len()), (204, 0));
}

#[actix_web::test]
async fn a_stored_answer_comes_back_byte_for_byte() {
    let body = br#"{"id":  7}"#;
    for (replayed, header) in [(false, None), (true, Some("true"))] {
        let answer = Answer {
            status: 201,
            body: body.as_slice().into(),
            location: Some("/api/v1/orders/7".to_owned()),
            replayed,
        };
        let reply = get(web::get().to(move || std::future::ready(answer.clone()))).await;
        assert_eq!((reply.status, reply.header("idempotency-replayed")), (201, header));
        assert_eq!((reply.header("location"), reply.body.as_slice()), (Some("/api/v1/orders/7"), body.as_slice()));
        assert_eq!(reply.header("content-type"), Some("application/json"));
    }
}

#[actix_web::test]
async fn a_stored_refusal_keeps_the_first_request_id() {
    let stored = async |id: RequestId| {
        let refusal = ApiError::new(actix_web::http::StatusCode::CONFLICT, "out-of-stock", "not enough");
        let mut answer = Answer::refuse(&refusal, &id);
        answer.body = String::from_utf8(answer.body.to_vec()).unwrap().replace(id.as_str(), "the-first").into();
        answer
    };
    let reply = get(web::get().to(stored)).await;
    assert_eq!((reply.status, reply.header("content-type")), (409, Some("application/problem+json")));
    assert_eq!((&reply.json()["code"], &reply.json()["request_id"]), (&"out-of-stock".into(), &"the-first".into()));
}

#[actix_web::test]
async fn a_stored_refusal_says_once_when_to_come_back() {
    for (status, replayed, after) in [(503, false, Some("1")), (503, true, None), (409, false, None)] {
        let answer = Answer { status, body: b"{}".as_slice().into(), location: None, replayed };
        let reply = get(web::get().to(move || std::future::ready(answer.clone()))).await;
        assert_eq!((reply.status, reply.header("retry-after")), (status, after), "replayed: {replayed}");
    }
}

#[actix_web::test]
async fn whoever_has_it_still_gets_a_304() {
    let etag = strong_etag(b"[1]");
    let weak = format!("W/{etag}");
    let several = format!("\"other\", {etag}");
    for (known, status) in [
        (None, 200),
        (Some("\"other\""), 200),
        (Some(&etag), 304),
        (Some(&weak), 304),
        (Some(&several), 304),
        (Some("*"), 304),
    ]
    .map(|(known, status): (Option<&str>, u16)| (known, status))
    {
        let request = known
            .into_iter()
            .fold(TestRequest::get(), |request, tag| request.insert_header((header::IF_NONE_MATCH, tag)));
        let reply = ask_route(request, web::get().to(async || CachedJson::of("[1]".into(), 60))).await;
        assert_eq!(reply.status, status, "{known:?}");
        assert_eq!(reply.header("etag"), Some(etag.as_str()));
        assert_eq!(reply.header("cache-control"), Some("public, max-age=60"));
        assert_eq!(reply.body.is_empty(), status == 304);
    }
}

#[test]
fn a_tag_is_quoted_and_follows_the_bytes() {
    let tag = strong_etag(b"a");
    assert!(tag.len() == 34 && tag.starts_with('"') && tag.ends_with('"'), "{tag}");
    assert_eq!(tag, strong_etag(b"a"));
    assert_ne!(tag, strong_etag(b"b"));
}
