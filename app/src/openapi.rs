//! The store's public API as a document.

use std::{collections::BTreeMap, sync::Arc};

use actix_web::App;
use kernel_module::Module;
use serde_json::{Map, Value};
use utoipa::openapi::{
    InfoBuilder, OpenApi, OpenApiBuilder, PathItem, RefOr,
    security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme},
    tag::{Tag, TagBuilder},
};
use utoipa_actix_web::AppExt;

use crate::{routes, wiring};

mod complete;
mod examples;

const ORDER_TOKEN: &str = "X-Order-Token";

const ABOUT: &str = "\
A store: products and stock, carts and orders, payments.

Every refusal is `application/problem+json` (RFC 9457) with a stable `code`. Money is a count of minor units and a \
currency. Lists are read page by page with `cursor`. A `POST` with an `Idempotency-Key` may be repeated: it has its \
effect once and gives the same answer again. Admin operations need `Authorization: Bearer` and the admin key; an \
order's buyer shows the `order_token` that came with the answer to placing it in `X-Order-Token`.";

/// The tag of the operations that are no module's.
const SYSTEM: (&str, &str) = ("system", "How the store itself is.");

/// The public API.
pub fn document(modules: &[Arc<dyn Module>]) -> OpenApi {
    let app = App::new().into_utoipa_app().openapi(about()).configure(|config| routes::mount(config, modules));
    let (_, mut document) = app.split_for_parts();
    let token = ApiKeyValue::with_description(ORDER_TOKEN, "The `order_token` that came with the placed order.");
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("order_token", SecurityScheme::ApiKey(ApiKey::Header(token)));
    document.paths.paths.values_mut().for_each(let_in_by_token);
    complete::complete(&mut document);
    document.tags = Some(tags_in_use(&document));
    document
}

/// The whole store's public API, wherever its modules are, and as it is served. A process that has not all of them says
/// what was written down when they were together; a test holds that to the code.
pub fn of_the_store(modules: &[Arc<dyn Module>]) -> serde_json::Result<(OpenApi, String)> {
    if modules.len() == wiring::MODULES.len() {
        let document = document(modules);
        let text = text(&document);
        return Ok((document, text));
    }
    // Read into types and written again it would lose the examples that are null.
    Ok((serde_json::from_str(COMMITTED)?, COMMITTED.to_owned()))
}

const COMMITTED: &str = include_str!("../../openapi/store.v1.json");

/// A token in a header is a credential, and the admin key is accepted in its place.
fn let_in_by_token(path: &mut PathItem) {
    let operations = [&mut path.get, &mut path.put, &mut path.post, &mut path.delete, &mut path.patch];
    for operation in operations.into_iter().flatten() {
        let parameters = operation.parameters.get_or_insert_default();
        let all = parameters.len();
        parameters.retain(|parameter| !matches!(parameter, RefOr::T(parameter) if parameter.name == ORDER_TOKEN));
        if parameters.len() < all {
            let scheme = |name: &str| SecurityRequirement::new(name, Vec::<String>::new());
            operation.security = Some(vec![scheme("order_token"), scheme("admin")]);
        }
    }
}

fn about() -> OpenApi {
    let info = InfoBuilder::new().title("Banyan store").version("1").description(Some(ABOUT)).build();
    OpenApiBuilder::new().info(info).build()
}

/// Those that operations name, the known ones first and with a description.
fn tags_in_use(document: &OpenApi) -> Vec<Tag> {
    let known = known_tags();
    let value = serde_json::to_value(&document.paths).unwrap_or_default();
    let operations = value.as_object().into_iter().flat_map(Map::values).filter_map(Value::as_object);
    let named = operations.flat_map(Map::values).filter_map(|operation| operation.get("tags")?.as_array());
    let mut used: Vec<&str> = named.flatten().filter_map(Value::as_str).collect();
    used.sort_by_key(|name| (known.iter().position(|(tag, _)| tag == name).unwrap_or(known.len()), *name));
    used.dedup();
    let words = |name: &str| known.iter().find(|(tag, _)| *tag == name).map(|(_, words)| *words);
    used.into_iter().map(|name| TagBuilder::new().name(name).description(words(name)).build()).collect()
}

/// Every module's tags in the order of the list, then the store's own.
pub(crate) fn known_tags() -> Vec<(&'static str, &'static str)> {
    let of_modules = wiring::MODULES.iter().flat_map(|module| module.document().tags);
    of_modules.chain([SYSTEM]).collect()
}

/// As text: members in order of their names, so that the same code always writes the same bytes.
pub fn text(document: &impl serde::Serialize) -> String {
    let sorted = sorted(serde_json::to_value(document).unwrap_or_default());
    format!("{sorted:#}\n")
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<String, Value> =
                members.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}
