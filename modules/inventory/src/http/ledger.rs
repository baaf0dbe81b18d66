use actix_web::{get, web::Data};
use kernel::{DateTime, OrderId, Page, Sku, Utc};
use kernel_web::{Admin, ApiResult, Json, PageQuery, Path, Problems, Query};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    application::InventoryService,
    domain::{Delta, Entry},
    persistence::query::Movement,
};

/// One movement of a level.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MovementView {
    /// Names the movement among those of its SKU.
    id: String,
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

impl From<Movement> for MovementView {
    fn from(Movement { place, entry, act }: Movement) -> Self {
        let Entry { kind, order, delta, reason, .. } = entry;
        let (id, kind) = (place.source().to_string(), kind.as_str().to_owned());
        let Delta { on_hand: delta_on_hand, held: delta_held, committed: delta_committed } = delta;
        Self { id, kind, delta_on_hand, delta_held, delta_committed, order, reason, actor: act.actor, at: act.at }
    }
}

/// Lists every movement of a SKU, the newest first. The commitment of a hold stands with the hold.
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
    inventory: Data<InventoryService>,
) -> ApiResult<Json<Page<MovementView>>> {
    let page = inventory.movements(&sku, page.cursor()?, page.limit()?).await?;
    Ok(Json(page.map(MovementView::from)))
}
