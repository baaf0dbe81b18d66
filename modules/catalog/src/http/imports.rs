//! The import of products, for the admin.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload as RawPayload,
    http::header::CONTENT_TYPE,
    post,
    web::{Data, Payload},
};
use kernel_db::Cause;
use kernel_web::{Answer, ApiError, ApiResult, OptionalKey, Problems, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::admin_call::AdminCall;
use crate::{
    import::{Format, Job, Report},
    module::Catalog,
};

#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportQuery {
    /// Judge every row, and keep nothing.
    #[serde(default)]
    dry_run: bool,
}

/// What the rows are written in, by `Content-Type`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows(Format);

impl FromRequest for Rows {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut RawPayload) -> Self::Future {
        let named = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let refused = || ApiError::unsupported_media_type("rows must be text/csv or application/x-ndjson, in UTF-8");
        ready(named.and_then(Format::of_media_type).map(Self).ok_or_else(refused))
    }
}

/// Imports products, one in a row.
///
/// A SKU that is there is updated, a new one becomes a product with one variant. Columns, in any order: `sku`,
/// `title`, `price` (decimal text, exact), and perhaps `currency`, `description`, `category` (a path such as
/// `Home > Kitchen > Mugs`, made where it is missing) and `stock` (what a new SKU has on hand). CSV needs a header.
/// Of a product with several variants a row changes only the price of its own. A bad row is in the report and
/// never stops the good ones; to send the same rows again changes nothing.
#[utoipa::path(
    tag = "catalog",
    params(ImportQuery, OptionalKey),
    request_body(content((String = "text/csv"), (String = "application/x-ndjson"))),
    responses(Problems, (status = 200, description = "What became of the rows", body = Report),
        (status = 422, description = "`missing-column`, `unknown-column`: the header is no good")),
    security(("admin" = [])),
)]
#[post("/admin/products/import")]
pub(crate) async fn import_products(
    call: AdminCall,
    query: Query<ImportQuery>,
    Rows(format): Rows,
    rows: Payload,
    catalog: Data<Catalog>,
) -> ApiResult<Answer> {
    let job = Job { format, dry_run: query.into_inner().dry_run, cause: Cause::from(&call.cx) };
    let answer = catalog.import_once(call.key.as_deref(), job, rows).await?;
    Ok(kernel_module::respond(answer))
}
