use actix_web::{get, post, web::Data};
use kernel::{Page, PaymentId};
use kernel_db::idempotency;
use kernel_module::{key, respond};
use kernel_web::{
    Admin, Answer, ApiResult, Body, Context, IdempotencyKey, Json, OptionalKey, Path, Problems, Query, page_cursor,
    page_limit,
};

use super::{
    body::{PaymentsQuery, RefundBody},
    view::{PaymentView, RefundView},
};
use crate::{application::Cashier, error::PaymentError, persistence::query};

const SCOPE: &str = "admin";

/// Lists payments, newest first, each with every attempt.
#[utoipa::path(
    tag = "payments",
    params(PaymentsQuery),
    responses(Problems, (status = 200, description = "A page of payments", body = Page<PaymentView>)),
    security(("admin" = [])),
)]
#[get("/admin/payments")]
pub(crate) async fn list_payments(
    _: Admin,
    Query(wanted): Query<PaymentsQuery>,
    cashier: Data<Cashier>,
) -> ApiResult<Json<Page<PaymentView>>> {
    let before = page_cursor(wanted.cursor.as_deref())?;
    let page = query::list(cashier.db(), wanted.order, before, page_limit(wanted.limit)?).await?;
    Ok(Json(page.map(PaymentView::from)))
}

/// Reads a payment with every attempt.
#[utoipa::path(
    tag = "payments",
    responses(Problems, (status = 200, description = "The payment", body = PaymentView)),
    security(("admin" = [])),
)]
#[get("/admin/payments/{id}")]
pub(crate) async fn read_payment(
    _: Admin,
    Path((id,)): Path<(PaymentId,)>,
    cashier: Data<Cashier>,
) -> ApiResult<Json<PaymentView>> {
    Ok(Json(view(&cashier, id).await?))
}

/// Takes the money that is set aside, all of it.
///
/// Repeating it changes nothing. A payment that is not authorized is a 409 `illegal-move`; a provider that cannot be
/// reached is a 503 `provider-unavailable`.
#[utoipa::path(
    tag = "payments",
    params(OptionalKey),
    responses(Problems, (status = 200, description = "The payment as it stands now", body = PaymentView)),
    security(("admin" = [])),
)]
#[post("/admin/payments/{id}/capture")]
pub(crate) async fn capture_payment(
    _: Admin,
    Path((id,)): Path<(PaymentId,)>,
    optional: OptionalKey,
    Context(cx): Context,
    cashier: Data<Cashier>,
) -> ApiResult<Answer> {
    let key = optional.0.map(|text| key(SCOPE, &text, &format!("capture payment {id}"), ""));
    let capture = async {
        let order = order_of(&cashier, id).await?;
        cashier.capture(&cx, order).await?;
        Ok(idempotency::Answer::new(200, None, &view(&cashier, id).await?)?)
    };
    Ok(respond(cashier.once(key.as_ref(), capture).await?))
}

/// Gives a payment up: what is set aside is freed, now or as soon as the provider can be reached.
///
/// Captured money is not touched.
#[utoipa::path(
    tag = "payments",
    params(OptionalKey),
    responses(Problems, (status = 200, description = "The payment as it stands now", body = PaymentView)),
    security(("admin" = [])),
)]
#[post("/admin/payments/{id}/void")]
pub(crate) async fn void_payment(
    _: Admin,
    Path((id,)): Path<(PaymentId,)>,
    optional: OptionalKey,
    Context(cx): Context,
    cashier: Data<Cashier>,
) -> ApiResult<Answer> {
    let key = optional.0.map(|text| key(SCOPE, &text, &format!("void payment {id}"), ""));
    let void = async {
        let order = order_of(&cashier, id).await?;
        cashier.void(&cx, order).await?;
        Ok(idempotency::Answer::new(200, None, &view(&cashier, id).await?)?)
    };
    Ok(respond(cashier.once(key.as_ref(), void).await?))
}

/// Gives captured money back, all or in part.
///
/// The key names the refund. More than was captured and is not given back, or about to be, is a 409
/// `refund-exceeds-captured`. 202 means that the provider has not answered yet; the store goes on asking.
#[utoipa::path(
    tag = "payments",
    params(IdempotencyKey),
    request_body = RefundBody,
    responses(
        Problems,
        (status = 201, description = "Settled", body = RefundView),
        (status = 202, description = "Under way", body = RefundView),
    ),
    security(("admin" = [])),
)]
#[post("/admin/payments/{id}/refunds")]
pub(crate) async fn refund_payment(
    _: Admin,
    Path((id,)): Path<(PaymentId,)>,
    IdempotencyKey(text): IdempotencyKey,
    Context(cx): Context,
    (body, cashier): (Body<RefundBody>, Data<Cashier>),
) -> ApiResult<Answer> {
    let key = key(SCOPE, &text, &format!("refund payment {id}"), &body.fingerprint_hex());
    let request = body.into_inner().into_request(id, &text);
    let refund = async {
        let refund = RefundView::from(cashier.refund(&cx, &request).await?);
        Ok(idempotency::Answer::new(refund.http_status(), Some(format!("/admin/payments/{id}")), &refund)?)
    };
    Ok(respond(cashier.once(Some(&key), refund).await?))
}

async fn view(cashier: &Cashier, id: PaymentId) -> Result<PaymentView, PaymentError> {
    query::dossier(cashier.db(), id).await?.map(PaymentView::from).ok_or(PaymentError::NotFound)
}

async fn order_of(cashier: &Cashier, id: PaymentId) -> Result<kernel::OrderId, PaymentError> {
    query::dossier(cashier.db(), id).await?.map(|dossier| dossier.payment.order).ok_or(PaymentError::NotFound)
}
