use actix_web::{post, web::Data};
use garde::Validate;
use kernel::{Line, Sku};
use kernel_module::{key, respond};
use kernel_web::{Admin, Answer, ApiError, ApiResult, Body, Context, OptionalKey, Path, Problems};
use serde::Deserialize;
use utoipa::ToSchema;

use super::level::LevelView;
use crate::{
    application::InventoryService,
    domain::{Adjustment, Change},
};

/// A correction of what is on hand: either `delta` or `set_on_hand`.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdjustmentBody {
    /// Units to add, or to take away when negative; not 0.
    #[garde(range(min = -1_000_000_000, max = 1_000_000_000))]
    #[schema(minimum = -1_000_000_000, maximum = 1_000_000_000, example = -3)]
    delta: Option<i64>,
    /// Units that were counted.
    #[garde(range(min = 0, max = 1_000_000_000))]
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    set_on_hand: Option<i64>,
    /// Why; the ledger keeps it.
    #[garde(skip)]
    #[schema(value_type = String, min_length = 1, max_length = 200, example = "damaged")]
    reason: Line<200>,
}

impl AdjustmentBody {
    fn into_adjustment(self, sku: Sku) -> ApiResult<Adjustment> {
        let change = match (self.delta, self.set_on_hand) {
            (Some(0), None) => Err(ApiError::invalid("/delta", "invalid-value", "must not be 0")),
            (Some(units), None) => Ok(Change::By(units)),
            (None, Some(counted)) => Ok(Change::To(counted)),
            _ => Err(ApiError::invalid("/delta", "invalid-value", "give either delta or set_on_hand")),
        };
        Ok(Adjustment { sku, change: change?, reason: self.reason.into() })
    }
}

/// Corrects what is on hand.
///
/// Units that are held or committed cannot be taken away (409). Publishes `stock.adjusted.v1`; the ledger keeps
/// who did it and why.
#[utoipa::path(
    tag = "stock",
    params(OptionalKey),
    request_body = AdjustmentBody,
    responses(Problems, (status = 200, description = "The level after the correction", body = LevelView)),
    security(("admin" = [])),
)]
#[post("/admin/stock/{sku}/adjustments")]
pub(crate) async fn adjust_stock(
    _: Admin,
    Path((sku,)): Path<(Sku,)>,
    Context(cx): Context,
    asked: (OptionalKey, Body<AdjustmentBody>),
    inventory: Data<InventoryService>,
) -> ApiResult<Answer> {
    let (OptionalKey(named), body) = asked;
    let operation = format!("POST /admin/stock/{sku}/adjustments");
    let key = named.map(|named| key(cx.principal.label(), &named, &operation, &body.fingerprint_hex()));
    let adjustment = body.into_inner().into_adjustment(sku)?;
    let answer = inventory.adjust(&cx, key.as_ref(), &adjustment, LevelView::from).await?;
    Ok(respond(answer))
}
