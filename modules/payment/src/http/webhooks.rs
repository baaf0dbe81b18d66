use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, post, web::Data};
use kernel_web::{ApiError, ApiResult, NoContent, Path, Problems, RawBody};

use crate::{
    application::PaymentService,
    error::PaymentError,
    signature::{ID, SIGNATURE, Seal, TIMESTAMP, Untrusted, WebhookSecret},
};

/// Takes a payment provider's news, signed as [Standard Webhooks](https://www.standardwebhooks.com) asks.
///
/// It has its effect once for each `webhook-id`, however often it is sent. An event of a type that the store does not
/// know is kept and has no effect, and members that it does not know are passed over. A signature that is not the
/// provider's, or a time more than five minutes off, is a 401 `webhook-untrusted`; a body that is not JSON is a 400
/// `webhook-unreadable`.
#[utoipa::path(
    tag = "payments",
    params(
        ("webhook-id" = String, Header, description = "The event's id, the same in every delivery"),
        ("webhook-timestamp" = String, Header, description = "When it was sent, in Unix seconds"),
        ("webhook-signature" = String, Header, description = "`v1,` and the base64 of HMAC-SHA256; several with spaces"),
    ),
    request_body(content = String, content_type = "application/json", description = "As the provider defines it"),
    responses(Problems, (status = 204, description = "Taken, now or before")),
)]
#[post("/webhooks/payments/{provider}")]
pub(crate) async fn receive_webhook(
    Path((provider,)): Path<(String,)>,
    Sealed(seal): Sealed,
    RawBody(body): RawBody,
    secret: Data<WebhookSecret>,
    service: Data<PaymentService>,
) -> ApiResult<NoContent> {
    service.receive(&provider, (&secret, &seal), &body).await?;
    Ok(NoContent)
}

/// The three headers of a signed webhook. 401 when one is missing.
pub(super) struct Sealed(Seal);

impl FromRequest for Sealed {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read_seal(request).map(Self).map_err(|error| PaymentError::from(error).into()))
    }
}

fn read_seal(request: &HttpRequest) -> Result<Seal, Untrusted> {
    let header = |name: &'static str| {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok());
        value.map(str::to_owned).ok_or(Untrusted::Header(name))
    };
    Ok(Seal { id: header(ID)?, timestamp: header(TIMESTAMP)?, signatures: header(SIGNATURE)? })
}
