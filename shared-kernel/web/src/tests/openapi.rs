//! The documented problem is the one that is sent.

use serde_json::Value;
use utoipa::{IntoParams, Modify, openapi::OpenApi};

use crate::{ApiError, IdempotencyKey, PageQuery, ProblemView, Problems};

fn document() -> Value {
    let mut document = OpenApi::default();
    Problems.modify(&mut document);
    serde_json::to_value(document).unwrap()
}

#[test]
fn the_schema_names_every_member_that_is_sent() {
    let document = document();
    let schema = &document["components"]["schemas"]["Problem"];
    let sent = serde_json::to_value(ApiError::invalid("/a", "b", "c").view(Some("id"))).unwrap();
    let documented = schema["properties"].as_object().unwrap();
    for member in sent.as_object().unwrap().keys() {
        assert!(documented.contains_key(member), "{member} is missing: {schema}");
    }
    assert_eq!(documented.len(), sent.as_object().unwrap().len(), "{schema}");
    assert_eq!(document["components"]["securitySchemes"]["admin"]["scheme"], "bearer");
}

#[test]
fn a_problem_can_be_read_back() {
    let sent = ApiError::invalid("/a", "b", "c").with("lines", 3).view(Some("id"));
    let read: ProblemView = serde_json::from_slice(&serde_json::to_vec(&sent).unwrap()).unwrap();
    assert_eq!(read, sent);
}

#[test]
fn parameters_say_whether_they_are_required() {
    let key = &IdempotencyKey::into_params(|| None)[0];
    assert_eq!(serde_json::to_value(key).unwrap()["required"], true);
    let page: Vec<String> = PageQuery::into_params(|| None).iter().map(|parameter| parameter.name.clone()).collect();
    assert_eq!(page, ["cursor", "limit"]);
}
