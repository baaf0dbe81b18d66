//! The public and the admin routes.

mod adjustment;
pub(crate) mod examples;
mod hold;
mod ledger;
mod level;
mod stock;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(stock::get_stock)
        .service(level::list_levels)
        .service(level::get_level)
        .service(level::put_level)
        .service(adjustment::adjust_stock)
        .service(ledger::list_ledger)
        .service(hold::list_holds);
}
