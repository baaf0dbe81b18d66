//! Compresses answers for whom it saves something.
//!
//! A short body costs more to compress than to send, and a handler may have compressed its body already.

use std::io::Write;

use actix_web::{
    Error,
    body::{BodySize, BoxBody, EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, VARY},
    middleware::Next,
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};

/// Less than this fits into one packet anyway.
const WORTH_BYTES: u64 = 1400;

/// The middleware; it stands around the guard, so that problems come out as they are.
pub(crate) async fn gzip<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let wanted = accepts_gzip(request.headers());
    let response = next.call(request).await?;
    let large = matches!(response.response().body().size(), BodySize::Sized(bytes) if bytes >= WORTH_BYTES);
    if !wanted || !large || !may_compress(response.headers()) {
        return Ok(response.map_into_left_body());
    }
    Ok(compressed(response))
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let Some(accepted) = headers.get(ACCEPT_ENCODING).and_then(|codings| codings.to_str().ok()) else { return false };
    accepted.split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
        matches!(name.trim(), "gzip" | "*") && !refused
    })
}

/// Only text gets smaller.
fn may_compress(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let text =
        kind.starts_with("text/") || kind.contains("json") || kind.contains("javascript") || kind.contains("svg");
    text && !headers.contains_key(CONTENT_ENCODING)
}

fn compressed<B: MessageBody + 'static>(response: ServiceResponse<B>) -> ServiceResponse<EitherBody<B>> {
    let mut smaller = false;
    let mut response = response.map_body(|_, body| match body.try_into_bytes() {
        Ok(bytes) => {
            let encoded = encode(&bytes);
            smaller = encoded.is_some();
            EitherBody::right(BoxBody::new(encoded.unwrap_or(bytes)))
        }
        Err(stream) => EitherBody::left(stream),
    });
    if smaller {
        mark(response.headers_mut());
    }
    response
}

fn encode(bytes: &Bytes) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::fast());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

/// The compressed bytes are others than the tag was made of, so that the tag can only be a weak one.
fn mark(headers: &mut HeaderMap) {
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    let strong = headers.get(ETAG).and_then(|tag| tag.to_str().ok()).filter(|tag| tag.starts_with('"'));
    if let Some(weak) = strong.and_then(|tag| HeaderValue::try_from(format!("W/{tag}")).ok()) {
        headers.insert(ETAG, weak);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use actix_web::{App, HttpResponse, middleware::from_fn, test, web};

    use super::*;

    async fn answer(body: usize, accept: &str) -> (HeaderMap, Vec<u8>) {
        let handler = web::to(move || async move {
            HttpResponse::Ok().content_type("application/json").insert_header((ETAG, "\"a\"")).body("x".repeat(body))
        });
        let app = test::init_service(App::new().wrap(from_fn(gzip)).default_service(handler)).await;
        let request = test::TestRequest::get().insert_header((ACCEPT_ENCODING, accept)).to_request();
        let response = test::call_service(&app, request).await;
        let headers = response.headers().clone();
        (headers, test::read_body(response).await.to_vec())
    }

    #[actix_web::test]
    async fn a_long_answer_is_compressed_for_whom_can_read_it() {
        let (headers, body) = answer(5_000, "br, gzip;q=0.8").await;
        let mut read = String::new();
        flate2::read::GzDecoder::new(body.as_slice()).read_to_string(&mut read).unwrap();
        assert_eq!(read, "x".repeat(5_000));
        assert_eq!(headers.get(CONTENT_ENCODING).unwrap(), "gzip");
        assert_eq!(headers.get(ETAG).unwrap(), "W/\"a\"");
    }

    #[actix_web::test]
    async fn other_answers_are_left_alone() {
        for (size, accept) in [(5_000, "identity"), (5_000, "gzip;q=0"), (100, "gzip")] {
            let (headers, body) = answer(size, accept).await;
            assert_eq!((headers.get(CONTENT_ENCODING), body.len()), (None, size), "{accept}");
        }
    }
}
