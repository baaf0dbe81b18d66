//! Categories, for the admin.

use actix_web::{delete, post, put, web::Data};
use kernel::CategoryId;
use kernel_web::{Answer, ApiResult, Body, NoContent, OptionalIfMatch, OptionalKey, Path, Problems};

use super::{admin_call::AdminCall, body::CategoryBody, tagged::Tagged};
use crate::{service::Catalog, view::CategoryView};

/// Makes a category.
#[utoipa::path(
    tag = "catalog",
    params(OptionalKey),
    request_body = CategoryBody,
    responses(Problems, (status = 201, description = "Made", body = CategoryView)),
    security(("admin" = [])),
)]
#[post("/admin/categories")]
pub(crate) async fn create_category(
    call: AdminCall,
    body: Body<CategoryBody>,
    catalog: Data<Catalog>,
) -> ApiResult<Answer> {
    let key = call.key("create category", &body.fingerprint_hex());
    let answer = catalog.create_category(key.as_ref(), &body.into_inner().into_wish()).await?;
    Ok(kernel_module::respond(answer))
}

/// Renames or moves a category, with everything below it. Its slug stays.
#[utoipa::path(
    tag = "catalog",
    params(OptionalIfMatch),
    request_body = CategoryBody,
    responses(Problems, (status = 200, description = "Replaced", body = CategoryView),
        (status = 409, description = "`category-cycle`: it would stand below itself"),
        (status = 412, description = "It has changed since you read it")),
    security(("admin" = [])),
)]
#[put("/admin/categories/{id}")]
pub(crate) async fn replace_category(
    call: AdminCall,
    Path((id,)): Path<(CategoryId,)>,
    body: Body<CategoryBody>,
    catalog: Data<Catalog>,
) -> ApiResult<Tagged> {
    let wish = body.into_inner().into_wish();
    Ok(Tagged(catalog.replace_category(id, call.if_match.as_deref(), &wish).await?))
}

/// Deletes a category that has none below it. Its products stay.
#[utoipa::path(
    tag = "catalog",
    params(OptionalIfMatch),
    responses(Problems, (status = 204, description = "Deleted"),
        (status = 409, description = "`category-has-children`"),
        (status = 412, description = "It has changed since you read it")),
    security(("admin" = [])),
)]
#[delete("/admin/categories/{id}")]
pub(crate) async fn delete_category(
    call: AdminCall,
    Path((id,)): Path<(CategoryId,)>,
    catalog: Data<Catalog>,
) -> ApiResult<NoContent> {
    catalog.delete_category(&call.cx, id, call.if_match.as_deref()).await?;
    Ok(NoContent)
}
