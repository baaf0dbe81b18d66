//! The problem document.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::ApiError;

/// Why a request was refused or failed (RFC 9457).
///
/// Some codes carry further members: `out-of-stock`, for example, has `lines`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemView {
    /// `urn:banyan:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(example = "urn:banyan:problem:invalid-value")]
    pub problem_type: String,
    /// The code in words.
    #[schema(example = "Invalid value")]
    pub title: String,
    /// The HTTP status.
    #[schema(example = 422)]
    pub status: u16,
    /// What happened this time, for people.
    #[schema(example = "/lines/2/quantity: lower than 1")]
    pub detail: String,
    /// A stable name for programs.
    #[schema(example = "invalid-value")]
    pub code: String,
    /// Quote it when you ask us; `X-Request-Id` says the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// With 422: every place in the body that breaks a rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    #[serde(flatten)]
    #[schema(ignore)]
    pub extensions: Map<String, Value>,
}

/// One place in the body that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// A JSON pointer (RFC 6901); empty for the body as a whole.
    #[schema(example = "/lines/2/quantity")]
    pub pointer: String,
    /// A stable name for programs.
    #[schema(example = "invalid-value")]
    pub code: String,
    /// What is wrong, for people.
    #[schema(example = "lower than 1")]
    pub message: String,
}

const RESERVED: [&str; 6] = ["type", "title", "status", "detail", "code", "request_id"];

impl ApiError {
    pub fn view(&self, request_id: Option<&str>) -> ProblemView {
        let Self(refusal) = self;
        let mut extensions = refusal.extensions.clone();
        extensions.retain(|member, _| !RESERVED.contains(&member.as_str()));
        ProblemView {
            problem_type: format!("urn:banyan:problem:{}", refusal.code),
            title: title(refusal.code),
            status: refusal.status.as_u16(),
            detail: refusal.detail.clone().into_owned(),
            code: refusal.code.to_owned(),
            request_id: request_id.map(str::to_owned),
            errors: self.places(&mut extensions),
            extensions,
        }
    }

    /// A 422 always says where. A problem that says it in its own extensions is taken at its word; one that does
    /// not means the body as a whole.
    fn places(&self, extensions: &mut Map<String, Value>) -> Vec<FieldError> {
        let own = extensions.remove("errors").and_then(|errors| serde_json::from_value(errors).ok());
        let mut places = own.unwrap_or_else(|| self.0.errors.clone());
        if places.is_empty() && self.0.status.as_u16() == 422 {
            let (code, message) = (self.0.code.to_owned(), self.0.detail.clone().into_owned());
            places.push(FieldError { pointer: String::new(), code, message });
        }
        places
    }
}

/// `out-of-stock` reads `Out of stock`.
fn title(code: &str) -> String {
    let words = code.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}
