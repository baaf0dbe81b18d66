//! The addresses in `Forwarded` and `X-Forwarded-For`, in the order in which they stand there.

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::{HeaderMap, HeaderValue};

/// As many are looked at, from the right. No path has more proxies.
const MOST: usize = 32;

/// `None` stands for a hop that is no address.
pub(super) fn x_forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    last(lines(headers, "x-forwarded-for").flat_map(|line| line.split(',').map(address)).collect())
}

/// The `for` of every element (RFC 7239, 4); `None` for an element without one that is an address.
pub(super) fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    last(lines(headers, "forwarded").flat_map(|line| split(line, ',').into_iter().map(for_of)).collect())
}

fn lines<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).map(|line: &HeaderValue| line.to_str().unwrap_or("unreadable"))
}

fn last(mut hops: Vec<Option<IpAddr>>) -> Vec<Option<IpAddr>> {
    hops.split_off(hops.len().saturating_sub(MOST))
}

fn for_of(element: &str) -> Option<IpAddr> {
    let pairs = split(element, ';');
    let values = pairs.into_iter().filter_map(|pair| pair.split_once('='));
    let (_, node) = values.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    address(node)
}

/// Splits at `separator`, but not inside quotes.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(move |letter: char| {
        let splits = letter == separator && !is_quoted;
        if letter == '"' && !is_escaped {
            is_quoted = !is_quoted;
        }
        is_escaped = is_quoted && letter == '\\' && !is_escaped;
        splits
    })
    .collect()
}

/// `192.0.2.7`, `192.0.2.7:4711`, `2001:db8::7`, `[2001:db8::7]`, `"[2001:db8::7]:4711"`.
fn address(node: &str) -> Option<IpAddr> {
    let node = node.trim().trim_matches('"');
    let bare = node.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(node);
    bare.parse::<IpAddr>().ok().or_else(|| node.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}
