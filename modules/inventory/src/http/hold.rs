use actix_web::{get, web::Data};
use inventory_contract::Shortage;
use kernel::{DateTime, OrderId, Page, Sku, Utc};
use kernel_web::{Admin, ApiResult, Json, Problems, Query, page_cursor, page_limit};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    application::InventoryService,
    domain::{Claim, Line},
};

/// One order's claim on stock.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HoldView {
    order: OrderId,
    /// `held`, `committed`, `released`, `expired` or `refused`.
    #[schema(example = "held")]
    status: String,
    /// When the hold lapses, or lapsed, unless it is committed.
    until: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    lines: Vec<HoldLineView>,
    /// What was missing when the claim was refused.
    shortage: Vec<Shortage>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HoldLineView {
    sku: Sku,
    /// Units claimed at first.
    quantity: i64,
    /// Units not yet sent or returned.
    outstanding: i64,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HoldsQuery {
    /// Only the claim of this order.
    order: Option<OrderId>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many items, 1 to 100; 20 when left out.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u16>,
}

impl From<Claim> for HoldView {
    fn from(claim: Claim) -> Self {
        let Claim { order, status, until, made, lines, shortage, .. } = claim;
        let line = |line: Line| {
            let Line { sku, quantity, outstanding } = line;
            HoldLineView { sku, quantity, outstanding }
        };
        let (status, lines) = (status.as_str().to_owned(), lines.into_iter().map(line).collect());
        Self { order, status, until, created_at: made.at, lines, shortage }
    }
}

/// Lists claims on stock, those of the newest orders first.
#[utoipa::path(
    tag = "stock",
    params(HoldsQuery),
    responses(Problems, (status = 200, description = "A page of claims", body = Page<HoldView>)),
    security(("admin" = [])),
)]
#[get("/admin/holds")]
pub(crate) async fn list_holds(
    _: Admin,
    Query(query): Query<HoldsQuery>,
    inventory: Data<InventoryService>,
) -> ApiResult<Json<Page<HoldView>>> {
    let (before, limit) = (page_cursor(query.cursor.as_deref())?, page_limit(query.limit)?);
    let page = inventory.claims(query.order, before, limit).await?;
    Ok(Json(page.map(HoldView::from)))
}
