//! The import of products, for the admin.

use std::{
    future::{Ready, ready},
    io,
};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload as RawPayload,
    error::PayloadError,
    http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName},
    post,
    web::{Bytes, Data, Payload},
};
use futures_util::{Stream, StreamExt as _};
use kernel_db::Cause;
use kernel_web::{Answer, ApiError, ApiResult, OptionalKey, Problems, Query};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::admin_call::AdminCall;
use crate::{
    import::{ColumnMap, ImportError, Job, Report, Source},
    service::Catalog,
};

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportQuery {
    /// Judge every row, and keep nothing.
    #[serde(default)]
    dry_run: bool,
    /// Where the columns of a CSV file are that does not use our names: the name of an export (`shopify`, `woocommerce`,
    /// `magento`), or pairs such as `sku=Item No,title=Name,price=Net`. Columns that it does not name are ignored.
    #[param(example = "shopify")]
    map: Option<String>,
    /// An empty description or category takes away what is there. Otherwise it keeps it.
    #[serde(default)]
    clear_empty: bool,
}

impl ImportQuery {
    fn to_job(&self, mut source: Source, cause: Cause) -> ApiResult<Job> {
        let parse = |map: &str| ColumnMap::parse(map).map_err(|error| ApiError::bad_parameter("map", &error));
        source.map = self.map.as_deref().map(parse).transpose()?;
        source.clear_empty = self.clear_empty;
        Ok(Job { source, dry_run: self.dry_run, cause })
    }
}

/// A file of rows, as bytes.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "stands for the body in the OpenAPI document; the handler reads it as a stream")]
pub(crate) struct ImportFile(String);

/// What the rows are written in, by `Content-Type` and `Content-Encoding`.
#[derive(Debug, Clone)]
pub(crate) struct Rows(Source);

impl Rows {
    fn of(request: &HttpRequest) -> ApiResult<Self> {
        let header = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
        let refused = "rows must be text/csv or application/x-ndjson, in a charset of the WHATWG Encoding Standard";
        let source = header(CONTENT_TYPE).and_then(Source::of_media_type);
        let source = source.ok_or_else(|| ApiError::unsupported_media_type(refused))?;
        let gzip = match header(CONTENT_ENCODING).map(|coding| coding.trim().to_ascii_lowercase()).as_deref() {
            None | Some("" | "identity") => false,
            Some("gzip" | "x-gzip") => true,
            Some(_) => {
                return Err(ApiError::unsupported_media_type("rows may be compressed with gzip and nothing else"));
            }
        };
        Ok(Self(Source { gzip, ..source }))
    }
}

impl FromRequest for Rows {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut RawPayload) -> Self::Future {
        ready(Self::of(request))
    }
}

fn pieces(rows: Payload) -> impl Stream<Item = Result<Bytes, ImportError>> {
    rows.map(|piece| piece.map_err(broken))
}

/// Why the rows end before their end: the connection tells a body that stopped coming from one that broke off.
fn broken(error: PayloadError) -> ImportError {
    match error {
        PayloadError::Io(error) if error.kind() == io::ErrorKind::TimedOut => {
            ImportError::TooSlow { imported: Box::default() }
        }
        error => ImportError::broken_off(&error),
    }
}

/// Imports products, one in a row.
///
/// A SKU that is there is updated, a new one becomes a product with one variant. Columns, in any order: `sku`,
/// `title`, `price` (digits with a point, exact), `currency`, `description`, `category` (a path such as
/// `Home > Kitchen > Mugs`, made where it is missing) and `stock` (what a new SKU has on hand). Only `sku` is always
/// needed; a new SKU needs a title and a price.
///
/// A column that is absent, and a cell that is empty, change nothing. With `clear_empty=true` an empty description or
/// category takes away what is there. A price without a currency is in that of the product that is there.
///
/// CSV needs a header. Its cells are separated by comma, semicolon or tab, its lines end in LF, CRLF or CR, and `charset`
/// may be any that browsers know. The body may be compressed with gzip. Of a product with several variants a row changes
/// only the price of its own. A bad row is in the report and never stops the good ones; a row of empty cells is none.
/// Sending the same rows again changes nothing.
#[utoipa::path(
    tag = "catalog",
    params(ImportQuery, OptionalKey),
    request_body(content((ImportFile = "text/csv"), (ImportFile = "application/x-ndjson"))),
    responses(Problems, (status = 200, description = "What became of the rows", body = Report),
        (status = 408, description = "`body-too-slow`: the rows stopped coming; `imported` says what was imported by then"),
        (status = 422, description = "`missing-column`, `unknown-column`: the header is no good")),
    security(("admin" = [])),
)]
#[post("/admin/products/import")]
pub(crate) async fn import_products(
    call: AdminCall,
    query: Query<ImportQuery>,
    Rows(source): Rows,
    rows: Payload,
    catalog: Data<Catalog>,
) -> ApiResult<Answer> {
    let job = query.0.to_job(source, Cause::from(&call.cx))?;
    let answer = catalog.import_once(call.key.as_deref(), job, pieces(rows)).await?;
    Ok(kernel_module::respond(answer))
}
