//! Products, for the admin.

use actix_web::{
    delete, get, post, put,
    web::{Data, Json},
};
use kernel::{Page, ProductId};
use kernel_web::{Admin, Answer, ApiResult, Body, NoContent, OptionalIfMatch, OptionalKey, Path, Problems, Query};

use super::{admin_call::AdminCall, body::ProductBody, query::AdminListQuery, tagged::Tagged};
use crate::{service::Catalog, view::ProductView};

/// Makes a product.
///
/// Its slug is made from the title, with a suffix when another product has it. Its SKUs are new to stock,
/// with nothing on hand.
#[utoipa::path(
    tag = "catalog",
    params(OptionalKey),
    request_body = ProductBody,
    responses(Problems, (status = 201, description = "Made", body = ProductView),
        (status = 409, description = "`sku-taken`: `products` have one of `skus`")),
    security(("admin" = [])),
)]
#[post("/admin/products")]
pub(crate) async fn create_product(
    call: AdminCall,
    body: Body<ProductBody>,
    catalog: Data<Catalog>,
) -> ApiResult<Answer> {
    let key = call.key("create product", &body.fingerprint_hex());
    let wish = body.into_inner().into_wish();
    let answer = catalog.create_product(&call.cx, key.as_ref(), &wish).await?;
    Ok(kernel_module::respond(answer))
}

/// Lists all products, drafts and archived ones too, the newest first.
#[utoipa::path(
    tag = "catalog",
    params(AdminListQuery),
    responses(Problems, (status = 200, description = "One page", body = Page<ProductView>)),
    security(("admin" = [])),
)]
#[get("/admin/products")]
pub(crate) async fn list_all_products(
    _: Admin,
    query: Query<AdminListQuery>,
    catalog: Data<Catalog>,
) -> ApiResult<Json<Page<ProductView>>> {
    let listing = query.into_inner().into_listing()?;
    Ok(Json(catalog.list_all_products(&listing).await?))
}

/// Shows a product by its id, whatever its status.
#[utoipa::path(
    tag = "catalog",
    responses(Problems, (status = 200, description = "The product", body = ProductView)),
    security(("admin" = [])),
)]
#[get("/admin/products/{id}")]
pub(crate) async fn read_any_product(
    _: Admin,
    Path((id,)): Path<(ProductId,)>,
    catalog: Data<Catalog>,
) -> ApiResult<Tagged> {
    Ok(Tagged(catalog.read_product(id).await?))
}

/// Replaces a product.
///
/// Variants are known by their SKU: one that is there stays the same thing, one that is new is introduced to
/// stock, one that is left out is withdrawn.
#[utoipa::path(
    tag = "catalog",
    params(OptionalIfMatch),
    request_body = ProductBody,
    responses(Problems, (status = 200, description = "Replaced", body = ProductView),
        (status = 409, description = "`sku-taken`: `products` have one of `skus`"),
        (status = 412, description = "It has changed since you read it")),
    security(("admin" = [])),
)]
#[put("/admin/products/{id}")]
pub(crate) async fn replace_product(
    call: AdminCall,
    Path((id,)): Path<(ProductId,)>,
    body: Body<ProductBody>,
    catalog: Data<Catalog>,
) -> ApiResult<Tagged> {
    let wish = body.into_inner().into_wish();
    Ok(Tagged(catalog.replace_product(&call.cx, id, call.if_match.as_deref(), &wish).await?))
}

/// Archives a product.
///
/// It is no longer shown or sold. Orders keep their own copy of its title and price.
#[utoipa::path(
    tag = "catalog",
    params(OptionalIfMatch),
    responses(Problems, (status = 204, description = "Archived"),
        (status = 412, description = "It has changed since you read it")),
    security(("admin" = [])),
)]
#[delete("/admin/products/{id}")]
pub(crate) async fn archive_product(
    call: AdminCall,
    Path((id,)): Path<(ProductId,)>,
    catalog: Data<Catalog>,
) -> ApiResult<NoContent> {
    catalog.archive_product(&call.cx, id, call.if_match.as_deref()).await?;
    Ok(NoContent)
}
