//! What buyers do with orders.

use actix_web::{get, post, web::Data};
use kernel::OrderId;
use kernel_module::respond;
use kernel_web::{Answer, ApiResult, Body, IdempotencyKey, Json, OptionalKey, OrderToken, Problems};

use super::{
    body::{PlaceOrderBody, ReturnBody},
    guest::{Asking, Owner},
};
use crate::{
    application::Orders,
    view::{OrderView, ReturnView, TimelineView},
};

/// Places an order.
///
/// Holds stock for every line, or for none of them, and has the money set aside; then confirms the order and takes
/// the money. Answers 201 with the confirmed order, 409 `out-of-stock` with the lines that cannot be met, or 402
/// `payment-declined`. What takes longer than two seconds goes on by itself: 202 gives the order's address.
///
/// Orders that are not paid for by then share a part of each SKU, and one email or address has only so many of them: 409
/// `held-by-unpaid-orders` with the lines, 429 `too-many-unpaid-orders`.
///
/// `order_token` stands only in this answer. Show it in `X-Order-Token` to read, cancel or return the order.
/// Repeating the request with the same key gives the same answer, byte for byte, the token too. So a guest's key must be
/// hard to guess, as a random UUID is: 422 `weak-idempotency-key` otherwise. The admin's keys, and those of a cart's
/// checkout, may be any.
#[utoipa::path(
    tag = "orders",
    params(IdempotencyKey),
    request_body = PlaceOrderBody,
    responses(
        Problems,
        (status = 201, description = "Confirmed and paid for", body = OrderView),
        (status = 202, description = "Taken, and being worked on", body = OrderView),
    ),
)]
#[post("")]
pub(crate) async fn place_order(
    asking: Asking,
    key: IdempotencyKey,
    body: Body<PlaceOrderBody>,
    orders: Data<Orders>,
) -> ApiResult<Answer> {
    let asked = asking.to_place(&key, &body.fingerprint_hex())?;
    let command = body.into_inner().into_command(asked)?;
    Ok(respond(orders.place(command).await?))
}

/// Shows an order.
///
/// Ids are not secrets: without the order's token or the admin key there is nothing here.
#[utoipa::path(
    tag = "orders",
    params(("id" = OrderId, Path), OrderToken),
    responses(Problems, (status = 200, description = "The order", body = OrderView)),
)]
#[get("/{id}")]
pub(crate) async fn read_order(owner: Owner, orders: Data<Orders>) -> ApiResult<Json<OrderView>> {
    Ok(Json(orders.read(owner.order).await?))
}

/// Cancels an order.
///
/// As long as nothing of it has left the house. Stock goes back; the payment is voided, or given back.
#[utoipa::path(
    tag = "orders",
    params(("id" = OrderId, Path), OrderToken, OptionalKey),
    responses(Problems, (status = 200, description = "Cancelled", body = OrderView)),
)]
#[post("/{id}/cancel")]
pub(crate) async fn cancel_order(owner: Owner, orders: Data<Orders>) -> ApiResult<Answer> {
    let request = owner.bare_request("cancel");
    Ok(respond(orders.cancel(&request, owner.order).await?))
}

/// Returns goods.
///
/// Gives the price of the lines back, and puts them back into stock if asked to. Never more than was bought.
#[utoipa::path(
    tag = "orders",
    params(("id" = OrderId, Path), OrderToken, IdempotencyKey),
    request_body = ReturnBody,
    responses(Problems, (status = 201, description = "Taken back", body = ReturnView)),
)]
#[post("/{id}/returns")]
pub(crate) async fn return_goods(
    owner: Owner,
    _: IdempotencyKey,
    body: Body<ReturnBody>,
    orders: Data<Orders>,
) -> ApiResult<Answer> {
    let request = owner.request("return", &body.fingerprint_hex());
    let command = body.into_inner().into_command(owner.order)?;
    Ok(respond(orders.return_goods(&request, &command).await?))
}

/// Tells what happened to an order: what, when, and by whom.
#[utoipa::path(
    tag = "orders",
    params(("id" = OrderId, Path), OrderToken),
    responses(Problems, (status = 200, description = "Oldest first", body = TimelineView)),
)]
#[get("/{id}/timeline")]
pub(crate) async fn read_timeline(owner: Owner, orders: Data<Orders>) -> ApiResult<Json<TimelineView>> {
    Ok(Json(orders.timeline(owner.order).await?))
}
