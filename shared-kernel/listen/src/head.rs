//! The head of a request: where it ends, whether it can be taken, and how the body after it is framed.

use actix_web::http::Uri;
use httparse::{Header, Status};

use crate::{
    Refusal,
    target::{self, is_token},
};

/// The most header lines; actix-http reads no more.
const MAX_HEADERS: usize = 96;

/// What tells a TLS client from an HTTP client: the first byte of a handshake.
const TLS_HANDSHAKE: u8 = 0x16;

/// How the body that follows a head is delimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    None,
    Length(u64),
    Chunked,
}

/// A head that the application's parser will take.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) framing: Framing,
    /// What the application is given instead, when it must not see the head as it came.
    pub(crate) rewritten: Option<Vec<u8>>,
}

/// Looks for the end of a head in bytes that come in pieces. Each byte is looked at once.
#[derive(Debug, Default)]
pub(crate) struct Scanner {
    looked_at: usize,
    line_begins: usize,
}

impl Scanner {
    /// The length of the head, once all of it is there. What can be refused early is.
    pub(crate) fn scan(&mut self, bytes: &[u8]) -> Result<Option<usize>, Refusal> {
        if self.looked_at == 0 {
            judge_first_byte(bytes)?;
        }
        while let Some(fresh) = bytes.get(self.looked_at..)
            && let Some(found) = fresh.iter().position(|byte| *byte == b'\n')
        {
            let feed = self.looked_at + found;
            let line = bytes.get(self.line_begins..feed).unwrap_or_default();
            let Some((b'\r', line)) = line.split_last() else { return Err(Refusal::BARE_LINE_FEED) };
            if self.line_begins == 0 {
                target::judge_line(line)?;
            } else if line.is_empty() {
                return Ok(Some(feed + 1));
            }
            self.looked_at = feed + 1;
            self.line_begins = feed + 1;
        }
        self.looked_at = bytes.len();
        Ok(None)
    }

    /// What is too large when the head is: its first line or the headers after it.
    pub(crate) fn too_large(&self) -> Refusal {
        if self.line_begins == 0 { Refusal::TARGET_TOO_LONG } else { Refusal::HEAD_TOO_LARGE }
    }
}

/// A client that does not speak HTTP is told at once, and not when a line has ended.
fn judge_first_byte(bytes: &[u8]) -> Result<(), Refusal> {
    match bytes.first() {
        Some(&TLS_HANDSHAKE) => Err(Refusal::TLS),
        Some(b'\n') => Err(Refusal::BARE_LINE_FEED),
        Some(first) if !is_token(*first) => Err(Refusal::REQUEST_LINE),
        _ => Ok(()),
    }
}

/// Judges a whole head by all that actix-http asks of one, so that actix-http finds nothing left to refuse.
pub(crate) fn judge(bytes: &[u8]) -> Result<Head, Refusal> {
    let encoded = target::encoded(bytes);
    let read = encoded.as_deref().unwrap_or(bytes);
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(read) {
        Ok(Status::Complete(length)) if length == read.len() => {}
        Ok(_) => return Err(Refusal::HEADER),
        Err(error) => return Err(refusal_of(error)),
    }
    let (Some(method), Some(path), Some(version)) = (request.method, request.path, request.version) else {
        return Err(Refusal::REQUEST_LINE);
    };
    if method == "CONNECT" {
        return Err(Refusal::METHOD);
    }
    Uri::try_from(path).map_err(|_| Refusal::TARGET)?;
    let framing = framing(request.headers, method, version)?;
    judge_host(request.headers, version)?;
    let upgrades = request.headers.iter().any(|header| asks_to_upgrade(header));
    let rewritten = if upgrades { Some(without_upgrade(method, path, version, request.headers)) } else { encoded };
    Ok(Head { framing, rewritten })
}

fn refusal_of(error: httparse::Error) -> Refusal {
    match error {
        httparse::Error::TooManyHeaders => Refusal::HEAD_TOO_LARGE,
        httparse::Error::Version => Refusal::VERSION,
        httparse::Error::Token => Refusal::TARGET,
        _ => Refusal::HEADER,
    }
}

fn named<'a>(headers: &'a [Header<'a>], name: &'static str) -> impl Iterator<Item = &'a [u8]> {
    headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value)
}

/// RFC 9112, 6.3. What two readers could understand differently is refused.
fn framing(headers: &[Header<'_>], method: &str, version: u8) -> Result<Framing, Refusal> {
    let mut lengths = named(headers, "content-length");
    let length = match (lengths.next(), lengths.next()) {
        (Some(text), None) => Some(number(text).ok_or(Refusal::CONTENT_LENGTH)?),
        (Some(_), Some(_)) => return Err(Refusal::CONTENT_LENGTH),
        (None, _) => None,
    };
    let mut codings = named(headers, "transfer-encoding");
    match (codings.next(), codings.next(), length) {
        (None, _, Some(0)) => Ok(Framing::None),
        (None, _, Some(length)) => Ok(Framing::Length(length)),
        (None, _, None) if version == 0 && method == "POST" => Err(Refusal::LENGTH_REQUIRED),
        (None, _, None) => Ok(Framing::None),
        (Some(coding), None, None) if version == 1 => {
            let chunked = coding.trim_ascii().eq_ignore_ascii_case(b"chunked");
            if chunked { Ok(Framing::Chunked) } else { Err(Refusal::TRANSFER_CODING) }
        }
        _ => Err(Refusal::FRAMING),
    }
}

fn number(text: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(text).ok()?.trim();
    let only_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| only_digits)
}

fn judge_host(headers: &[Header<'_>], version: u8) -> Result<(), Refusal> {
    let mut hosts = named(headers, "host");
    let fine = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.iter().all(|byte| byte.is_ascii_graphic() && !b"/?#@\\<>\"^`{|}".contains(byte)),
        (Some(_), Some(_)) => false,
        (None, _) => version == 0,
    };
    if fine { Ok(()) } else { Err(Refusal::HOST) }
}

/// actix-http takes a request for an upgrade for a promise that what follows is no HTTP any more, whatever the
/// framing says. Here nothing is ever upgraded, and a server may ignore the wish (RFC 9110, 7.8).
fn asks_to_upgrade(header: &Header<'_>) -> bool {
    let named = |name: &str| header.name.eq_ignore_ascii_case(name);
    named("upgrade") || named("http2-settings") || named("connection") && options(header.value).any(is_upgrade)
}

fn options(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

fn is_upgrade(option: &[u8]) -> bool {
    option.eq_ignore_ascii_case(b"upgrade") || option.eq_ignore_ascii_case(b"http2-settings")
}

fn without_upgrade(method: &str, path: &str, version: u8, headers: &[Header<'_>]) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.{version}\r\n").into_bytes();
    for header in headers {
        let value = if header.name.eq_ignore_ascii_case("connection") {
            let stay: Vec<&[u8]> = options(header.value).filter(|option| !is_upgrade(option)).collect();
            stay.join(&b", "[..])
        } else if asks_to_upgrade(header) {
            continue;
        } else {
            header.value.to_vec()
        };
        head.extend_from_slice(&[header.name.as_bytes(), b": ", &value, b"\r\n"].concat());
    }
    head.extend_from_slice(b"\r\n");
    head
}
