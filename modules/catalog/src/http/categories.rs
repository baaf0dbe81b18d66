//! Categories, for everybody.

use actix_web::{get, web::Data};
use kernel_web::{ApiResult, CachedJson, Path, Problems};

use crate::{
    service::Catalog,
    view::{CategoryView, TreeView},
};

/// Shows the whole category tree.
#[utoipa::path(
    tag = "catalog",
    responses(Problems, (status = 200, description = "The tree, from its roots", body = TreeView),
        (status = 304, description = "The tree is as you have it")),
)]
#[get("/categories")]
pub(crate) async fn list_categories(catalog: Data<Catalog>) -> ApiResult<CachedJson> {
    Ok(catalog.public(catalog.show_tree().await?))
}

/// Shows a category and everything below it.
#[utoipa::path(
    tag = "catalog",
    responses(Problems, (status = 200, description = "The category", body = CategoryView),
        (status = 304, description = "The category is as you have it")),
)]
#[get("/categories/{slug}")]
pub(crate) async fn read_category(Path((slug,)): Path<(String,)>, catalog: Data<Catalog>) -> ApiResult<CachedJson> {
    Ok(catalog.public(catalog.show_category(&slug).await?))
}
