//! The request line, and text in it that was sent as it is.

use std::fmt::Write as _;

use crate::Refusal;

/// The method, target and version of a request line (RFC 9112, 3), without its CR LF.
pub(crate) fn judge_line(line: &[u8]) -> Result<(), Refusal> {
    let mut parts = line.split(|byte| *byte == b' ');
    let (Some(method), Some(target), Some(version), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Refusal::REQUEST_LINE);
    };
    if method.is_empty() || !method.iter().all(|byte| is_token(*byte)) || target.is_empty() {
        return Err(Refusal::REQUEST_LINE);
    }
    match version {
        b"HTTP/1.1" | b"HTTP/1.0" => judge_target(target),
        _ if version.starts_with(b"HTTP/") => Err(Refusal::VERSION),
        _ => Err(Refusal::REQUEST_LINE),
    }
}

fn judge_target(target: &[u8]) -> Result<(), Refusal> {
    let text = std::str::from_utf8(target).map_err(|_| Refusal::TARGET)?;
    if text.chars().any(char::is_control) { Err(Refusal::TARGET) } else { Ok(()) }
}

/// The head with its target percent-encoded, when there is text in the target that is not ASCII; else `None`.
///
/// A target's bytes beyond ASCII have one meaning only, which is their UTF-8: browsers send the same bytes encoded.
pub(crate) fn encoded(head: &[u8]) -> Option<Vec<u8>> {
    let end = head.iter().position(|byte| *byte == b'\r')?;
    let (line, rest) = head.split_at_checked(end)?;
    if line.is_ascii() {
        return None;
    }
    let mut encoded = String::with_capacity(line.len() * 2);
    for byte in line {
        if byte.is_ascii() {
            encoded.push(char::from(*byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    Some([encoded.as_bytes(), rest].concat())
}

/// RFC 9110, 5.6.2.
pub(crate) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
