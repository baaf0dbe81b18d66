//! Why the head of a request cannot be taken.

/// What the application answers instead of a request that could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    /// Stable, kebab-case.
    pub code: &'static str,
    pub detail: &'static str,
}

/// The whole answer to a connection whose address has as many as it may. Its request is not read.
pub(crate) const OF_ONE_ADDRESS: &[u8] = concat!(
    "HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/problem+json\r\nretry-after: 2\r\n",
    "connection: close\r\ncontent-length: 239\r\n\r\n",
    r#"{"type":"urn:banyan:problem:too-many-connections-of-one-address","#,
    r#""title":"Too many connections of one address","status":429,"#,
    r#""detail":"your address has as many connections as it may; close some","#,
    r#""code":"too-many-connections-of-one-address"}"#,
)
.as_bytes();

/// The path of the request that stands for one that could not be read. It has no route.
const STAND_IN: &str = "/refused";

impl Refusal {
    const fn new(status: u16, code: &'static str, detail: &'static str) -> Self {
        Self { status, code, detail }
    }

    pub(crate) const REQUEST_LINE: Self = Self::new(
        400,
        "malformed-request-line",
        "the first line must be a method, a target and HTTP/1.1, with one space between them",
    );
    pub(crate) const TARGET: Self = Self::new(
        400,
        "malformed-target",
        "the path or the query holds a byte that cannot stand there; percent-encode it as UTF-8",
    );
    pub(crate) const HEADER: Self = Self::new(
        400,
        "malformed-header",
        "a header line must be a name, a colon and a value without control characters, and may not be folded",
    );
    pub(crate) const BARE_LINE_FEED: Self =
        Self::new(400, "bare-line-feed", "every line of the head must end in CR LF; one ends in LF alone");
    pub(crate) const TLS: Self =
        Self::new(400, "tls-on-plain-port", "the client speaks TLS, and this port speaks plain HTTP; use http://");
    pub(crate) const VERSION: Self =
        Self::new(505, "http-version-unsupported", "this server speaks HTTP/1.1 and HTTP/1.0");
    pub(crate) const CONTENT_LENGTH: Self =
        Self::new(400, "malformed-content-length", "Content-Length must be one decimal number, and stand there once");
    pub(crate) const FRAMING: Self = Self::new(
        400,
        "ambiguous-body-length",
        "Transfer-Encoding must stand there once, in HTTP/1.1, and not beside Content-Length",
    );
    pub(crate) const TRANSFER_CODING: Self =
        Self::new(501, "transfer-coding-unsupported", "the only Transfer-Encoding that is taken is chunked");
    pub(crate) const HOST: Self = Self::new(
        400,
        "malformed-host",
        "an HTTP/1.1 request must have one Host header, with a host and perhaps a port",
    );
    pub(crate) const LENGTH_REQUIRED: Self =
        Self::new(411, "length-required", "an HTTP/1.0 request with a body must have a Content-Length");
    pub(crate) const METHOD: Self =
        Self::new(501, "method-not-supported", "CONNECT is not supported; this server is not a proxy");
    pub(crate) const HEAD_TOO_LARGE: Self =
        Self::new(431, "head-too-large", "the headers are larger, or more, than this server takes");
    pub(crate) const TARGET_TOO_LONG: Self =
        Self::new(414, "target-too-long", "the path and query are longer than this server takes");
    pub(crate) const HEAD_TOO_SLOW: Self =
        Self::new(408, "head-too-slow", "the head of the request did not come in time");

    /// A request in place of the one that could not be read. The connection ends with its answer.
    pub(crate) fn stand_in(unread: &[u8]) -> String {
        let method = if unread.starts_with(b"HEAD ") { "HEAD" } else { "GET" };
        format!("{method} {STAND_IN} HTTP/1.1\r\nhost: refused\r\nconnection: close\r\n\r\n")
    }
}
