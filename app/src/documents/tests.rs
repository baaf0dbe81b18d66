use serde_json::Value;

use super::*;
use crate::{
    config::{Environment, load},
    openapi::known_tags,
};

#[test]
fn text_is_in_order_whatever_the_value_was_built_in() {
    assert_eq!(
        text(&json!({ "b": 1, "a": [{ "d": 2, "c": 3 }] })),
        text(&json!({ "a": [{ "c": 3, "d": 2 }], "b": 1 }))
    );
    assert!(text(&json!({ "b": 1, "a": 2 })).starts_with("{\n  \"a\": 2"));
}

#[test]
fn drift_is_seen_in_every_direction() {
    let folder = tempfile::tempdir().unwrap();
    let files = BTreeMap::from([
        (PathBuf::from("store.v1.json"), "1\n".to_owned()),
        (PathBuf::from("ports/stock.v1.json"), "2\n".to_owned()),
    ]);
    assert_eq!(drifted(folder.path(), &files).unwrap().len(), 2, "nothing is there yet");
    write(folder.path(), &files).unwrap();
    assert_eq!(drifted(folder.path(), &files).unwrap(), Vec::<PathBuf>::new());
    std::fs::write(folder.path().join("ports/stock.v1.json"), "3\n").unwrap();
    std::fs::write(folder.path().join("ports/gone.v1.json"), "4\n").unwrap();
    let stray = ["ports/stock.v1.json", "ports/gone.v1.json"].map(PathBuf::from);
    assert_eq!(drifted(folder.path(), &files).unwrap(), stray);
    write(folder.path(), &files).unwrap();
    assert!(!folder.path().join("ports/gone.v1.json").exists());
}

#[test]
fn every_event_of_a_module_is_described() {
    let all: Vec<EventDocument> =
        wiring::MODULES.iter().filter_map(|module| module.document().events).map(|events| events()).collect();
    assert!(!all.is_empty());
    for published in all {
        let (source, types) = (published.source, published.types.clone());
        let (path, text) = described(published);
        assert_eq!(path, PathBuf::from(format!("events/{source}.v1.json")));
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["events"].as_object().unwrap().len(), types.len(), "{source}");
        for (event_type, schema) in types {
            assert!(document["components"]["schemas"][&schema.name].is_object(), "{event_type}");
        }
    }
}

async fn of_the_code() -> BTreeMap<PathBuf, String> {
    let settings = load(Some(Path::new(DEFAULTS)), &Environment::default()).unwrap().settings;
    of_a_blank_store(settings).await.unwrap()
}

const DEFAULTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/banyan.toml");

/// Where it fails: `banyan openapi --write`, and look at the difference before it is committed.
#[tokio::test]
async fn the_committed_documents_are_as_the_code_says() {
    let files = of_the_code().await;
    assert_eq!(files, of_the_code().await, "the same code writes the same bytes");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi");
    assert_eq!(drifted(&folder, &files).unwrap(), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn every_operation_can_be_understood() {
    let files = of_the_code().await;
    let document: Value = serde_json::from_str(&files[Path::new("store.v1.json")]).unwrap();
    let mut names = std::collections::BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let shown = format!("{method} {path}");
            assert!(names.insert(operation["operationId"].to_string()), "{shown}: its name is another's too");
            assert!(operation["summary"].as_str().is_some_and(|words| words.ends_with('.')), "{shown} says nothing");
            let tag = operation["tags"][0].as_str().unwrap();
            assert!(known_tags().iter().any(|(known, _)| *known == tag), "{shown}: {tag} is not explained");
            assert!(operation["responses"].as_object().is_some_and(|answers| !answers.is_empty()), "{shown}");
            let list = operation["responses"]["200"].to_string().contains("schemas/Page_");
            let parameters = operation["parameters"].to_string();
            let pages = ["\"cursor\"", "\"limit\""].iter().all(|name| parameters.contains(name));
            assert!(!list || pages, "{shown} does not say how to read on");
            if path.contains("/admin/") {
                assert_eq!(operation["security"], json!([{ "admin": [] }]), "{shown}");
            }
        }
    }
    assert!(names.len() > 40, "{} operations", names.len());
    dangling(&document, &document);
}

/// Every reference leads somewhere.
fn dangling(document: &Value, part: &Value) {
    match part {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                assert!(document.pointer(&reference[1..]).is_some(), "{reference} leads nowhere");
            }
            members.values().for_each(|value| dangling(document, value));
        }
        Value::Array(items) => items.iter().for_each(|value| dangling(document, value)),
        _ => {}
    }
}
