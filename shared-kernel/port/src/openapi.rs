//! A port as an `OpenAPI` 3.1 document, and the hash of what it promises.

use std::collections::BTreeMap;

use kernel::event::Schema;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::{Descriptor, MethodDescriptor};

/// What every port may answer instead of what was asked for.
const PROBLEM: &str = "PortProblem";

type Components = BTreeMap<String, Value>;

pub(crate) fn document(port: &Descriptor) -> Value {
    let mut components = Components::from([(PROBLEM.to_owned(), problem())]);
    let paths: Components = port
        .methods
        .iter()
        .map(|method| (format!("{}/{}", port.path(), method.name), path_item(port, method, &mut components)))
        .collect();
    sorted(json!({
        "openapi": "3.1.0",
        "info": { "title": format!("{} port", port.name), "version": port.version.to_string() },
        "paths": paths,
        "components": { "schemas": components },
    }))
}

fn path_item(port: &Descriptor, method: &MethodDescriptor, components: &mut Components) -> Value {
    let answer = inlined((method.answer)(), components);
    let refusal = named((method.refusal)(), components);
    let content = json!({ "application/json": { "schema": request(method, components) } });
    json!({ "post": {
        "operationId": format!("{}.{}", port.name, method.name),
        "description": method.doc,
        "x-banyan-kind": method.kind.as_str(),
        "x-banyan-idempotent": method.idempotent,
        TIMEOUT: method.timeout_ms,
        "requestBody": { "required": true, "content": content },
        "responses": {
            "200": { "description": "The answer", "content": { "application/json": { "schema": answer } } },
            "default": {
                "description": "A refusal, or a failure that every port shares",
                "content": { "application/problem+json": { "schema": refused(&refusal) } },
            },
        },
    }})
}

/// One object with a member for each argument, and no other.
fn request(method: &MethodDescriptor, components: &mut Components) -> Value {
    let properties: Components = method
        .arguments
        .iter()
        .map(|argument| (argument.name.to_owned(), inlined((argument.schema)(), components)))
        .collect();
    let required: Vec<&str> = method.arguments.iter().map(|argument| argument.name).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn refused(refusal: &Value) -> Value {
    let problem = json!({ "$ref": format!("#/components/schemas/{PROBLEM}") });
    json!({ "anyOf": [{ "allOf": [problem, refusal] }, problem] })
}

fn problem() -> Value {
    json!({
        "type": "object",
        "description": "RFC 9457. A refusal has the type urn:banyan:<port>:<code> and its fields beside these.",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
            "code": { "type": "string" },
        },
    })
}

/// The schema itself; what it refers to joins the components.
fn inlined(schema: Schema, components: &mut Components) -> Value {
    components.extend(schema.components.into_iter().map(|(name, schema)| (name, json!(schema))));
    json!(schema.schema)
}

/// A reference to the schema, which joins the components under its own name.
fn named(schema: Schema, components: &mut Components) -> Value {
    let name = schema.name.clone();
    let reference = json!({ "$ref": format!("#/components/schemas/{name}") });
    let schema = inlined(schema, components);
    components.insert(name, schema);
    reference
}

/// The caller's patience, which is no part of the promise.
const TIMEOUT: &str = "x-banyan-timeout-ms";

/// What a reader is told and a machine does not act on.
const PROSE: [&str; 4] = ["description", "summary", "example", "examples"];

pub(crate) fn contract_hash(document: Value) -> String {
    let digest = Sha256::digest(sorted(promise(document, false)).to_string());
    format!("{digest:x}")
}

/// The document without prose and time limits. Where the members of an object are `names` of an author's own
/// choosing all stay: a property may be called `description`.
fn promise(value: Value, names: bool) -> Value {
    let stays = |name: &str| names || (name != TIMEOUT && !PROSE.contains(&name));
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(name, _)| stays(name))
            .map(|(name, value)| {
                let of_names = !names && matches!(name.as_str(), "properties" | "schemas");
                (name, promise(value, of_names))
            })
            .collect(),
        Value::Array(items) => items.into_iter().map(|item| promise(item, false)).collect(),
        other => other,
    }
}

/// The same value with every object's members in order of their names. (`serde_json` keeps them so only as
/// long as no other crate in the build asks it to keep the order of insertion.)
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<String, Value> =
                members.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            Value::Object(members.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}
