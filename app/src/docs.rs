//! `GET /docs` and `GET /openapi.json`: the API for people and for programs, without external resources.

use std::sync::Arc;

use actix_web::{
    HttpResponse, Responder, get,
    http::header::{CONTENT_ENCODING, ContentEncoding},
    web::{Data, Path, ServiceConfig},
};
use bytes::Bytes;
use kernel_web::{ApiError, ApiResult, CachedJson};
use utoipa_swagger_ui::{Config, SwaggerFile};

use crate::fence::{INTERACTIVE, fence};

/// The document as it is served.
#[derive(Debug, Clone)]
pub(crate) struct Document(pub(crate) Bytes);

pub(crate) fn configure(config: &mut ServiceConfig, document: Document) {
    // The admin key is forgotten with the page: the browser's storage is every script's of this origin, for ever.
    let swagger =
        Config::new(["/openapi.json"]).validator_url("none").try_it_out_enabled(true).persist_authorization(false);
    config.app_data(Data::new(document)).app_data(Data::new(swagger));
    config.service(openapi).service(index).service(file);
}

/// The paths that the document itself leaves out.
pub(crate) const PATHS: [&str; 3] = ["/openapi.json", "/docs", "/docs/{file}"];

#[get("/openapi.json")]
async fn openapi(document: Data<Document>) -> CachedJson {
    CachedJson::of(document.0.clone(), 60)
}

/// Answered without a detour to `/docs/`: the page is told where its files are.
#[get("/docs")]
async fn index(swagger: Data<Config<'static>>) -> ApiResult<impl Responder> {
    let page = swagger_file("index.html", &swagger)?;
    let page = String::from_utf8_lossy(&page.bytes).replacen("<head>", "<head><base href=\"/docs/\">", 1);
    Ok(fence(&mut HttpResponse::Ok(), INTERACTIVE).content_type("text/html; charset=utf-8").body(page))
}

#[get("/docs/{file:.*}")]
async fn file(name: Path<String>, swagger: Data<Config<'static>>) -> ApiResult<impl Responder> {
    Ok(shown(swagger_file(&name, &swagger)?))
}

/// As it is kept, which may be packed.
fn shown(kept: SwaggerFile<'_>) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    fence(&mut response, INTERACTIVE);
    if kept.gzpipped {
        response.insert_header((CONTENT_ENCODING, ContentEncoding::Gzip));
    }
    response.insert_header(("cache-control", "public, max-age=3600"));
    response.content_type(kept.content_type).body(kept.bytes.into_owned())
}

fn swagger_file(name: &str, swagger: &Data<Config<'static>>) -> ApiResult<SwaggerFile<'static>> {
    let swagger = Arc::clone(&**swagger);
    utoipa_swagger_ui::serve(name, swagger).map_err(ApiError::internal)?.ok_or_else(ApiError::not_found)
}
