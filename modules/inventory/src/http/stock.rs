use actix_web::{get, web::Data};
use kernel::Sku;
use kernel_web::{ApiResult, Json, Path, Problems};
use serde::Serialize;
use utoipa::ToSchema;

use crate::application::InventoryService;

/// What can be sold of one SKU now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StockView {
    sku: Sku,
    #[schema(minimum = 0)]
    available: i64,
}

/// How many units of a SKU can be sold now.
///
/// Units that other buyers hold while they pay are not counted; they come back when a purchase fails.
#[utoipa::path(
    tag = "stock",
    responses(Problems, (status = 200, description = "What can be sold", body = StockView)),
)]
#[get("/stock/{sku}")]
pub(crate) async fn get_stock(
    Path((sku,)): Path<(Sku,)>,
    inventory: Data<InventoryService>,
) -> ApiResult<Json<StockView>> {
    let level = inventory.level(&sku).await?;
    Ok(Json(StockView { sku: level.sku, available: level.available }))
}
