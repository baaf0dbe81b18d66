//! The module's part of the OpenAPI document.

use actix_web::App;
use kernel_module::Module;
use serde_json::Value;
use utoipa::Modify;
use utoipa_actix_web::AppExt;

use super::shop::everywhere;

#[actix_web::test]
async fn every_operation_is_documented() {
    everywhere(async |shop| {
        let module = &shop.module;
        let (_, mut document) =
            App::new().into_utoipa_app().configure(|config| module.routes(config)).split_for_parts();
        kernel_web::Problems.modify(&mut document);
        let document = serde_json::to_value(&document).unwrap();
        let mut operations: Vec<String> = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                assert!(operation["summary"].is_string(), "{method} {path}");
                assert!(operation["responses"]["4XX"].is_object(), "{method} {path}");
                let braces = path.matches('{').count();
                let named = |parameter: &&Value| parameter["in"] == "path";
                let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
                assert_eq!(parameters.iter().filter(named).count(), braces, "{method} {path}: {parameters:?}");
                operations.push(format!("{method} {path}"));
            }
        }
        operations.sort();
        assert_eq!(
            operations,
            [
                "delete /carts/{id}",
                "get /admin/orders",
                "get /admin/returns",
                "get /admin/returns/{id}",
                "get /carts/{id}",
                "get /orders",
                "get /orders/{id}",
                "get /orders/{id}/timeline",
                "post /admin/returns/{id}/approve",
                "post /admin/returns/{id}/receive",
                "post /admin/returns/{id}/refuse",
                "post /carts",
                "post /carts/{id}/checkout",
                "post /orders",
                "post /orders/{id}/cancel",
                "post /orders/{id}/fulfilments",
                "post /orders/{id}/lines/cancel",
                "post /orders/{id}/returns",
                "put /carts/{id}/lines/{sku}",
            ]
        );
        assert_no_dangling(&document, &document);
        shop.close().await;
    })
    .await;
}

/// Every schema that is named is there.
fn assert_no_dangling(document: &Value, part: &Value) {
    match part {
        Value::Object(members) => {
            if let Some(name) = members.get("$ref").and_then(Value::as_str) {
                assert!(document.pointer(name.trim_start_matches('#')).is_some(), "{name} is missing");
            }
            members.values().for_each(|value| assert_no_dangling(document, value));
        }
        Value::Array(items) => items.iter().for_each(|value| assert_no_dangling(document, value)),
        _ => {}
    }
}
