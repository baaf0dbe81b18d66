use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{CONTENT_LENGTH, HeaderMap},
};
use bytes::Bytes;
use futures_util::future::LocalBoxFuture;

use super::{BodyLimit, header, read};
use crate::{ApiError, ApiResult};

/// The body as it came, whatever its media type: a signature is over bytes. 413 beyond the [`BodyLimit`].
#[derive(Debug, Clone)]
pub struct RawBody(pub Bytes);

impl FromRequest for RawBody {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, ApiResult<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limit = request.app_data::<BodyLimit>().copied().unwrap_or_default();
        let announced = announced(request.headers(), limit);
        let payload = payload.take();
        Box::pin(async move {
            announced?;
            read(payload, limit).await.map(Self)
        })
    }
}

/// A body that says itself that it is too long need not be read.
pub(super) fn announced(headers: &HeaderMap, BodyLimit(limit): BodyLimit) -> ApiResult<()> {
    let length = header(headers, &CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok()).unwrap_or_default();
    if usize::try_from(length).is_ok_and(|length| length <= limit) { Ok(()) } else { Err(ApiError::too_large(limit)) }
}
