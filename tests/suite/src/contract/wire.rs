//! HTTP as it goes over the line, whatever library a client has.

use std::{io::Read as _, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::harness::{ADMIN_KEY, Api, Shop, stories};

stories!(
    what_cannot_be_read_is_a_problem,
    raw_text_in_a_query_is_read,
    pipelined_answers_keep_their_bodies,
    who_accepts_gzip_can_write_what_it_has_read,
    who_has_the_catalog_still_is_told_so,
    options_name_the_methods_of_each_path,
    a_repeated_header_is_refused,
    a_large_webhook_is_too_large,
    what_comes_in_chunks_must_come_in_chunks,
);

/// Sends `bytes` and hears everything until the server closes.
pub(crate) async fn hears(api: &Api, bytes: &[u8]) -> String {
    let url = api.url();
    let mut socket = TcpStream::connect(url.trim_start_matches("http://")).await.unwrap();
    socket.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let read = timeout(Duration::from_secs(40), socket.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "the connection stays open: {}", String::from_utf8_lossy(&answer));
    String::from_utf8(answer).unwrap()
}

/// Status and code of an answer that must be a whole problem document.
#[track_caller]
pub(crate) fn problem(answer: &str) -> (u16, String) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    let problem: Value = serde_json::from_str(body).unwrap_or_else(|_| panic!("no problem: {answer}"));
    let status: u16 = head[9..12].parse().unwrap();
    let code = problem["code"].as_str().unwrap().to_owned();
    let id = problem["request_id"].as_str().unwrap();
    for line in [
        "content-type: application/problem+json",
        "x-content-type-options: nosniff",
        "cache-control: no-store",
        &format!("x-request-id: {id}"),
    ] {
        assert!(head.lines().any(|known| known == line), "no {line} in {answer}");
    }
    assert_eq!((&problem["status"], &problem["type"]), (&status.into(), &format!("urn:banyan:problem:{code}").into()));
    assert!(problem["title"].is_string() && problem["detail"].is_string(), "{answer}");
    (status, code)
}

async fn what_cannot_be_read_is_a_problem(shop: &Shop) {
    let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(70_000));
    let heads = format!("GET / HTTP/1.1\r\nHost: x\r\nLong: {}\r\n\r\n", "x".repeat(70_000));
    for (status, code, request) in [
        (400, "malformed-request-line", "nonsense\r\n\r\n"),
        (400, "malformed-request-line", "GET /api/v1/products?query=two words HTTP/1.1\r\nHost: x\r\n\r\n"),
        (400, "malformed-header", "GET / HTTP/1.1\r\nHost: x\r\nBad Name: x\r\n\r\n"),
        (400, "bare-line-feed", "GET / HTTP/1.1\nHost: x\n\n"),
        (400, "malformed-content-length", "POST /api/v1/carts HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n"),
        (
            400,
            "ambiguous-body-length",
            "POST /api/v1/carts HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
        ),
        (505, "http-version-unsupported", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        (400, "tls-on-plain-port", "\u{16}\u{3}\u{1}\u{0}\u{5}"),
        (414, "target-too-long", &long),
        (431, "head-too-large", &heads),
    ] {
        let answer = hears(shop, request.as_bytes()).await;
        assert_eq!(problem(&answer), (status, code.to_owned()), "{}", &request[..request.len().min(80)]);
    }
}

/// `curl "$B/products?query=café"` sends the bytes as they are.
async fn raw_text_in_a_query_is_read(shop: &Shop) {
    shop.admin().imports("sku,title,price\nC1,Café crème,1.00\n").await.expect_status(200);
    let request = "GET /api/v1/products?query=Café HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answer = hears(shop, request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"C1\""), "{answer}");
}

async fn pipelined_answers_keep_their_bodies(shop: &Shop) {
    shop.admin().stocks("cup", 5, 100).await;
    let whole = shop.get("/api/v1/products/cup").await.expect_status(200).words();
    let missing = "/api/v1/products/hat";
    for requests in [
        ["HEAD /api/v1/products/cup", "GET /api/v1/products/cup", "HEAD /api/v1/stock/cup"],
        ["GET /api/v1/products/cup", "HEAD /api/v1/products/hat", "GET /api/v1/products/cup"],
        ["HEAD /api/v1/products/hat", "HEAD /api/v1/orders", "GET /api/v1/products/hat"],
    ] {
        let one = |request: &&str| format!("{request} HTTP/1.1\r\nHost: x\r\n\r\n");
        let sent = requests.iter().map(one).collect::<Vec<_>>().concat();
        let sent = sent + "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        let answer = hears(shop, sent.as_bytes()).await;
        let mut rest = answer.as_str();
        for request in requests.iter().copied().chain(["GET /health/live"]) {
            let (head, after) = rest.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{request}: {answer}"));
            assert!(head.starts_with("HTTP/1.1 "), "{request}: {answer}");
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
            let length = if request.starts_with("HEAD") { 0 } else { length.parse().unwrap() };
            let body = &after[..length];
            rest = &after[length..];
            match request {
                "GET /api/v1/products/cup" => assert_eq!(body, whole, "{answer}"),
                "GET /health/live" => assert!(body.contains("live"), "{answer}"),
                _ if request == format!("GET {missing}") => assert!(body.contains("not-found"), "{answer}"),
                _ => assert_eq!(body, ""),
            }
        }
        assert_eq!(rest, "", "{answer}");
    }
}

/// A body that is worth compressing.
fn long_product(title: &str) -> Value {
    let price = json!({"amount": 100, "currency": "GBP"});
    json!({"title": title, "description": "word ".repeat(500), "variants": [{"sku": "BIG", "price": price}]})
}

async fn who_accepts_gzip_can_write_what_it_has_read(shop: &Shop) {
    let admin = shop.admin();
    let made = admin.post("/admin/products", &long_product("Big")).await.expect_status(201);
    let path = format!("/admin/products/{}", made.text("/id"));
    let read = admin.ask(Method::GET, &path).header("Accept-Encoding", "gzip").send().await.expect_status(200);
    assert_eq!(read.header("content-encoding"), Some("gzip"), "{read}");
    assert_eq!(read.header("vary"), Some("accept-encoding"));
    let mut text = String::new();
    flate2::read::GzDecoder::new(read.body.as_ref()).read_to_string(&mut text).unwrap();
    assert!(text.contains("\"Big\""), "{text}");
    let compressed = read.header("etag").unwrap().to_owned();
    let plain = admin.get(&path).await.header("etag").unwrap().to_owned();
    assert!(compressed.starts_with('"') && plain.starts_with('"') && compressed != plain, "two strong tags");

    let put = async |title: &str, tags: &[&str]| {
        let ask = admin.ask(Method::PUT, &path).json(&long_product(title));
        tags.iter().fold(ask, |ask, tag| ask.header("If-Match", tag)).send().await
    };
    let weak = format!("W/{compressed}");
    put("Never", &[&weak]).await.expect_problem(412, "stale");
    put("Never", &["\"other\""]).await.expect_problem(412, "stale");
    put("Never", &["no tag"]).await.expect_problem(400, "malformed");
    put("Big 2", &[&compressed]).await.expect_status(200);
    put("Never", &[&compressed]).await.expect_problem(412, "stale");
    put("Never", &[&plain]).await.expect_problem(412, "stale");
    let now = admin.get(&path).await.header("etag").unwrap().to_owned();
    put("Big 3", &["\"other\"", &now]).await.expect_status(200);
    put("Big 4", &["*"]).await.expect_status(200);
    let last = admin.ask(Method::GET, &path).header("Accept-Encoding", "gzip").send().await;
    let last = last.header("etag").unwrap().to_owned();
    let again = admin.ask(Method::GET, &path).header("If-None-Match", &last).send().await.expect_status(304);
    assert_eq!((again.header("etag"), again.body.len()), (Some(last.as_str()), 0));
    admin.ask(Method::DELETE, &path).header("If-Match", &last).send().await.expect_status(204);
}

async fn who_has_the_catalog_still_is_told_so(shop: &Shop) {
    shop.admin().post("/admin/products", &long_product("Big")).await.expect_status(201);
    let read = async |headers: &[(&str, &str)]| {
        let ask = shop.ask(Method::GET, "/api/v1/products/BIG");
        headers.iter().fold(ask, |ask, (name, value)| ask.header(name, value)).send().await
    };
    let plain = read(&[]).await.expect_status(200);
    let compressed = read(&[("Accept-Encoding", "br"), ("Accept-Encoding", "gzip")]).await.expect_status(200);
    assert_eq!((plain.header("vary"), compressed.header("vary")), (Some("accept-encoding"), Some("accept-encoding")));
    assert_eq!((plain.header("content-encoding"), compressed.header("content-encoding")), (None, Some("gzip")));
    for tag in [plain.header("etag").unwrap(), compressed.header("etag").unwrap()] {
        let weak = format!("W/{tag}");
        let list = format!("\"other\", {tag}");
        for tags in [&[tag][..], &[&weak], &[&list], &["\"other\"", tag], &["*"]] {
            let mut headers: Vec<_> = tags.iter().map(|tag| ("If-None-Match", *tag)).collect();
            headers.push(("Accept-Encoding", "gzip"));
            let known = read(&headers).await.expect_status(304);
            assert!(known.body.is_empty() && known.header("etag").is_some(), "{tags:?}");
            assert_eq!(known.header("vary"), Some("accept-encoding"), "{tags:?}");
        }
    }
    read(&[("If-None-Match", "\"other\"")]).await.expect_status(200);
    for (accepts, coding) in [
        ("gzip;q=0", None),
        ("*;q=0", None),
        ("*", Some("gzip")),
        ("identity;q=0, *", Some("gzip")),
        ("identity, gzip;q=0.5", None),
    ] {
        assert_eq!(read(&[("Accept-Encoding", accepts)]).await.header("content-encoding"), coding, "{accepts}");
    }
    let part = read(&[("Range", "bytes=0-9")]).await.expect_status(200);
    assert_eq!(part.body, plain.body, "a range is not a must");
}

async fn options_name_the_methods_of_each_path(shop: &Shop) {
    let document = shop.get("/openapi.json").await.expect_status(200).json();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 30, "the document was read: {} paths", paths.len());
    for (path, operations) in paths {
        let mut known: Vec<String> = operations.as_object().unwrap().keys().map(|name| name.to_uppercase()).collect();
        known.retain(|name| ["GET", "PUT", "POST", "DELETE", "PATCH"].contains(&name.as_str()));
        known.extend(known.contains(&"GET".to_owned()).then(|| "HEAD".to_owned()));
        known.sort_unstable();
        let asked = path.replace("{id}", "018f3a5e-0000-7000-8000-000000000000").replace(['{', '}'], "");
        let options = shop.ask(Method::OPTIONS, &asked).send().await;
        let allow = options.header("allow").unwrap_or_else(|| panic!("{path}: {options}"));
        let mut allowed: Vec<&str> = allow.split(", ").filter(|name| *name != "OPTIONS").collect();
        allowed.sort_unstable();
        assert_eq!(allowed, known, "{path}");
    }
}

async fn a_repeated_header_is_refused(shop: &Shop) {
    shop.admin().stocks("cup", 5, 100).await;
    let guest = |name: &str| shop.ask(Method::GET, "/api/v1/products").header(name, "one").header(name, "two");
    for name in ["Authorization", "X-Order-Token", "Content-Type"] {
        guest(name).send().await.expect_problem(400, "repeated-header");
    }
    let bearer = format!("Bearer {ADMIN_KEY}");
    let admin = shop.ask(Method::GET, "/api/v1/admin/stock").header("Authorization", &bearer);
    admin.header("Authorization", "Bearer other").send().await.expect_problem(400, "repeated-header");
    let key = |ask: crate::harness::Ask| ask.key("one-of-two-different-keys").key("two-of-two-different-keys");
    let order = key(shop.ask(Method::POST, "/api/v1/orders")).json(&json!({}));
    order.send().await.expect_problem(400, "idempotency-key-malformed");
}

async fn a_large_webhook_is_too_large(shop: &Shop) {
    for size in [70 * 1024, 300 * 1024] {
        let ask = shop.ask(Method::POST, "/api/v1/webhooks/payments/simulated").header("webhook-id", "msg_large");
        let ask = ask.header("webhook-timestamp", "1").header("webhook-signature", "v1,none");
        ask.body("application/json", vec![b' '; size]).send().await.expect_problem(413, "too-large");
    }
}

async fn what_comes_in_chunks_must_come_in_chunks(shop: &Shop) {
    let head = "POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nIdempotency-Key: a-key-that-is-long-enough\r\n\
                Content-Type: application/json\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
    let answer = hears(shop, format!("{head}zz\r\n").as_bytes()).await;
    let (status, code) = problem(&answer);
    assert_eq!(status, 400, "{answer}");
    assert!(["malformed-chunk", "broken-body"].contains(&code.as_str()), "{answer}");
    let answer = hears(shop, format!("{head}2;x=\"y\"\r\n{{}}\r\n0\r\nTrailer: x\r\n\r\n").as_bytes()).await;
    assert_eq!(problem(&answer).0, 422, "{answer}");
}
