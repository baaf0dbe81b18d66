//! What the admin does with orders.

use actix_web::{get, post, web::Data};
use kernel::{OrderId, Page};
use kernel_module::respond;
use kernel_web::{Admin, Answer, ApiResult, Body, Json, OptionalKey, Problems, Query, page_cursor, page_limit};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{body::FulfilBody, guest::Owner};
use crate::{
    application::Orders,
    domain::Status,
    persistence::query::Filter,
    view::{FulfilmentView, OrderView},
};

/// Which orders to list.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrdersQuery {
    status: Option<Status>,
    /// The buyer's address; capitals make no difference.
    email: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many items, 1 to 100; 20 when left out.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u16>,
}

impl OrdersQuery {
    fn into_filter(self) -> ApiResult<Filter> {
        let before = page_cursor(self.cursor.as_deref())?;
        Ok(Filter { status: self.status, email: self.email, before })
    }
}

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
    let query = query.into_inner();
    let limit = page_limit(query.limit)?;
    Ok(Json(orders.list(&query.into_filter()?, limit).await?))
}

/// Sends goods on their way: some lines, or all that is left.
///
/// The order becomes `fulfilled` once nothing is left to send.
#[utoipa::path(
    tag = "orders",
    params(("id" = OrderId, Path), OptionalKey),
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
