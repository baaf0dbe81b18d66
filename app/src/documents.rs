//! The documents that are committed under `openapi/`: the public API, every port, every module's events.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use kernel::{Ids, Seams, clock::SystemIds, event::Schema};
use kernel_db::Bus;
use kernel_module::{EventDocument, Module, ModuleDocument};
use port::{Placement, PortSpec};
use secrecy::SecretString;
use serde_json::json;

use crate::{
    config::Settings,
    openapi::{document, text},
    store::Store,
    wiring,
};

/// Every committed document by its path under `openapi/`.
pub fn files(modules: &[Arc<dyn Module>]) -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::from([(PathBuf::from("store.v1.json"), text(&document(modules)))]);
    for ModuleDocument { ports, events, .. } in wiring::MODULES.iter().map(|module| module.document()) {
        for PortSpec { descriptor: port, .. } in ports {
            files.insert(format!("ports/{}.v{}.json", port.name, port.version).into(), text(&port.openapi()));
        }
        files.extend(events.map(|events| described(events())));
    }
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
fn described(EventDocument { source, types: published }: EventDocument) -> (PathBuf, String) {
    let mut components = BTreeMap::new();
    let mut types = BTreeMap::new();
    for (event_type, Schema { name, schema, components: others }) in published {
        components.extend(others.into_iter().map(|(name, schema)| (name, json!(schema))));
        types.insert(event_type, json!({ "$ref": format!("#/components/schemas/{name}") }));
        components.insert(name, json!(schema));
    }
    let document = json!({
        "title": format!("Events of {source}"),
        "description": "CloudEvents 1.0 in JSON with the extensions stream, streamversion, position, correlationid, \
                        causationid and traceparent. Within a version only optional members are added.",
        "version": "1",
        "events": types,
        "components": { "schemas": components },
    });
    (format!("events/{source}.v1.json").into(), text(&document))
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
