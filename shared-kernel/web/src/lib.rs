//! What all HTTP operations share: requests, answers, refusals.
//!
//! Reading order: [`ApiError`] is every refusal, as RFC 9457 `application/problem+json`. The extractors
//! ([`Body`], [`Query`], [`Path`], the headers, [`Admin`], [`Caller`], [`Context`]) refuse with it; the answers
//! ([`Json`], [`Created`], [`NoContent`], [`Answer`], [`CachedJson`]) are what a handler returns. [`Guard`] is the
//! middleware around them all, [`Boundary`] is what it and the extractors are told, and [`MethodTable`] tells a
//! wrong method from an unknown path. [`Problems`] documents the refusals in the OpenAPI document.
//!
//! # A handler
//!
//! It extracts, translates, calls, wraps. `src/tests/handler.rs` holds this one, compiled:
//!
//! ```ignore
//! /// Cancels an order.
//! #[utoipa::path(
//!     tag = "orders",
//!     params(OptionalKey),
//!     request_body = CancelBody,
//!     responses(Problems, (status = 200, description = "Cancelled", body = OrderView)),
//! )]
//! #[post("/orders/{id}/cancel")]
//! async fn cancel_order(
//!     _: Admin,
//!     Path((id,)): Path<(OrderId,)>,
//!     key: OptionalKey,
//!     body: Body<CancelBody>,
//!     orders: Data<Orders>,
//! ) -> ApiResult<Json<OrderView>> {
//!     let command = body.into_inner().into_command(id, key);
//!     let order = orders.cancel(command).await?;
//!     Ok(Json(order.into()))
//! }
//! ```
//!
//! What utoipa 6 infers from the signature, and what it must be told:
//!
//! - method and path come from `#[post(…)]`; nothing else is stated twice;
//! - `Path<(OrderId,)>` documents `{id}`. A bare `Path<OrderId>` does not compile: utoipa takes a lone named type
//!   for a struct of parameters and asks it for `IntoParams`. `Path<String>`, `Path<Uuid>` and tuples are fine;
//! - `Query<ListQuery>` documents every field, `ListQuery` being `IntoParams`. Give it
//!   `#[serde(deny_unknown_fields)]`, and spell out `cursor` and `limit` (serde cannot flatten them in);
//! - `Body<T>` is not seen: say `request_body = T`;
//! - header extractors are named in `params(…)`: `params(IdempotencyKey)`;
//! - [`Problems`] stands for every refusal (`4XX`, `5XX`); a status the operation describes itself comes beside it.
//!
//! Guards such as [`Admin`] come first among the arguments, so that they refuse before a body is read. Never take
//! `Option<Body<_>>`, `Option<IdempotencyKey>` or the like: actix turns every refusal into `None` there.

mod answer;
mod body;
mod boundary;
mod cached;
mod client_address;
mod context;
mod entity_tag;
mod guard;
mod head;
mod header;
mod key_strength;
mod methods;
mod openapi;
mod page;
mod params;
mod principal;
mod problem;
mod request_id;

pub use answer::{Answer, Created, Json, NoContent};
pub use body::{Body, BodyDeadline, BodyLimit, RawBody};
pub use boundary::Boundary;
pub use cached::{CachedJson, ETag, strong_etag};
pub use client_address::{ClientAddress, Networks, NetworksError, Origin, ProxyHeader, TrustedProxies};
pub use context::{Context, new_trace, sent_trace};
pub use entity_tag::compressed_etag;
pub use guard::Guard;
pub use header::{IdempotencyKey, IfMatch, OptionalIfMatch, OptionalKey, OrderToken};
pub use methods::{MethodTable, fixed_path, unknown_path};
pub use openapi::Problems;
pub use page::{PageQuery, page_cursor, page_limit};
pub use params::{Path, Query};
pub use principal::{Admin, AdminKey, Caller};
pub use problem::{ApiError, ApiResult, FieldError, ProblemView};
pub use request_id::RequestId;

/// Where version 1 of the public API begins.
pub const API_BASE: &str = "/api/v1";

#[cfg(test)]
mod tests;
