//! Carts. Whoever knows a cart's id may do anything with it.

use actix_web::{delete, get, post, put, web::Data};
use kernel::{CartId, Sku};
use kernel_module::respond;
use kernel_web::{Answer, ApiResult, Body, Context, IdempotencyKey, Json, NoContent, OptionalKey, Path, Problems};

use super::{
    body::{CartLineBody, CheckOutBody},
    guest::Asking,
};
use crate::{
    application::Orders,
    view::{CartView, OrderView},
};

/// Opens an empty cart.
///
/// Its id is random: to know it is to own the cart. It expires some days after its last change. Each request opens
/// another cart: a guest's `Idempotency-Key` is not used, since two guests may choose the same. The admin's is.
#[utoipa::path(
    tag = "carts",
    params(OptionalKey),
    responses(Problems, (status = 201, description = "Opened", body = CartView)),
)]
#[post("")]
pub(crate) async fn open_cart(asking: Asking, orders: Data<Orders>) -> ApiResult<Answer> {
    Ok(respond(orders.open_cart(&asking.to_open_cart()).await?))
}

/// Shows a cart, at today's prices and with what is in stock now.
#[utoipa::path(tag = "carts", responses(Problems, (status = 200, description = "The cart", body = CartView)))]
#[get("/{id}")]
pub(crate) async fn show_cart(
    Context(cx): Context,
    Path((id,)): Path<(CartId,)>,
    orders: Data<Orders>,
) -> ApiResult<Json<CartView>> {
    Ok(Json(orders.show_cart(&cx, id).await?))
}

/// Sets how many units of a SKU the cart holds; none removes it.
#[utoipa::path(
    tag = "carts",
    request_body = CartLineBody,
    responses(Problems, (status = 200, description = "The cart", body = CartView)),
)]
#[put("/{id}/lines/{sku}")]
pub(crate) async fn set_cart_line(
    Context(cx): Context,
    Path((id, sku)): Path<(CartId, Sku)>,
    body: Body<CartLineBody>,
    orders: Data<Orders>,
) -> ApiResult<Json<CartView>> {
    Ok(Json(orders.set_cart_line(&cx, id, body.into_inner().into_line(sku)).await?))
}

/// Throws a cart away.
#[utoipa::path(tag = "carts", responses(Problems, (status = 204, description = "Gone")))]
#[delete("/{id}")]
pub(crate) async fn delete_cart(Path((id,)): Path<(CartId,)>, orders: Data<Orders>) -> ApiResult<NoContent> {
    orders.delete_cart(id).await?;
    Ok(NoContent)
}

/// Places an order of what the cart holds, as `POST /orders` does.
///
/// A cart becomes one order. When that comes to nothing, the cart may be changed and checked out again.
#[utoipa::path(
    tag = "carts",
    params(IdempotencyKey),
    request_body = CheckOutBody,
    responses(
        Problems,
        (status = 201, description = "Confirmed and paid for", body = OrderView),
        (status = 202, description = "Taken, and being worked on", body = OrderView),
    ),
)]
#[post("/{id}/checkout")]
pub(crate) async fn check_out_cart(
    asking: Asking,
    Path((id,)): Path<(CartId,)>,
    key: IdempotencyKey,
    body: Body<CheckOutBody>,
    orders: Data<Orders>,
) -> ApiResult<Answer> {
    let asked = asking.into_check_out(id, &key, &body.fingerprint_hex());
    let purchase = body.into_inner().into_purchase();
    Ok(respond(orders.check_out(id, asked, purchase).await?))
}
