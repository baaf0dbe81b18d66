//! The operations of payment.

use std::sync::Arc;

use actix_web::web::Data;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{application::PaymentService, signature::WebhookSecret};

mod body;
pub(crate) mod examples;
pub(crate) mod payments;
mod view;
pub(crate) mod webhooks;

pub(crate) fn routes(config: &mut ServiceConfig<'_>, service: &Arc<PaymentService>, secret: &WebhookSecret) {
    config
        .app_data(Data::from(Arc::clone(service)))
        .app_data(Data::new(secret.clone()))
        .service(payments::list_payments)
        .service(payments::read_payment)
        .service(payments::capture_payment)
        .service(payments::void_payment)
        .service(payments::refund_payment)
        .service(payments::resolve_refund)
        .service(webhooks::receive_webhook);
}
