use actix_web::{get, web::Data};
use kernel::{DateTime, OrderId, Page, Sku, Utc};
use kernel_web::{Admin, ApiResult, Json, PageQuery, Path, Problems, Query};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{application::Stockroom, persistence::read::LedgerRow};

/// One movement of a level.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MovementView {
    id: i64,
    /// `opening`, `hold`, `commit`, `release`, `expire`, `fulfil`, `return` or `adjust`.
    #[schema(example = "hold")]
    kind: String,
    delta_on_hand: i64,
    delta_held: i64,
    delta_committed: i64,
    /// The order whose claim moved.
    order: Option<OrderId>,
    reason: Option<String>,
    /// `admin`, or the part of the store that acted, such as `system:order`.
    #[schema(example = "admin")]
    actor: String,
    at: DateTime<Utc>,
}

impl From<LedgerRow> for MovementView {
    fn from(row: LedgerRow) -> Self {
        let LedgerRow { id, kind, delta_on_hand, delta_held, delta_committed, order, reason, actor, at } = row;
        Self { id, kind, delta_on_hand, delta_held, delta_committed, order, reason, actor, at }
    }
}

/// Lists every movement of a SKU, the newest first.
#[utoipa::path(
    tag = "stock",
    params(PageQuery),
    responses(Problems, (status = 200, description = "A page of the ledger", body = Page<MovementView>)),
    security(("admin" = [])),
)]
#[get("/admin/stock/{sku}/ledger")]
pub(crate) async fn list_ledger(
    _: Admin,
    Path((sku,)): Path<(Sku,)>,
    Query(page): Query<PageQuery>,
    stockroom: Data<Stockroom>,
) -> ApiResult<Json<Page<MovementView>>> {
    let page = stockroom.ledger(&sku, page.cursor()?, page.limit()?).await?;
    Ok(Json(page.map(MovementView::from)))
}
