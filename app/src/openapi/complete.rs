//! What every operation has in common and no handler repeats: its refusals, who may do it, an example of its body.

use std::collections::BTreeSet;

use kernel_web::Problems;
use serde_json::Value;
use utoipa::{
    Modify,
    openapi::{
        Components, Content, License, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder, Server,
        path::{Operation, ParameterIn},
    },
};

use super::examples;

/// The statuses of refusals, and when each may come.
const REFUSALS: [(&str, &str, When); 14] = [
    ("400", "Not understood: malformed, or a parameter cannot be read.", |_| true),
    ("401", "No credential, or a wrong one.", |_| true),
    ("402", "The payment was declined.", Shape::places_an_order),
    ("403", "The credential does not allow this.", |of| of.is_closed),
    ("404", "Not there, or not for this caller to see.", |_| true),
    ("408", "The request did not arrive in time.", |of| of.has_body),
    ("409", "The state says no.", |of| !of.is_read),
    ("412", "Changed since it was read.", |of| of.has("If-Match")),
    ("413", "The body is too large.", |of| of.has_body),
    ("415", "The body is of a type, or compressed in a way, that is not taken here.", |of| of.has_body),
    ("422", "Breaks a rule; `errors` says where.", |of| !of.is_read),
    ("429", "Too many requests; `Retry-After` says when to try again.", |_| true),
    ("500", "A fault of the store.", |_| true),
    ("503", "Something that this needs is away; `Retry-After` says when to try again.", |_| true),
];

type When = fn(&Shape) -> bool;

/// What is known of an operation.
struct Shape {
    headers: BTreeSet<String>,
    has_body: bool,
    is_closed: bool,
    is_read: bool,
    path: String,
}

impl Shape {
    fn of(path: &str, method: &str, operation: &Operation) -> Self {
        let headers = operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
            RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Header => Some(parameter.name.clone()),
            _ => None,
        });
        Self {
            headers: headers.collect(),
            has_body: operation.request_body.is_some(),
            is_closed: operation.security.as_ref().is_some_and(|schemes| !schemes.is_empty()),
            is_read: method == "get",
            path: path.to_owned(),
        }
    }

    fn places_an_order(&self) -> bool {
        self.has_body && (self.path.ends_with("/orders") || self.path.ends_with("/checkout"))
    }

    fn has(&self, header: &str) -> bool {
        self.headers.contains(header)
    }
}

/// Completes `document`, whose operations have been collected.
pub(super) fn complete(document: &mut OpenApi) {
    Problems.modify(document);
    document.servers = Some(vec![Server::new("/")]);
    document.info.license = Some(License::new("MIT OR Apache-2.0"));
    let examples = examples::all();
    for (path, item) in &mut document.paths.paths {
        let operations = [
            ("get", &mut item.get),
            ("put", &mut item.put),
            ("post", &mut item.post),
            ("delete", &mut item.delete),
            ("patch", &mut item.patch),
        ];
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            operation.security.get_or_insert_default();
            refuse(operation, &Shape::of(path, method, operation));
            show(operation, |media_type| {
                let is_its = |(known, _): &(&examples::Place, &Value)| **known == (method, path.as_str(), media_type);
                examples.iter().find(is_its).map(|(_, body)| body.clone())
            });
        }
    }
    let components = document.components.get_or_insert_default();
    name_refusals(components);
}

/// Every refusal has the same schema. The ranges `4XX` and `5XX`, which generated clients do not read, become the statuses
/// that there are.
fn refuse(operation: &mut Operation, shape: &Shape) {
    let responses = &mut operation.responses.responses;
    responses.remove("4XX");
    responses.remove("5XX");
    for (status, response) in responses.iter_mut() {
        if let RefOr::T(response) = response
            && (status.starts_with('4') || status.starts_with('5'))
            && response.content.is_empty()
        {
            *response = problem(&response.description);
        }
    }
    for (status, _, when) in REFUSALS {
        if when(shape) {
            responses.entry(status.to_owned()).or_insert_with(|| Ref::from_response_name(name(status)).into());
        }
    }
}

fn name_refusals(components: &mut Components) {
    for (status, description, _) in REFUSALS {
        components.responses.insert(name(status), problem(description).into());
    }
}

fn name(status: &str) -> String {
    format!("Problem{status}")
}

fn problem(description: &str) -> Response {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new().description(description).content("application/problem+json", content).build()
}

/// Bodies that may be sent as they stand to a store with its demonstration catalog, by media type.
fn show(operation: &mut Operation, example: impl Fn(&str) -> Option<Value>) {
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    body.required = Some(Required::True);
    for (media_type, content) in &mut body.content {
        if let RefOr::T(content) = content {
            content.example = example(media_type);
        }
    }
}
