use std::collections::HashSet;

use actix_web::{
    HttpRequest, HttpResponseBuilder,
    http::header::{HeaderMap as ActixHeaders, HeaderName as ActixName, HeaderValue as ActixValue},
};
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::ForwardedFor;
use crate::token::Bearer;

/// Headers of one connection and not of the message (RFC 9110, 7.6.1), and those that either side writes itself.
const OF_THE_CONNECTION: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What every header begins with that processes of one store send each other. A client's own is left out.
const INTERNAL: &str = "x-banyan-";

const CLIENT: HeaderName = HeaderName::from_static(super::CLIENT);
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// What the far side is sent. `Host` is left to the client, which writes the far side's.
pub(super) fn outgoing(request: &HttpRequest, from: &ForwardedFor<'_>, proof: Option<Bearer>) -> HeaderMap {
    let asked = request.headers();
    let dropped = named_by_connection(asked.get_all("connection").map(ActixValue::as_bytes));
    let stays = |name: &str| {
        let is_ours = name.starts_with(INTERNAL) || name == "traceparent" || name == "tracestate";
        belongs_to_the_message(name, &dropped) && name != "host" && name != "expect" && !is_ours
    };
    let mut headers = HeaderMap::with_capacity(asked.len() + 4);
    for (name, value) in asked.iter().filter(|(name, _)| stays(name.as_str())) {
        let name = HeaderName::from_bytes(name.as_str().as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            headers.append(name, value);
        }
    }
    if let Some(Ok(mut proof)) = proof.map(|proof| HeaderValue::from_str(proof.as_str())) {
        proof.set_sensitive(true);
        headers.insert(HeaderName::from_static(super::FORWARDED), proof);
    }
    let client = from.client.map(|client| client.to_string());
    let ours = [(REQUEST_ID, Some(from.request_id)), (CLIENT, client.as_deref()), (TRACEPARENT, from.traceparent)];
    for (name, value) in ours {
        if let Some(Ok(value)) = value.map(HeaderValue::from_str) {
            headers.insert(name, value);
        }
    }
    forwarded(request, &mut headers);
    headers
}

/// The client, the host that it asked, and the scheme. A proxy in front has set the last two already.
fn forwarded(request: &HttpRequest, headers: &mut HeaderMap) {
    if let Some(peer) = request.peer_addr() {
        let before = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
        let line: Vec<String> = before.map(str::to_owned).chain([peer.ip().to_string()]).collect();
        if let Ok(line) = HeaderValue::from_str(&line.join(", ")) {
            headers.insert(FORWARDED_FOR, line);
        }
    }
    let host = request.headers().get("host").and_then(|host| HeaderValue::from_bytes(host.as_bytes()).ok());
    if let Some(host) = host {
        headers.entry(FORWARDED_HOST).or_insert(host);
    }
    let scheme = if request.app_config().secure() { "https" } else { "http" };
    headers.entry(FORWARDED_PROTO).or_insert(HeaderValue::from_static(scheme));
}

/// What the client is sent. The length goes with the body.
pub(super) fn incoming(headers: &HeaderMap, response: &mut HttpResponseBuilder) {
    let dropped = named_by_connection(headers.get_all(header::CONNECTION).iter().map(HeaderValue::as_bytes));
    for (name, value) in headers {
        if name != header::CONTENT_LENGTH && belongs_to_the_message(name.as_str(), &dropped) {
            let name = ActixName::from_bytes(name.as_str().as_bytes());
            if let (Ok(name), Ok(value)) = (name, ActixValue::from_bytes(value.as_bytes())) {
                response.append_header((name, value));
            }
        }
    }
}

pub(super) fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether a request has a body, by what it says of it.
pub(super) fn has_body(headers: &ActixHeaders) -> bool {
    let length = headers.get("content-length").and_then(|length| length.to_str().ok());
    headers.contains_key("transfer-encoding") || length.is_some_and(|length| length != "0")
}

fn belongs_to_the_message(name: &str, dropped: &HashSet<String>) -> bool {
    !OF_THE_CONNECTION.contains(&name) && !dropped.contains(name)
}

fn named_by_connection<'a>(values: impl Iterator<Item = &'a [u8]>) -> HashSet<String> {
    let names = |value: &'a [u8]| -> Vec<String> {
        let text = String::from_utf8_lossy(value);
        text.split(',').map(|name| name.trim().to_ascii_lowercase()).collect()
    };
    values.flat_map(names).collect()
}
