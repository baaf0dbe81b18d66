//! The store's API, its ports and its events as documents, and those documents as files.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use actix_web::App;
use kernel::{Event, Ids, Seams, clock::SystemIds, event::Schema};
use kernel_db::Bus;
use kernel_module::Module;
use port::Placement;
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use utoipa::openapi::{
    InfoBuilder, OpenApi, OpenApiBuilder, PathItem, RefOr,
    security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme},
    tag::{Tag, TagBuilder},
};
use utoipa_actix_web::AppExt;

use crate::{config::Settings, placement::MODULES, routes, store::Store};

mod complete;
mod examples;

const ORDER_TOKEN: &str = "X-Order-Token";

const ABOUT: &str = "\
A store: products and stock, carts and orders, payments.

Every refusal is `application/problem+json` (RFC 9457) with a stable `code`. Money is a count of minor units and a \
currency. Lists are read page by page with `cursor`. A `POST` with an `Idempotency-Key` may be repeated: it has its \
effect once and gives the same answer again. Admin operations need `Authorization: Bearer` and the admin key; an \
order's buyer shows the `order_token` that came with the answer to placing it in `X-Order-Token`.";

const TAGS: [(&str, &str); 6] = [
    ("catalog", "What is for sale, and how it is ordered."),
    ("stock", "How much of it there is."),
    ("carts", "What a buyer has gathered. To know a cart's id is to own it."),
    ("orders", "Buying, and what comes after."),
    ("payments", "Money set aside, taken and given back."),
    ("system", "How the store itself is."),
];

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
    if modules.len() == MODULES.len() {
        let document = document(modules);
        let text = text(&document);
        return Ok((document, text));
    }
    // Read into types and written again it would lose the examples that are null.
    Ok((serde_json::from_str(COMMITTED)?, COMMITTED.to_owned()))
}

const COMMITTED: &str = include_str!("../../openapi/store.v1.json");

/// A token in a header is a credential, and whoever may show it may show the admin key instead.
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
    let value = serde_json::to_value(&document.paths).unwrap_or_default();
    let operations = value.as_object().into_iter().flat_map(Map::values).filter_map(Value::as_object);
    let named = operations.flat_map(Map::values).filter_map(|operation| operation.get("tags")?.as_array());
    let mut used: Vec<&str> = named.flatten().filter_map(Value::as_str).collect();
    used.sort_by_key(|name| (TAGS.iter().position(|(tag, _)| tag == name).unwrap_or(TAGS.len()), *name));
    used.dedup();
    let words = |name: &str| TAGS.iter().find(|(tag, _)| *tag == name).map(|(_, words)| *words);
    used.into_iter().map(|name| TagBuilder::new().name(name).description(words(name)).build()).collect()
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

/// Every committed document by its path under `openapi/`.
pub fn files(modules: &[Arc<dyn Module>]) -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::from([(PathBuf::from("store.v1.json"), text(&document(modules)))]);
    for dispatch in modules.iter().flat_map(|module| module.ports()) {
        let port = dispatch.descriptor();
        files.insert(format!("ports/{}.v{}.json", port.name, port.version).into(), text(&port.openapi()));
    }
    files.extend([
        events::<catalog_contract::CatalogEvent>(),
        events::<inventory_contract::InventoryEvent>(),
        events::<order_contract::OrderEvent>(),
        events::<payment_contract::PaymentEvent>(),
    ]);
    files
}

/// The documents of a store that has nothing in it: they follow from the code alone.
pub async fn of_a_blank_store(mut settings: Settings) -> anyhow::Result<BTreeMap<PathBuf, String>> {
    let folder = std::env::temp_dir().join(format!("banyan-openapi-{}", SystemIds.secret()));
    settings.data.folder.clone_from(&folder);
    settings.only = None;
    for common in settings.modules.commons() {
        common.url = SecretString::default();
        common.placement = Placement::Local;
    }
    settings.data.url = SecretString::default();
    let store = Store::open(settings, Seams::system(), Bus::default()).await?;
    let files = files(store.modules());
    store.close().await;
    std::fs::remove_dir_all(folder)?;
    Ok(files)
}

/// What one module publishes: a schema for the `data` of each type of event.
fn events<E: Event>() -> (PathBuf, String) {
    let mut components = BTreeMap::new();
    let mut types = BTreeMap::new();
    for (event_type, Schema { name, schema, components: others }) in E::schemas() {
        components.extend(others.into_iter().map(|(name, schema)| (name, json!(schema))));
        types.insert(event_type, json!({ "$ref": format!("#/components/schemas/{name}") }));
        components.insert(name, json!(schema));
    }
    let document = json!({
        "title": format!("Events of {}", E::SOURCE),
        "description": "CloudEvents 1.0 in JSON with the extensions stream, streamversion, position, correlationid, \
                        causationid and traceparent. Within a version only optional members are added.",
        "version": "1",
        "events": types,
        "components": { "schemas": components },
    });
    (format!("events/{}.v1.json", E::SOURCE).into(), text(&document))
}

/// Writes `files` under `folder`, and removes documents that nothing stands behind any more.
pub fn write(folder: &Path, files: &BTreeMap<PathBuf, String>) -> std::io::Result<()> {
    for (path, text) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, text)?;
    }
    for stale in on_disk(folder)?.into_iter().filter(|path| !files.contains_key(path)) {
        std::fs::remove_file(folder.join(stale))?;
    }
    Ok(())
}

/// The documents under `folder` that are not what the code says.
pub fn drifted(folder: &Path, files: &BTreeMap<PathBuf, String>) -> std::io::Result<Vec<PathBuf>> {
    let differs =
        |(path, text): &(&PathBuf, &String)| std::fs::read_to_string(folder.join(path)).ok().as_ref() != Some(*text);
    let mut drifted: Vec<PathBuf> = files.iter().filter(differs).map(|(path, _)| path.clone()).collect();
    drifted.extend(on_disk(folder)?.into_iter().filter(|path| !files.contains_key(path)));
    Ok(drifted)
}

/// Every JSON document under `folder`, by its path in it.
fn on_disk(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for part in ["", "ports", "events"].map(PathBuf::from) {
        let Ok(entries) = std::fs::read_dir(folder.join(&part)) else { continue };
        for entry in entries {
            let name = PathBuf::from(entry?.file_name());
            if name.extension().is_some_and(|extension| extension == "json") {
                found.push(part.join(name));
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests;
