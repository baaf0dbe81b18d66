//! Refusals on the wire: a problem document (RFC 9457), which the caller decodes to an equal value.
//!
//! A refusal's `type` is `urn:banyan:<port>:<code>` and its own fields are the document's extensions. The
//! failures that every port shares have the type `urn:banyan:problem:<code>`.

use kernel::{Kind, Problem};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{Executed, PortError, PortResponse, TransportError};

/// What a module's business may answer instead of what was asked for.
///
/// Its enum has struct variants and is tagged from inside, so that its fields are the document's members:
/// `#[serde(tag = "refusal", rename_all = "kebab-case")]`.
pub trait Refusal: Problem + Serialize + DeserializeOwned + ToSchema + Send + Sync + 'static {}

impl<E: Problem + Serialize + DeserializeOwned + ToSchema + Send + Sync + 'static> Refusal for E {}

/// The name in the types of problems that are no port's own.
const SHARED: &str = "problem";

/// The members that the standard, or this encoding, gives a meaning to.
const RESERVED: [&str; 7] = ["type", "title", "status", "detail", "instance", "code", FIELDS];

/// Where a refusal's field goes whose name is reserved, so that it comes back all the same. Such names are
/// better avoided: the port's document does not know of the move.
const FIELDS: &str = "fields";

/// The status that a kind of problem has in HTTP.
pub const fn status_of(kind: Kind) -> u16 {
    match kind {
        Kind::Malformed => 400,
        Kind::Late => 408,
        Kind::Unauthenticated => 401,
        Kind::PaymentDeclined => 402,
        Kind::Forbidden => 403,
        Kind::NotFound => 404,
        Kind::Conflict => 409,
        Kind::Stale => 412,
        Kind::Invalid => 422,
        Kind::TooMany => 429,
        Kind::Internal => 500,
        Kind::Unavailable => 503,
    }
}

pub(crate) fn write_problem<E: Refusal>(port: &str, error: &PortError<E>) -> PortResponse {
    match error.cause() {
        Ok(refusal) => write(port, refusal, serde_json::to_value(refusal).map(move_reserved)),
        Err(failure) => write_failure(failure),
    }
}

pub(crate) fn write_failure(failure: TransportError) -> PortResponse {
    write(SHARED, &failure, serde_json::to_value(failure))
}

fn write(authority: &str, problem: &impl Problem, members: serde_json::Result<Value>) -> PortResponse {
    let Ok(Value::Object(members)) = members else {
        return problem_document("unwritable-refusal", 500, "the refusal cannot be written as a JSON object");
    };
    document(authority, problem.code(), status_of(problem.kind()), &problem.to_string(), members)
}

pub(crate) fn problem_document(code: &str, status: u16, detail: &str) -> PortResponse {
    document(SHARED, code, status, detail, Map::new())
}

fn document(authority: &str, code: &str, status: u16, detail: &str, mut members: Map<String, Value>) -> PortResponse {
    members.insert("type".to_owned(), format!("urn:banyan:{authority}:{code}").into());
    members.insert("title".to_owned(), code.replace('-', " ").into());
    members.insert("status".to_owned(), status.into());
    members.insert("detail".to_owned(), detail.into());
    members.insert("code".to_owned(), code.into());
    PortResponse { status, body: Value::Object(members).to_string().into_bytes() }
}

pub(crate) fn read_problem<E: Refusal>(port: &str, response: &PortResponse) -> PortError<E> {
    match told(port, response) {
        Told::Refusal(document) => {
            let refusal = serde_json::from_value(Value::Object(restore_reserved(document)));
            refusal.map_or(PortError::Incompatible, PortError::Refused)
        }
        Told::Failure(failure) => failure.into_port_error(),
    }
}

/// The failure that `response` tells of, unless it is an answer or the port's own refusal.
pub(crate) fn failure_of(port: &str, response: &PortResponse) -> Option<TransportError> {
    if response.status == PortResponse::OK {
        return None;
    }
    match told(port, response) {
        Told::Refusal(_) => None,
        Told::Failure(failure) => Some(failure),
    }
}

/// Who speaks in a problem document: the port's business, or whatever is between.
enum Told {
    Refusal(Map<String, Value>),
    Failure(TransportError),
}

fn told(port: &str, response: &PortResponse) -> Told {
    let Ok(document) = serde_json::from_slice::<Map<String, Value>>(&response.body) else {
        return Told::Failure(unexplained(response.status));
    };
    let authority = document.get("type").and_then(Value::as_str).and_then(authority_of);
    if authority == Some(port) {
        return Told::Refusal(document);
    }
    let failure = if authority == Some(SHARED) { serde_json::from_value(Value::Object(document)).ok() } else { None };
    Told::Failure(failure.unwrap_or_else(|| unexplained(response.status)))
}

/// `stock` of `urn:banyan:stock:out-of-stock`.
fn authority_of(problem_type: &str) -> Option<&str> {
    problem_type.strip_prefix("urn:banyan:")?.split_once(':').map(|(authority, _)| authority)
}

/// A problem that no port wrote: the other side's server, or something between. A 4xx says that our request
/// is no good there; after anything else the outcome is unknown.
const fn unexplained(status: u16) -> TransportError {
    match status {
        400..=499 => TransportError::Incompatible,
        _ => TransportError::Unavailable { executed: Executed::Maybe },
    }
}

/// Moves the fields that would overwrite the document's own members into a member apart.
fn move_reserved(refusal: Value) -> Value {
    let Value::Object(fields) = refusal else { return refusal };
    let (reserved, mut members): (Map<_, _>, Map<_, _>) =
        fields.into_iter().partition(|(name, _)| RESERVED.contains(&name.as_str()));
    if !reserved.is_empty() {
        members.insert(FIELDS.to_owned(), Value::Object(reserved));
    }
    Value::Object(members)
}

fn restore_reserved(mut document: Map<String, Value>) -> Map<String, Value> {
    let reserved = document.remove(FIELDS);
    document.retain(|name, _| !RESERVED.contains(&name.as_str()));
    if let Some(Value::Object(reserved)) = reserved {
        document.extend(reserved);
    }
    document
}
