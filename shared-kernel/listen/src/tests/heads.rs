//! Heads that can be read, and heads that cannot.

use super::*;

/// The status and code of each unreadable request. `X` stands for a fine rest of the head.
const UNREADABLE: &[(&str, &str)] = &[
    ("400 malformed-request-line", "GET\r\n"),
    ("400 malformed-request-line", "GET /\r\n"),
    ("400 malformed-request-line", "GET  / HTTP/1.1\r\nX"),
    ("400 malformed-request-line", "GET /a b HTTP/1.1\r\nX"),
    ("400 malformed-request-line", "GE(T / HTTP/1.1\r\nX"),
    ("400 malformed-request-line", "GET / FTP/1.1\r\nX"),
    ("400 malformed-request-line", "(binary)"),
    ("505 http-version-unsupported", "GET / HTTP/2.0\r\nX"),
    ("505 http-version-unsupported", "GET / HTTP/1.2\r\nX"),
    ("505 http-version-unsupported", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ("400 tls-on-plain-port", "\u{16}\u{3}\u{1}\u{2}"),
    ("400 malformed-target", "GET /a\u{1}b HTTP/1.1\r\nX"),
    ("400 malformed-target", "GET http://[::1/ HTTP/1.1\r\nX"),
    ("400 malformed-target", "GET /\u{85} HTTP/1.1\r\nX"),
    ("400 bare-line-feed", "GET / HTTP/1.1\nHost: x\n\n"),
    ("400 bare-line-feed", "GET / HTTP/1.1\r\nHost: x\n\r\n"),
    ("400 bare-line-feed", "\nGET / HTTP/1.1\r\nX"),
    ("400 malformed-header", "GET / HTTP/1.1\r\nHost: x\r\nNo colon\r\n\r\n"),
    ("400 malformed-header", "GET / HTTP/1.1\r\nHost: x\r\nSpaced : y\r\n\r\n"),
    ("400 malformed-header", "GET / HTTP/1.1\r\nHost: x\r\nFolded: y\r\n z\r\n\r\n"),
    ("400 malformed-header", "GET / HTTP/1.1\r\nHost: x\r\nNul: a\u{0}b\r\n\r\n"),
    ("400 malformed-header", "GET / HTTP/1.1\r\nHost: x\r\nCr: a\rb\r\n\r\n"),
    ("400 malformed-header", "GET / HTTP/1.1\r\nHost: x\r\nB(ad): y\r\n\r\n"),
    ("400 malformed-content-length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: five\r\n\r\n"),
    ("400 malformed-content-length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nabcde"),
    ("400 malformed-content-length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"),
    ("400 malformed-content-length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5\r\n\r\nabcde"),
    (
        "400 malformed-content-length",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nabcde",
    ),
    ("400 malformed-content-length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n"),
    (
        "400 ambiguous-body-length",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    ),
    (
        "400 ambiguous-body-length",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
    ),
    ("400 ambiguous-body-length", "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ("501 transfer-coding-unsupported", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
    ("501 transfer-coding-unsupported", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n\r\n"),
    ("501 method-not-supported", "CONNECT x:80 HTTP/1.1\r\nX"),
    ("411 length-required", "POST / HTTP/1.0\r\n\r\n"),
    ("400 malformed-host", "GET / HTTP/1.1\r\n\r\n"),
    ("400 malformed-host", "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"),
    ("400 malformed-host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
    ("400 malformed-host", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
];

fn spelled(request: &str) -> String {
    match request.strip_suffix('X') {
        Some(begin) => format!("{begin}Host: x\r\n\r\n"),
        None => request.to_owned(),
    }
}

/// Status and body, in one line.
fn outcome(heard: &str) -> String {
    let status = heard.get(9..12).unwrap_or("nothing");
    let body = heard.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    format!("{status} {body}")
}

#[actix_web::test]
async fn what_cannot_be_read_is_answered_with_the_reason() {
    let server = serve();
    for (expected, request) in UNREADABLE {
        let heard = ask(&server, spelled(request).as_bytes()).await;
        assert_eq!(outcome(&heard), *expected, "{request:?}: {heard}");
        assert!(heard.contains("connection: close\r\n"), "{request:?}: {heard}");
    }
    assert_eq!(server.connections.ended(crate::Ended::RefusedHead), u64::try_from(UNREADABLE.len()).unwrap());
}

/// The control: what actix alone says has no body, or it waits for more.
#[actix_web::test]
async fn without_the_stream_an_unreadable_head_gets_an_empty_answer() {
    let server = serve_bare();
    let heard = ask(&server, b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(outcome(&heard), "400 ", "{heard}");
}

#[actix_web::test]
async fn answers_before_the_unreadable_request_are_still_given() {
    let server = serve();
    let heard = ask(&server, b"GET /late HTTP/1.1\r\nHost: x\r\n\r\nGET /a b HTTP/1.1\r\n\r\n").await;
    assert!(heard.contains("\r\n\r\nlateHTTP/1.1 400 ") && heard.ends_with("malformed-request-line"), "{heard}");
}

#[actix_web::test]
async fn a_head_request_that_cannot_be_read_has_no_body() {
    let server = serve();
    let heard = ask(&server, b"HEAD /a HTTP/1.1\r\nHost: a b\r\n\r\n").await;
    assert!(heard.starts_with("HTTP/1.1 400 ") && heard.ends_with("\r\n\r\n"), "{heard}");
}

#[actix_web::test]
async fn heads_that_are_too_large_are_told_so() {
    let server = serve();
    let long = "x".repeat(70_000);
    for (expected, request) in [
        ("414 target-too-long", format!("GET /{long}")),
        ("414 target-too-long", format!("GET /{long} HTTP/1.1\r\nHost: x\r\n\r\n")),
        ("431 head-too-large", format!("GET / HTTP/1.1\r\nHost: x\r\nLong: {long}")),
        ("431 head-too-large", format!("GET / HTTP/1.1\r\nHost: x\r\nLong: {long}\r\n\r\n")),
        ("431 head-too-large", format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "A: b\r\n".repeat(96))),
    ] {
        let heard = ask(&server, request.as_bytes()).await;
        assert_eq!(outcome(&heard), expected, "{} bytes", request.len());
    }
    let fine = format!("GET /a HTTP/1.1\r\nHost: x\r\nLong: {}\r\nConnection: close\r\n\r\n", "x".repeat(60_000));
    assert_eq!(outcome(&ask(&server, fine.as_bytes()).await), "200 /a? 0");
}

#[actix_web::test]
async fn raw_text_in_a_target_means_its_encoding() {
    let server = serve();
    let rest = "HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    for (target, seen) in [
        ("/a?query=café", "200 /a?query=caf%C3%A9 0"),
        ("/a?query=caf%C3%A9", "200 /a?query=caf%C3%A9 0"),
        ("/a?query=Ελλάδα", "200 /a?query=%CE%95%CE%BB%CE%BB%CE%AC%CE%B4%CE%B1 0"),
    ] {
        let heard = ask(&server, format!("GET {target} {rest}").as_bytes()).await;
        assert_eq!(outcome(&heard), seen, "{target}");
    }
    let latin1 = [b"GET /a?query=caf\xe9 ", rest.as_bytes()].concat();
    assert_eq!(outcome(&ask(&server, &latin1).await), "400 malformed-target");
}

/// A head may come in any pieces.
#[actix_web::test]
async fn a_head_in_single_bytes_is_a_head() {
    let server = serve();
    let mut socket = connect(&server).await;
    socket.set_nodelay(true).unwrap();
    for byte in
        format!("\r\n\r\nPOST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n{CLOSE}")
            .bytes()
    {
        socket.write_all(&[byte]).await.unwrap();
    }
    let heard = hear(&mut socket).await;
    assert!(heard.contains("/b? 3HTTP") && heard.ends_with("/last? 0"), "{heard}");
}

/// HTTP/1.0 needs no host, and says when the connection stays.
#[actix_web::test]
async fn an_old_client_is_answered() {
    let server = serve();
    assert_eq!(outcome(&ask(&server, b"GET /a HTTP/1.0\r\n\r\n").await), "200 /a? 0");
    let both = b"GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /b HTTP/1.0\r\n\r\n";
    let heard = ask(&server, both).await;
    assert!(heard.contains("/a? 0HTTP/1.0 200") || heard.contains("/a? 0HTTP/1.1 200"), "{heard}");
}
