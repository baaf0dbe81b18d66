//! The routes: each handler extracts, translates, calls one use case, wraps.

use std::sync::Arc;

use actix_web::web::Data;
use kernel_web::BodyLimit;
use utoipa_actix_web::{scope, service_config::ServiceConfig};

use crate::application::Orders;

mod admin;
mod body;
mod carts;
pub(crate) mod examples;
mod guest;
mod orders;
mod returns;

/// An order may have a thousand lines.
const ORDER_BODY: BodyLimit = BodyLimit(1024 * 1024);

pub(crate) fn routes(orders: &Arc<Orders>, config: &mut ServiceConfig<'_>) {
    config.app_data(Data::from(Arc::clone(orders)));
    config.service(
        scope::scope("/orders")
            .app_data(ORDER_BODY)
            .service(orders::place_order)
            .service(admin::list_orders)
            .service(orders::read_order)
            .service(orders::cancel_order)
            .service(admin::fulfil_order)
            .service(orders::call_off_lines)
            .service(orders::ask_return)
            .service(orders::read_timeline),
    );
    config.service(scope::scope("/admin/orders").service(admin::search_orders));
    config.service(
        scope::scope("/admin/returns")
            .service(returns::list_returns)
            .service(returns::read_return)
            .service(returns::approve_return)
            .service(returns::receive_return)
            .service(returns::refuse_return),
    );
    config.service(
        scope::scope("/carts")
            .service(carts::open_cart)
            .service(carts::show_cart)
            .service(carts::set_cart_line)
            .service(carts::delete_cart)
            .service(carts::check_out_cart),
    );
}
