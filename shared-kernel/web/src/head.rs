//! What the head of a request may hold, for every operation at once.
//!
//! A text that cannot be kept must not be asked for either: Postgres refuses a query with NUL in it.

use std::borrow::Cow;

use actix_web::{
    HttpRequest,
    http::{StatusCode, header::HeaderValue},
};
use kernel::{
    card::{holds_card_number, identifier_holds_card_number},
    text::forbidden_in_line,
};
use percent_encoding::percent_decode;

use crate::{ApiError, ApiResult, Caller};

/// No parameter of any operation is longer; the longest are cursors.
const LONGEST_VALUE: usize = 4_096;

/// Headers that are kept or logged as they come.
const KEPT_HEADERS: [&str; 2] = ["Idempotency-Key", "X-Request-Id"];

/// The parameter that holds what the store itself has written.
const CURSOR: &str = "cursor";

/// 400 for a path or a query that is not UTF-8, or has control characters or such that change the direction of writing.
/// 400 too when a buyer (anyone but the admin) sends a payment card number in the query or in a header that is kept.
pub(crate) fn judge(request: &HttpRequest) -> ApiResult<()> {
    judge_path(request.path())?;
    let pairs = pairs(request.query_string())?;
    for (name, value) in &pairs {
        judge_parameter(name, value)?;
    }
    let is_admin = || Caller::of(request).is_ok_and(|caller| caller.is_admin());
    match card_in(request, &pairs) {
        Some(place) if !is_admin() => Err(refused_card(&place)),
        _ => Ok(()),
    }
}

fn judge_path(path: &str) -> ApiResult<()> {
    let decoded = percent_decode(path.as_bytes()).decode_utf8();
    let decoded = decoded.map_err(|_| ApiError::malformed("the path is not UTF-8"))?;
    match decoded.chars().find_map(forbidden_in_line) {
        Some(error) => Err(ApiError::malformed(format!("the path {error}"))),
        None => Ok(()),
    }
}

/// The query's pairs, decoded as `application/x-www-form-urlencoded`. Most decoders put U+FFFD where bytes are no UTF-8.
fn pairs(query: &str) -> ApiResult<Vec<(String, String)>> {
    let read = |text: &str| {
        let spaced = text.replace('+', " ");
        let decoded = percent_decode(spaced.as_bytes()).decode_utf8().map(Cow::into_owned);
        decoded.map_err(|_| ApiError::malformed("the query is not UTF-8"))
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((read(name)?, read(value)?))
        })
        .collect()
}

fn judge_parameter(name: &str, value: &str) -> ApiResult<()> {
    if name.chars().any(|letter| forbidden_in_line(letter).is_some()) {
        return Err(ApiError::malformed("the name of a parameter must not hold control characters"));
    }
    if value.len() > LONGEST_VALUE {
        return Err(ApiError::bad_parameter(name, &format!("longer than {LONGEST_VALUE} bytes")));
    }
    match value.chars().find_map(forbidden_in_line) {
        Some(error) => Err(ApiError::bad_parameter(name, &error.to_string())),
        None => Ok(()),
    }
}

/// Where a card number stands. The words do not repeat it.
fn card_in(request: &HttpRequest, pairs: &[(String, String)]) -> Option<String> {
    let holds = |value: &HeaderValue| value.to_str().is_ok_and(identifier_holds_card_number);
    let header = KEPT_HEADERS.into_iter().find(|name| request.headers().get_all(*name).any(holds));
    let parameter = || pairs.iter().find(|(name, value)| name != CURSOR && holds_card_number(value));
    let in_name = || pairs.iter().any(|(name, _)| holds_card_number(name)).then(|| "the query".to_owned());
    header
        .map(|name| format!("the header {name}"))
        .or_else(in_name)
        .or_else(|| parameter().map(|(name, _)| format!("the parameter `{name}`")))
}

fn refused_card(place: &str) -> ApiError {
    let detail = format!("{place} holds a payment card number, which the store must not see");
    ApiError::new(StatusCode::BAD_REQUEST, "card-number", detail)
}
