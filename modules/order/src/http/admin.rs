//! What the admin does with orders.

use actix_web::{get, post, web::Data};
use kernel::Page;
use kernel_module::respond;
use kernel_web::{Admin, Answer, ApiResult, Body, Json, OptionalKey, Problems, Query};

use super::{
    body::{FulfilBody, OrdersQuery},
    guest::Owner,
    orders::NAMED,
};
use crate::{
    application::Orders,
    view::{FulfilmentView, OrderView},
};

/// Lists orders, the newest first.
#[utoipa::path(
    tag = "orders",
    params(OrdersQuery),
    responses(Problems, (status = 200, description = "A page of orders", body = Page<OrderView>)),
    security(("admin" = [])),
)]
#[get("")]
pub(crate) async fn list_orders(
    _: Admin,
    query: Query<OrdersQuery>,
    orders: Data<Orders>,
) -> ApiResult<Json<Page<OrderView>>> {
    let (filter, limit) = query.into_inner().into_filter()?;
    Ok(Json(orders.list(&filter, limit).await?))
}

/// Searches orders, the newest first.
///
/// Every parameter that is given must hold. A number, an email address and a SKU are matched whole; of an email address
/// case and other ways to write the same letters make no difference, and a host may be written in its own script.
#[utoipa::path(
    tag = "orders",
    params(OrdersQuery),
    responses(Problems, (status = 200, description = "A page of orders", body = Page<OrderView>)),
    security(("admin" = [])),
)]
#[get("")]
pub(crate) async fn search_orders(
    _: Admin,
    query: Query<OrdersQuery>,
    orders: Data<Orders>,
) -> ApiResult<Json<Page<OrderView>>> {
    let (filter, limit) = query.into_inner().into_filter()?;
    Ok(Json(orders.list(&filter, limit).await?))
}

/// Sends goods on their way: some lines, or all that is left.
///
/// The order becomes `fulfilled` once nothing is left to send.
#[utoipa::path(
    tag = "orders",
    params(("id" = String, Path, description = NAMED), OptionalKey),
    request_body = FulfilBody,
    responses(Problems, (status = 201, description = "On their way", body = FulfilmentView)),
    security(("admin" = [])),
)]
#[post("/{id}/fulfilments")]
pub(crate) async fn fulfil_order(
    _: Admin,
    owner: Owner,
    body: Body<FulfilBody>,
    orders: Data<Orders>,
) -> ApiResult<Answer> {
    let request = owner.request("fulfil", &body.fingerprint_hex());
    let command = body.into_inner().into_command(owner.order);
    Ok(respond(orders.fulfil(&request, &command).await?))
}
