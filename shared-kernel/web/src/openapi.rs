//! The refusals in the OpenAPI document.

use std::collections::BTreeMap;

use utoipa::{
    IntoResponses, Modify, PartialSchema, ToSchema,
    openapi::{
        Content, OpenApi, Ref, RefOr, Response, ResponseBuilder,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use crate::{FieldError, ProblemView, problem::PROBLEM_JSON};

/// Stands for every refusal among an operation's `responses(…)`.
///
/// It documents the ranges `4XX` and `5XX`, so it never hides a status that the operation describes itself. As a
/// modifier of the whole document it adds the schemas that those answers name, and the `admin` security scheme.
#[derive(Debug, Clone, Copy)]
pub struct Problems;

const REFUSED: &str = "Refused; `code` says why. 400 not understood, 401 no good credential, 402 payment declined, 403 \
                       not allowed, 404 not there, 409 the state says no, 412 changed since it was read, 413 too \
                       large, 415 not JSON, 422 breaks a rule (`errors` says where), 429 too many requests.";
const FAILED: &str = "Failed: 500 our fault, 503 something that this needs is away (`Retry-After` says when to try \
                      again).";

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        [("4XX", REFUSED), ("5XX", FAILED)]
            .into_iter()
            .map(|(range, description)| (range.to_owned(), problem(description).into()))
            .collect()
    }
}

fn problem(description: &str) -> Response {
    let schema = Ref::from_schema_name(ProblemView::name());
    ResponseBuilder::new().description(description).content(PROBLEM_JSON, Content::new(Some(schema))).build()
}

impl Modify for Problems {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_default();
        components.schemas.insert(ProblemView::name().into_owned(), ProblemView::schema());
        components.schemas.insert(FieldError::name().into_owned(), FieldError::schema());
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("The admin key.")).build();
        components.add_security_scheme("admin", SecurityScheme::Http(bearer));
    }
}
