use actix_web::{Responder, get, http::header::ETAG, put, web::Data};
use garde::Validate;
use kernel::{Page, Sku};
use kernel_web::{Admin, ApiResult, Body, IfMatch, Json, Path, Problems, Query, page_cursor, page_limit, strong_etag};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    application::InventoryService,
    domain::{ShownLevel, StockLevel},
};

/// Everything there is of one SKU. `available` is `on_hand` without what is held or committed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LevelView {
    sku: Sku,
    /// Units in the house.
    on_hand: i64,
    /// Units that buyers hold while they pay.
    held: i64,
    /// Units of orders that stand and have not been sent.
    committed: i64,
    /// Units that can be sold.
    available: i64,
    /// `stock.low.v1` is published when fewer units than this are available; 0 never publishes it.
    low_stock_threshold: i64,
}

impl From<ShownLevel> for LevelView {
    fn from(shown: ShownLevel) -> Self {
        let (held, committed) = (shown.held, shown.committed());
        let StockLevel { sku, on_hand, available, low_stock_threshold, version: _ } = shown.level;
        Self { sku, on_hand, held, committed, available, low_stock_threshold }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LevelsQuery {
    /// Only SKUs of which fewer units than this are available.
    below: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many items, 1 to 100; 20 when left out.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u16>,
}

/// What can be set of a level.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LevelBody {
    /// `stock.low.v1` is published when fewer units than this are available; 0 never publishes it.
    #[garde(range(max = 1_000_000_000))]
    #[schema(maximum = 1_000_000_000)]
    low_stock_threshold: u32,
}

/// Lists stock by SKU.
#[utoipa::path(
    tag = "stock",
    params(LevelsQuery),
    responses(Problems, (status = 200, description = "A page of levels", body = Page<LevelView>)),
    security(("admin" = [])),
)]
#[get("/admin/stock")]
pub(crate) async fn list_levels(
    _: Admin,
    Query(query): Query<LevelsQuery>,
    inventory: Data<InventoryService>,
) -> ApiResult<Json<Page<LevelView>>> {
    let (after, limit) = (page_cursor(query.cursor.as_deref())?, page_limit(query.limit)?);
    let page = inventory.levels(query.below, after, limit).await?;
    Ok(Json(page.map(LevelView::from)))
}

/// Shows the stock of one SKU.
///
/// The `ETag` stands for what can be set here, not for the counts: those change with every sale.
#[utoipa::path(
    tag = "stock",
    responses(Problems, (status = 200, description = "The level", body = LevelView)),
    security(("admin" = [])),
)]
#[get("/admin/stock/{sku}")]
pub(crate) async fn get_level(
    _: Admin,
    Path((sku,)): Path<(Sku,)>,
    inventory: Data<InventoryService>,
) -> ApiResult<impl Responder + use<>> {
    let level = inventory.shown_level(&sku).await?;
    Ok(tagged(level))
}

/// Sets when a SKU counts as low.
#[utoipa::path(
    tag = "stock",
    params(IfMatch),
    request_body = LevelBody,
    responses(Problems, (status = 200, description = "The level with its new settings", body = LevelView)),
    security(("admin" = [])),
)]
#[put("/admin/stock/{sku}")]
pub(crate) async fn put_level(
    _: Admin,
    Path((sku,)): Path<(Sku,)>,
    tag: IfMatch,
    body: Body<LevelBody>,
    inventory: Data<InventoryService>,
) -> ApiResult<impl Responder + use<>> {
    let named = |level: &StockLevel| tag.require(&tag_of(level)).is_ok();
    let level = inventory.set_threshold(&sku, named, body.low_stock_threshold).await?;
    Ok(tagged(level))
}

fn tagged(level: ShownLevel) -> impl Responder + use<> {
    let tag = tag_of(&level.level);
    Json(LevelView::from(level)).customize().insert_header((ETAG, tag))
}

fn tag_of(level: &StockLevel) -> String {
    strong_etag(format!("{} {}", level.sku, level.low_stock_threshold).as_bytes())
}
