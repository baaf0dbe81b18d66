//! What buyers do with orders.

use actix_web::{get, post, web::Data};
use kernel_module::respond;
use kernel_web::{Answer, ApiResult, Body, IdempotencyKey, Json, OptionalKey, OrderToken, Problems};

use super::{
    body::{CallOffBody, PlaceOrderBody, ReturnBody},
    guest::{Asking, Owner},
};
use crate::{
    application::Orders,
    view::{OrderView, ReturnView, TimelineView},
};

/// What stands in the path of an order.
pub(super) const NAMED: &str = "The order's id, or its number such as `1000001`";

/// Places an order.
///
/// Holds stock for every line, or for none of them, and has the money set aside; then confirms the order and takes
/// the money. Answers 201 with the confirmed order, 409 `out-of-stock` with the lines that cannot be met, or 402
/// `payment-declined`. What takes longer than two seconds goes on by itself: 202 gives the order's address.
///
/// Orders that are not paid for by then share a part of each SKU, and one email and one address may have a limited number of them: 409
/// `held-by-unpaid-orders` with the lines, 429 `too-many-unpaid-orders`.
///
/// `order_token` stands only in this answer. Show it in `X-Order-Token` to read, cancel or return the order.
/// Repeating the request with the same key gives the same answer, byte for byte, the token too. So a guest's key must be
/// hard to guess, as a random UUID is: 422 `weak-idempotency-key` otherwise. The admin's keys, and those of a cart's
/// checkout, may be any.
///
/// With `expected_total` nothing is bought at another total: 409 `total-changed` says what it is now, with the price of
/// every line. A total above 9007199254740991 minor units is refused with 422 `total-too-large`.
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
    let asked = asking.into_placing(&key, &body.fingerprint_hex())?;
    let command = body.into_inner().into_command(asked);
    Ok(respond(orders.place(command).await?))
}

/// Shows an order.
///
/// Ids are not secrets: without the order's token or the admin key there is nothing here.
#[utoipa::path(
    tag = "orders",
    params(("id" = String, Path, description = NAMED), OrderToken),
    responses(Problems, (status = 200, description = "The order", body = OrderView)),
)]
#[get("/{id}")]
pub(crate) async fn read_order(owner: Owner, orders: Data<Orders>) -> ApiResult<Json<OrderView>> {
    Ok(Json(orders.read(owner.order).await?))
}

/// Cancels an order.
///
/// As long as nothing of it has left the house. Stock goes back; the payment is voided, or given back. What was not sent
/// of an order that was sent in part is called off with `POST /orders/{id}/lines/cancel`.
#[utoipa::path(
    tag = "orders",
    params(("id" = String, Path, description = NAMED), OrderToken, OptionalKey),
    responses(Problems, (status = 200, description = "Cancelled", body = OrderView)),
)]
#[post("/{id}/cancel")]
pub(crate) async fn cancel_order(owner: Owner, orders: Data<Orders>) -> ApiResult<Answer> {
    let request = owner.bare_request("cancel");
    Ok(respond(orders.cancel(&request, owner.order).await?))
}

/// Calls off units that were not sent.
///
/// Whatever else of the order was sent. Their stock goes back and their price is given back at once. An order of which
/// nothing is left to send is done: `fulfilled` when something of it was sent, and `cancelled` otherwise. More than is
/// left to send is refused with 409 `exceeds-unsent`.
#[utoipa::path(
    tag = "orders",
    params(("id" = String, Path, description = NAMED), OrderToken, OptionalKey),
    request_body = CallOffBody,
    responses(Problems, (status = 200, description = "Called off", body = OrderView)),
)]
#[post("/{id}/lines/cancel")]
pub(crate) async fn call_off_lines(owner: Owner, body: Body<CallOffBody>, orders: Data<Orders>) -> ApiResult<Answer> {
    let request = owner.request("call off", &body.fingerprint_hex());
    let command = body.into_inner().into_command(owner.order);
    Ok(respond(orders.call_off(&request, &command).await?))
}

/// Asks to return goods.
///
/// The return is `requested`: neither money nor stock moves before the shop approves it, or receives the goods. Never
/// more than was sent and is not returned or asked to be returned. Units that the buyer has are meant first. When more
/// are named than the buyer has, those that were not sent are called off at once, as `POST /orders/{id}/lines/cancel`
/// does, and only the rest is asked to be returned; when nothing is left of the request, its status is `called_off`.
#[utoipa::path(
    tag = "orders",
    params(("id" = String, Path, description = NAMED), OrderToken, IdempotencyKey),
    request_body = ReturnBody,
    responses(Problems, (status = 201, description = "Asked for, or called off", body = ReturnView)),
)]
#[post("/{id}/returns")]
pub(crate) async fn ask_return(
    owner: Owner,
    _: IdempotencyKey,
    body: Body<ReturnBody>,
    orders: Data<Orders>,
) -> ApiResult<Answer> {
    let request = owner.request("return", &body.fingerprint_hex());
    let command = body.into_inner().into_command(owner.order);
    Ok(respond(orders.ask_return(&request, &command).await?))
}

/// Tells what happened to an order: what, when, and by whom.
#[utoipa::path(
    tag = "orders",
    params(("id" = String, Path, description = NAMED), OrderToken),
    responses(Problems, (status = 200, description = "Oldest first", body = TimelineView)),
)]
#[get("/{id}/timeline")]
pub(crate) async fn read_timeline(owner: Owner, orders: Data<Orders>) -> ApiResult<Json<TimelineView>> {
    Ok(Json(orders.timeline(owner.order).await?))
}
