//! What the shop makes of goods that buyers want to give back.

use actix_web::{get, post, web::Data};
use kernel::{Page, ReturnId};
use kernel_module::respond;
use kernel_web::{Admin, Answer, ApiResult, Body, Json, OptionalKey, Path, Problems, Query};

use super::{
    body::{ReceiveBody, RefuseBody, ReturnsQuery},
    guest::Asking,
};
use crate::{
    application::{Orders, decide_return::Decision},
    view::ReturnView,
};

/// Lists returns, the newest first.
#[utoipa::path(
    tag = "orders",
    params(ReturnsQuery),
    responses(Problems, (status = 200, description = "A page of returns", body = Page<ReturnView>)),
    security(("admin" = [])),
)]
#[get("")]
pub(crate) async fn list_returns(
    _: Admin,
    query: Query<ReturnsQuery>,
    orders: Data<Orders>,
) -> ApiResult<Json<Page<ReturnView>>> {
    let (status, after, limit) = query.into_inner().into_parts()?;
    Ok(Json(orders.list_returns(status, after, limit).await?))
}

/// Shows a return.
#[utoipa::path(
    tag = "orders",
    responses(Problems, (status = 200, description = "The return", body = ReturnView)),
    security(("admin" = [])),
)]
#[get("/{id}")]
pub(crate) async fn read_return(
    _: Admin,
    Path((id,)): Path<(ReturnId,)>,
    orders: Data<Orders>,
) -> ApiResult<Json<ReturnView>> {
    Ok(Json(orders.read_return(id).await?))
}

/// Gives the money of a return back before the goods come, or without them.
///
/// No body. The goods can still be received; then only stock moves.
#[utoipa::path(
    tag = "orders",
    params(OptionalKey),
    responses(Problems, (status = 200, description = "Approved", body = ReturnView)),
    security(("admin" = [])),
)]
#[post("/{id}/approve")]
pub(crate) async fn approve_return(
    _: Admin,
    asking: Asking,
    Path((id,)): Path<(ReturnId,)>,
    orders: Data<Orders>,
) -> ApiResult<Answer> {
    let request = asking.about(&format!("approve return {id}"), "");
    Ok(respond(orders.decide_return(&request, id, &Decision::Approve).await?))
}

/// Takes the goods of a return in: what came, in which state, and whether it can be sold again.
///
/// The price of what came is given back, unless the return was approved before. Units that can be sold again go back
/// into stock. Less than was asked for may come, and never more: 409 `return-exceeds-request`.
#[utoipa::path(
    tag = "orders",
    params(OptionalKey),
    request_body = ReceiveBody,
    responses(Problems, (status = 200, description = "Received", body = ReturnView)),
    security(("admin" = [])),
)]
#[post("/{id}/receive")]
pub(crate) async fn receive_return(
    _: Admin,
    asking: Asking,
    Path((id,)): Path<(ReturnId,)>,
    body: Body<ReceiveBody>,
    orders: Data<Orders>,
) -> ApiResult<Answer> {
    let request = asking.about(&format!("receive return {id}"), &body.fingerprint_hex());
    Ok(respond(orders.decide_return(&request, id, &body.into_inner().into_decision()).await?))
}

/// Takes nothing back of what was asked to be returned.
#[utoipa::path(
    tag = "orders",
    params(OptionalKey),
    request_body = RefuseBody,
    responses(Problems, (status = 200, description = "Refused", body = ReturnView)),
    security(("admin" = [])),
)]
#[post("/{id}/refuse")]
pub(crate) async fn refuse_return(
    _: Admin,
    asking: Asking,
    Path((id,)): Path<(ReturnId,)>,
    body: Body<RefuseBody>,
    orders: Data<Orders>,
) -> ApiResult<Answer> {
    let request = asking.about(&format!("refuse return {id}"), &body.fingerprint_hex());
    Ok(respond(orders.decide_return(&request, id, &body.into_inner().into_decision()).await?))
}
