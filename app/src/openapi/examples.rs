//! Bodies that may be sent as they stand to a store with its demonstration catalog: the modules' and the store's own. The
//! suite sends each of them.

use std::collections::BTreeMap;

use kernel_module::Example;
use serde_json::{Value, json};

use crate::wiring;

/// Method, path and media type.
pub(super) type Place = (&'static str, &'static str, &'static str);

pub(super) fn all() -> BTreeMap<Place, Value> {
    let of_modules = wiring::MODULES.iter().filter_map(|module| module.document().examples);
    let examples = of_modules.flat_map(|examples| examples()).chain(of_the_store());
    examples.map(|Example { method, path, media_type, body }| ((method, path, media_type), body)).collect()
}

fn of_the_store() -> Vec<Example> {
    let event = json!({ "consumer": "inventory", "source": "order", "position": 42 });
    vec![
        Example::json("post", "/api/v1/admin/modules/{module}/placement", json!({ "placement": "local" })),
        Example::json("post", "/api/v1/admin/events/retry", event.clone()),
        Example::json("post", "/api/v1/admin/events/skip", event.clone()),
        Example::json("post", "/api/v1/admin/events/seek", event),
    ]
}
