//! Compresses answers where that saves something.
//!
//! A short body costs more to compress than to send, and a handler may have compressed its body already.

use std::io::Write;

use actix_web::{
    Error,
    body::{BodySize, BoxBody, EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::StatusCode,
    http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, VARY},
    middleware::Next,
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use kernel_web::compressed_etag;

/// Less than this fits into one packet anyway.
const WORTH_BYTES: u64 = 1400;

/// The middleware; it stands around the guard, so that problems come out as they are.
pub(crate) async fn gzip<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let wish = Wish::of(request.headers());
    let mut response = next.call(request).await?;
    if response.status() == StatusCode::NOT_MODIFIED {
        vary(response.headers_mut());
    }
    let BodySize::Sized(bytes) = response.response().body().size() else { return Ok(response.map_into_left_body()) };
    let worth = bytes >= WORTH_BYTES || (bytes > 0 && wish == Wish::NothingElse);
    if !worth || !may_compress(response.headers()) {
        return Ok(response.map_into_left_body());
    }
    vary(response.headers_mut());
    Ok(if wish == Wish::Plain { response.map_into_left_body() } else { compressed(response) })
}

/// What the client says of gzip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Plain,
    Gzip,
    /// It does not take an answer that is not compressed.
    NothingElse,
}

impl Wish {
    /// RFC 9110, 12.5.3. Several lines are one list.
    fn of(headers: &HeaderMap) -> Self {
        let (mut gzip, mut identity, mut any) = (None, None, None);
        for line in headers.get_all(ACCEPT_ENCODING).filter_map(|line| line.to_str().ok()) {
            for (name, weight) in line.split(',').map(coding) {
                match name.to_ascii_lowercase().as_str() {
                    "gzip" | "x-gzip" => gzip = Some(weight),
                    "identity" => identity = Some(weight),
                    "*" => any = Some(weight),
                    _ => {}
                }
            }
        }
        match (gzip.or(any).unwrap_or(0), identity, any) {
            (0, ..) => Self::Plain,
            (_, Some(0), _) | (_, None, Some(0)) => Self::NothingElse,
            (gzip, Some(identity), _) if identity > gzip => Self::Plain,
            _ => Self::Gzip,
        }
    }
}

/// The name of a coding and its weight in thousandths. A weight that cannot be read refuses.
fn coding(text: &str) -> (&str, u16) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    (name, weight.map_or(1000, |weight| thousandths(weight).unwrap_or(0)))
}

fn thousandths(weight: &str) -> Option<u16> {
    let (whole, rest) = weight.split_once('.').unwrap_or((weight, ""));
    let digits = rest.len() <= 3 && rest.bytes().all(|byte| byte.is_ascii_digit());
    let rest: u16 = format!("{rest:0<3}").parse().ok().filter(|_| digits)?;
    match whole {
        "0" => Some(rest),
        "1" if rest == 0 => Some(1000),
        _ => None,
    }
}

/// The answer to another `Accept-Encoding` may be another.
fn vary(headers: &mut HeaderMap) {
    let said =
        |line: &HeaderValue| line.to_str().is_ok_and(|line| line.to_ascii_lowercase().contains("accept-encoding"));
    if !headers.get_all(VARY).any(said) {
        headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    }
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

/// The compressed bytes are others than the tag was made of, and get a strong tag of their own that leads back to it.
fn mark(headers: &mut HeaderMap) {
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    let tag = headers.get(ETAG).and_then(|tag| tag.to_str().ok()).and_then(compressed_etag);
    if let Some(tag) = tag.and_then(|tag| HeaderValue::try_from(tag).ok()) {
        headers.insert(ETAG, tag);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use actix_web::{
        App, HttpResponse,
        middleware::from_fn,
        test::{TestRequest, call_service, init_service, read_body},
        web,
    };

    use super::*;

    async fn answer(body: usize, accept: &str) -> (HeaderMap, Vec<u8>) {
        let handler = web::to(move || async move {
            HttpResponse::Ok().content_type("application/json").insert_header((ETAG, "\"a\"")).body("x".repeat(body))
        });
        let app = init_service(App::new().wrap(from_fn(gzip)).default_service(handler)).await;
        let request = TestRequest::get().insert_header((ACCEPT_ENCODING, accept)).to_request();
        let response = call_service(&app, request).await;
        let headers = response.headers().clone();
        (headers, read_body(response).await.to_vec())
    }

    #[actix_web::test]
    async fn a_long_answer_is_compressed_for_whom_can_read_it() {
        let (headers, body) = answer(5_000, "br, gzip;q=0.8").await;
        let mut read = String::new();
        flate2::read::GzDecoder::new(body.as_slice()).read_to_string(&mut read).unwrap();
        assert_eq!(read, "x".repeat(5_000));
        assert_eq!(headers.get(CONTENT_ENCODING).unwrap(), "gzip");
        assert_eq!(headers.get(ETAG).unwrap(), "\"a-gzip\"");
        assert_eq!(headers.get(VARY).unwrap(), "accept-encoding");
    }

    #[actix_web::test]
    async fn other_answers_are_left_alone() {
        for (size, accept) in [(5_000, "identity"), (5_000, "gzip;q=0"), (100, "gzip")] {
            let (headers, body) = answer(size, accept).await;
            assert_eq!((headers.get(CONTENT_ENCODING), body.len()), (None, size), "{accept}");
            assert_eq!(headers.contains_key(VARY), size > 100, "{accept}: what could be compressed varies");
        }
    }

    #[test]
    fn a_client_gets_what_it_asks_for() {
        for (lines, wish) in [
            (&[][..], Wish::Plain),
            (&[""], Wish::Plain),
            (&["gzip"], Wish::Gzip),
            (&["GZIP"], Wish::Gzip),
            (&["x-gzip"], Wish::Gzip),
            (&["br, deflate"], Wish::Plain),
            (&["br", "gzip"], Wish::Gzip),
            (&["*"], Wish::Gzip),
            (&["*;q=0"], Wish::Plain),
            (&["*;q=0, gzip"], Wish::NothingElse),
            (&["gzip;q=0, *"], Wish::Plain),
            (&["gzip;q=0.000"], Wish::Plain),
            (&["gzip; q=0"], Wish::Plain),
            (&["gzip;q=0.001"], Wish::Gzip),
            (&["gzip;q=2"], Wish::Plain),
            (&["identity;q=0, gzip;q=0.5"], Wish::NothingElse),
            (&["identity;q=0"], Wish::Plain),
            (&["gzip;q=0.5, identity;q=0.9"], Wish::Plain),
            (&["gzip;q=0.9, identity;q=0.5"], Wish::Gzip),
            (&["identity, gzip"], Wish::Gzip),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(ACCEPT_ENCODING, HeaderValue::from_static(line));
            }
            assert_eq!(Wish::of(&headers), wish, "{lines:?}");
        }
    }
}
