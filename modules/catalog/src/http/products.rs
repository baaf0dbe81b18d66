//! Products, for everybody.

use actix_web::{get, web::Data};
use kernel::Page;
use kernel_web::{ApiResult, CachedJson, Context, Path, Problems, Query};

use super::query::{ListQuery, ShowQuery};
use crate::{service::Catalog, view::ProductView};

/// Lists the active products.
///
/// A page at a time, by keyset: what is added meanwhile never makes an item come twice or not at all.
#[utoipa::path(
    tag = "catalog",
    params(ListQuery),
    responses(Problems, (status = 200, description = "One page", body = Page<ProductView>),
        (status = 304, description = "The page that you have is the page there is")),
)]
#[get("/products")]
pub(crate) async fn list_products(query: Query<ListQuery>, catalog: Data<Catalog>) -> ApiResult<CachedJson> {
    let listing = query.into_inner().into_listing()?;
    Ok(catalog.public(catalog.list_products(&listing).await?))
}

/// Shows an active product by its id, its slug or one of its SKUs.
#[utoipa::path(
    tag = "catalog",
    params(ShowQuery),
    responses(Problems, (status = 200, description = "The product", body = ProductView),
        (status = 304, description = "The product is as you have it")),
)]
#[get("/products/{handle}")]
pub(crate) async fn read_product(
    Path((handle,)): Path<(String,)>,
    query: Query<ShowQuery>,
    Context(cx): Context,
    catalog: Data<Catalog>,
) -> ApiResult<CachedJson> {
    let document = catalog.show(cx, &handle, query.into_inner().wants_availability()).await?;
    Ok(catalog.public(document))
}
