use actix_web::{get, post, web::Data};
use kernel::{Page, PaymentId, RefundId};
use kernel_db::idempotency;
use kernel_module::{key, respond};
use kernel_web::{
    Admin, Answer, ApiResult, Body, Context, IdempotencyKey, Json, OptionalKey, Path, Problems, Query, page_cursor,
    page_limit,
};

use super::{
    body::{PaymentsQuery, RefundBody, ResolveBody},
    view::{PaymentView, RefundView},
};
use crate::{application::PaymentService, error::PaymentError, persistence::query};

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
    service: Data<PaymentService>,
) -> ApiResult<Json<Page<PaymentView>>> {
    let before = page_cursor(wanted.cursor.as_deref())?;
    let page = service.list((wanted.order, wanted.attention, before), page_limit(wanted.limit)?).await?;
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
    service: Data<PaymentService>,
) -> ApiResult<Json<PaymentView>> {
    Ok(Json(view(&service, id).await?))
}

/// Takes the money that is set aside, all of it.
///
/// Repeating it changes nothing. 202 means that the provider was asked and has not answered; the store goes on asking.
/// A payment that is not authorized is a 409 `illegal-move`, one that was given up a 409 `payment-voided`; a provider
/// that cannot be reached is a 503 `provider-unavailable`, and then nothing was taken.
#[utoipa::path(
    tag = "payments",
    params(OptionalKey),
    responses(
        Problems,
        (status = 200, description = "Taken, now or before", body = PaymentView),
        (status = 202, description = "Under way", body = PaymentView),
    ),
    security(("admin" = [])),
)]
#[post("/admin/payments/{id}/capture")]
pub(crate) async fn capture_payment(
    _: Admin,
    Path((id,)): Path<(PaymentId,)>,
    optional: OptionalKey,
    Context(cx): Context,
    service: Data<PaymentService>,
) -> ApiResult<Answer> {
    let key = optional.0.map(|text| key(SCOPE, &text, &format!("capture payment {id}"), ""));
    let capture = async {
        let (progress, dossier) = service.capture_by_hand(&cx, id).await?;
        Ok(idempotency::Answer::new(progress.http_status(), None, &PaymentView::from(dossier))?)
    };
    Ok(respond(service.once(key.as_ref(), capture).await?))
}

/// Gives a payment up: what is set aside is freed, now or as soon as the provider can be reached.
///
/// Repeating it changes nothing. 202 and the status `voiding` mean that the void is written down and the provider has not
/// done it yet; the store goes on asking. A payment that is captured, refunded or declined has nothing set aside: 409
/// `illegal-move`.
#[utoipa::path(
    tag = "payments",
    params(OptionalKey),
    responses(
        Problems,
        (status = 200, description = "Nothing is set aside any more", body = PaymentView),
        (status = 202, description = "Under way", body = PaymentView),
    ),
    security(("admin" = [])),
)]
#[post("/admin/payments/{id}/void")]
pub(crate) async fn void_payment(
    _: Admin,
    Path((id,)): Path<(PaymentId,)>,
    optional: OptionalKey,
    Context(cx): Context,
    service: Data<PaymentService>,
) -> ApiResult<Answer> {
    let key = optional.0.map(|text| key(SCOPE, &text, &format!("void payment {id}"), ""));
    let void = async {
        let (progress, dossier) = service.void_by_hand(&cx, id).await?;
        Ok(idempotency::Answer::new(progress.http_status(), None, &PaymentView::from(dossier))?)
    };
    Ok(respond(service.once(key.as_ref(), void).await?))
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
    (body, service): (Body<RefundBody>, Data<PaymentService>),
) -> ApiResult<Answer> {
    let key = key(SCOPE, &text, &format!("refund payment {id}"), &body.fingerprint_hex());
    let request = body.into_inner().into_request(id, &text);
    let refund = async {
        let refund = RefundView::from(service.refund(&cx, &request).await?);
        Ok(idempotency::Answer::new(refund.http_status(), Some(format!("/admin/payments/{id}")), &refund)?)
    };
    Ok(respond(service.once(Some(&key), refund).await?))
}

/// Notes how the shop has settled a refund that could not be made, so that it is no work to do any more.
///
/// No money moves. Repeating it with the same reason changes nothing; another reason is a 409
/// `refused-refund-resolved`.
#[utoipa::path(
    tag = "payments",
    params(OptionalKey),
    request_body = ResolveBody,
    responses(Problems, (status = 200, description = "The payment as it stands now", body = PaymentView)),
    security(("admin" = [])),
)]
#[post("/admin/payments/{id}/refunds/{refund}/resolve")]
pub(crate) async fn resolve_refund(
    _: Admin,
    Path((id, refund)): Path<(PaymentId, RefundId)>,
    optional: OptionalKey,
    Context(cx): Context,
    (body, service): (Body<ResolveBody>, Data<PaymentService>),
) -> ApiResult<Answer> {
    let request = format!("resolve refund {refund} of payment {id}");
    let key = optional.0.map(|text| key(SCOPE, &text, &request, &body.fingerprint_hex()));
    let resolve = async {
        service.resolve_refusal(&cx, (id, refund), &body.reason).await?;
        Ok(idempotency::Answer::new(200, None, &view(&service, id).await?)?)
    };
    Ok(respond(service.once(key.as_ref(), resolve).await?))
}

async fn view(service: &PaymentService, id: PaymentId) -> Result<PaymentView, PaymentError> {
    query::with_attempts(service.db(), id).await?.map(PaymentView::from).ok_or(PaymentError::NotFound)
}
