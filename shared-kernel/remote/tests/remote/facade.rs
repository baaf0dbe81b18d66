//! A client that asks through the facade gets what it would get from the far side itself.

use std::{
    io::{Read, Write},
    net::SocketAddr,
    time::Duration,
};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    http::Method,
    rt,
    web::{self, Data, Payload},
};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use futures_util::{StreamExt, stream};
use kernel_remote::{Facade, FacadeConfig, facade::ForwardedFor};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep},
};

use crate::faulty::{Act, Faulty, nobody, response};

fn config() -> FacadeConfig {
    FacadeConfig { first_byte_timeout_ms: 600, idle_timeout_ms: 600, ..FacadeConfig::default() }
}

/// A store's front door, behind which everything is forwarded to `far`.
fn front(far: SocketAddr) -> SocketAddr {
    let facade = Data::new(Facade::new("inventory", &format!("http://{far}"), config()).unwrap());
    let forward = async |request: HttpRequest, payload: Payload, facade: Data<Facade>| {
        let from = ForwardedFor {
            request_id: "request-1",
            client: Some([198, 51, 100, 7].into()),
            traceparent: Some("00-own"),
        };
        facade.forward(&request, payload, from).await
    };
    let server = HttpServer::new(move || App::new().app_data(facade.clone()).default_service(web::to(forward)));
    let server = server.workers(1).disable_signals().shutdown_timeout(0).bind(("127.0.0.1", 0)).unwrap();
    let address = server.addrs()[0];
    rt::spawn(server.run());
    address
}

/// Sends `text` as it is and reads until the connection ends, or nothing comes for a while.
async fn raw(address: SocketAddr, text: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    read(&mut stream).await
}

async fn read(stream: &mut TcpStream) -> String {
    let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
    while let Ok(Ok(read @ 1..)) = tokio::time::timeout(Duration::from_millis(1500), stream.read(&mut chunk)).await {
        bytes.extend_from_slice(&chunk[..read]);
    }
    String::from_utf8_lossy(&bytes).to_lowercase()
}

fn headers_of<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let head = text.split("\r\n\r\n").next().unwrap();
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.filter(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
}

#[actix_web::test]
async fn the_request_arrives_as_it_was() {
    let far = Faulty::serve(vec![Act::Say(response("200 OK", "text/plain", "ok"))]).await;
    let asked = "/api/v1/stock/a%2Fb/../c//d?query=o'brien&x=%7e{y}&&z=|";
    let answer = raw(
        front(far.address),
        &format!(
            "PATCH {asked} HTTP/1.1\r\nHost: shop.example:8080\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\
             X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\nAccept-Encoding: br;q=1.0, gzip\r\nX-Twice: 1\r\nX-Twice: 2\r\n\
             traceparent: 00-abc\r\ntracestate: a=1\r\nX-Banyan-Forwarded: 1\r\nX-Banyan-Client: 1.2.3.4\r\nX-Banyan-New: 1\r\nAuthorization: Bearer admin\r\nX-Request-Id: clients-own\r\nCookie: a=b\r\n\
             TE: trailers\r\nUpgrade: h2c\r\nKeep-Alive: 5\r\nProxy-Authorization: Basic eA==\r\n\
             Connection: keep-alive, X-Private\r\nX-Private: secret\r\nExpect: 100-continue\r\n\r\nhello"
        ),
    )
    .await;
    assert!(answer.contains("200 ok"), "{answer}");
    let request = far.requests().remove(0);
    assert!(request.starts_with(&format!("PATCH {asked} HTTP/1.1\r\n")), "{request}");
    assert!(request.ends_with("\r\n\r\nhello"), "{request}");
    let far_host = far.address.to_string();
    for (name, values) in [
        ("host", vec![far_host.as_str()]),
        ("content-length", vec!["5"]),
        ("accept-encoding", vec!["br;q=1.0, gzip"]),
        ("x-twice", vec!["1", "2"]),
        ("authorization", vec!["Bearer admin"]),
        ("cookie", vec!["a=b"]),
        ("traceparent", vec!["00-own"]),
        ("tracestate", vec![]),
        ("x-banyan-client", vec!["198.51.100.7"]),
        ("x-banyan-forwarded", vec![]),
        ("x-banyan-new", vec![]),
        ("x-request-id", vec!["request-1"]),
        ("x-forwarded-for", vec!["203.0.113.9, 127.0.0.1"]),
        ("x-forwarded-host", vec!["shop.example:8080"]),
        ("x-forwarded-proto", vec!["https"]),
        ("user-agent", vec![]),
        ("connection", vec![]),
        ("keep-alive", vec![]),
        ("te", vec![]),
        ("upgrade", vec![]),
        ("proxy-authorization", vec![]),
        ("x-private", vec![]),
        ("expect", vec![]),
        ("transfer-encoding", vec![]),
    ] {
        assert_eq!(headers_of(&request, name), values, "{name} in {request}");
    }
}

#[actix_web::test]
async fn the_answer_arrives_as_it_was() {
    let far = Faulty::serve(vec![Act::Say(
        "HTTP/1.1 418 Teapot\r\nContent-Type: application/problem+json\r\nContent-Length: 2\r\nETag: \"1\"\r\nX-Twice: 1\r\nX-Twice: 2\r\n\
         Content-Encoding: br\r\nKeep-Alive: timeout=5\r\nConnection: X-Inner\r\nX-Inner: secret\r\nRetry-After: 7\r\n\r\n{}"
            .to_owned(),
    )])
    .await;
    let answer = raw(front(far.address), "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("http/1.1 418 ") && answer.ends_with("\r\n\r\n{}"), "{answer}");
    for (name, values) in [
        ("content-type", vec!["application/problem+json"]),
        ("content-length", vec!["2"]),
        ("etag", vec!["\"1\""]),
        ("x-twice", vec!["1", "2"]),
        ("content-encoding", vec!["br"]),
        ("retry-after", vec!["7"]),
        ("keep-alive", vec![]),
        ("x-inner", vec![]),
    ] {
        assert_eq!(headers_of(&answer, name), values, "{name} in {answer}");
    }
    assert_eq!(headers_of(&far.requests()[0], "transfer-encoding"), Vec::<&str>::new(), "a GET has no body");
}

#[actix_web::test]
async fn answers_without_a_body() {
    let ask = |method: &str| format!("{method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    for (method, far, status, length) in [
        ("GET", "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n", "304", None),
        ("GET", "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\nContent-Length: 120\r\n\r\n", "304", Some("120")),
        ("DELETE", "HTTP/1.1 204 No Content\r\nETag: \"1\"\r\n\r\n", "204", None),
        ("HEAD", "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 120\r\n\r\n", "200", Some("120")),
        ("GET", "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 0\r\n\r\n", "200", Some("0")),
    ] {
        let far = Faulty::serve(vec![Act::Say(far.to_owned())]).await;
        let began = Instant::now();
        let answer = raw(front(far.address), &ask(method)).await;
        assert!(answer.starts_with(&format!("http/1.1 {status} ")) && answer.ends_with("\r\n\r\n"), "{answer}");
        assert_eq!(headers_of(&answer, "content-length"), length.into_iter().collect::<Vec<_>>(), "{answer}");
        assert_eq!(headers_of(&answer, "etag"), ["\"1\""]);
        assert!(began.elapsed() < Duration::from_secs(1), "{method} {status}: {:?}", began.elapsed());
        assert!(far.requests()[0].starts_with(method));
    }
}

/// A far side that answers each chunk as it comes.
fn echo() -> SocketAddr {
    let echo = async |request: HttpRequest, mut payload: Payload| -> HttpResponse {
        let chunked = request.headers().contains_key("transfer-encoding");
        let chunks = stream::poll_fn(move |cx| payload.poll_next_unpin(cx));
        HttpResponse::Ok().insert_header(("x-chunked", chunked.to_string())).streaming(chunks)
    };
    let server = HttpServer::new(move || App::new().default_service(web::route().method(Method::POST).to(echo)));
    let server = server.workers(1).disable_signals().shutdown_timeout(0).bind(("127.0.0.1", 0)).unwrap();
    let address = server.addrs()[0];
    rt::spawn(server.run());
    address
}

#[actix_web::test]
async fn both_bodies_are_streamed() {
    let mut stream = TcpStream::connect(front(echo())).await.unwrap();
    stream.write_all(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n").await.unwrap();
    let mut seen = String::new();
    for turn in 0..4 {
        sleep(Duration::from_millis(200)).await; // slower in all than any limit, never still for longer than one
        stream.write_all(format!("6\r\nchunk{turn}\r\n").as_bytes()).await.unwrap();
        let mut bytes = [0; 4096];
        while !seen.contains(&format!("chunk{turn}")) {
            let read = tokio::time::timeout(Duration::from_millis(500), stream.read(&mut bytes)).await;
            seen.push_str(&String::from_utf8_lossy(&bytes[..read.expect("nothing is held back").unwrap()]));
        }
    }
    stream.write_all(b"0\r\n\r\n").await.unwrap();
    seen.push_str(&read(&mut stream).await);
    assert!(seen.contains("x-chunked: true") && seen.ends_with("0\r\n\r\n"), "{seen}");
}

#[actix_web::test]
async fn a_large_upload_comes_back_whole() {
    let body: Vec<u8> = (0_u32..2_000_000).flat_map(u32::to_le_bytes).collect();
    let url = format!("http://{}/", front(echo()));
    let answer = reqwest::Client::new().post(url).body(body.clone()).send().await.unwrap();
    assert_eq!(answer.headers()["x-chunked"], "false", "its length was known");
    assert!(answer.bytes().await.unwrap() == body, "eight megabytes, unchanged");
}

#[actix_web::test]
async fn what_is_packed_stays_packed() {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(b"levels").unwrap();
    let packed = gzip.finish().unwrap();
    let far = {
        let packed = packed.clone();
        let answer = move || {
            let packed = packed.clone();
            async move { HttpResponse::Ok().insert_header(("content-encoding", "gzip")).body(packed) }
        };
        let server = HttpServer::new(move || App::new().default_service(web::to(answer.clone())));
        let server = server.workers(1).disable_signals().shutdown_timeout(0).bind(("127.0.0.1", 0)).unwrap();
        let address = server.addrs()[0];
        rt::spawn(server.run());
        address
    };
    let got = reqwest::get(format!("http://{}/", front(far))).await.unwrap();
    assert_eq!(got.headers()["content-encoding"], "gzip");
    let got = got.bytes().await.unwrap();
    assert_eq!(got, packed);
    let mut text = String::new();
    GzDecoder::new(&got[..]).read_to_string(&mut text).unwrap();
    assert_eq!(text, "levels");
}

#[actix_web::test]
async fn down_or_too_slow_is_a_503() {
    let problem = |code: &str, detail: &str| {
        let title = code.replace('-', " ");
        serde_json::json!({
            "type": format!("urn:banyan:problem:{code}"), "title": title, "status": 503,
            "code": code, "detail": detail, "request_id": "request-1",
        })
    };
    let away = problem("module-unavailable", "the store's inventory cannot be reached right now");
    let slow = problem("module-too-slow", "the store's inventory does not answer in time");
    let cut = Faulty::serve(vec![Act::Cut]).await.address;
    let silent = Faulty::serve(vec![Act::Hang]).await.address;
    for (what, far, expected) in [("down", nobody().await, &away), ("cut", cut, &away), ("silent", silent, &slow)] {
        for body in ["", "a body"] {
            let began = Instant::now();
            let url = format!("http://{}/api/v1/stock/CUP", front(far));
            let answer = reqwest::Client::new().post(url).body(body).send().await.unwrap();
            assert_eq!(
                (answer.status().as_u16(), &answer.headers()["retry-after"]),
                (503, &"2".parse().unwrap()),
                "{what}"
            );
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
            assert_eq!(&answer.json::<serde_json::Value>().await.unwrap(), expected, "{what}");
            assert!(began.elapsed() < Duration::from_secs(3), "{what}: {:?}", began.elapsed());
        }
    }
}

#[actix_web::test]
async fn a_body_that_breaks_off_breaks_off_here_too() {
    let plain = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n";
    let stalled = |head: &str| Act::Drip(head.to_owned(), 60_000);
    for act in [
        Act::SayAndClose(plain.to_owned()),
        Act::SayAndClose(chunked.to_owned()),
        stalled("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"),
    ] {
        let far = Faulty::serve(vec![act.clone()]).await;
        let url = format!("http://{}/", front(far.address));
        let began = Instant::now();
        let answer = reqwest::get(url).await.unwrap();
        assert_eq!(answer.status(), 200);
        let body = answer.bytes().await;
        assert!(body.is_err(), "{act:?}: the client takes {body:?} for the whole");
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    }
}

#[actix_web::test]
async fn a_client_that_stops_sending_is_let_go() {
    let far = Faulty::serve(vec![Act::Hang]).await;
    let text = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf";
    let answer = raw(front(far.address), text).await;
    assert!(answer.starts_with("http/1.1 408 ") && answer.contains("body-too-slow"), "{answer}");
}

#[test]
fn a_facade_needs_a_plain_address() {
    for address in ["", "127.0.0.1:8181", "https://far", "http://far/?x=1", "http://u:p@far"] {
        assert!(Facade::new("inventory", address, FacadeConfig::default()).is_err(), "{address}");
    }
    let nonsense = FacadeConfig { idle_timeout_ms: 0, ..FacadeConfig::default() };
    assert!(Facade::new("inventory", "http://far", nonsense).is_err());
}
