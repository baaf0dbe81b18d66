//! What only a real connection shows.

use std::net::SocketAddr;

use actix_web::{App, HttpResponse, HttpServer, dev::ServerHandle, web};
use garde::Validate;
use serde::Deserialize;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::boundary;
use crate::{Body, Guard, NoContent};

#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct Nothing {}

async fn boom() -> HttpResponse {
    panic!("on purpose")
}

fn serve() -> (SocketAddr, ServerHandle) {
    let boundary = boundary();
    let server = HttpServer::new(move || {
        App::new()
            .configure(|config| boundary.configure(config))
            .route("/fine", web::get().to(|| async { HttpResponse::Ok().body("fine") }))
            .route("/boom", web::get().to(boom))
            .route("/take", web::post().to(async |_: Body<Nothing>| NoContent))
            .wrap(Guard)
    });
    let server = server.workers(1).bind("127.0.0.1:0").unwrap();
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    (address, handle)
}

async fn say(connection: &mut TcpStream, request: &[u8], end: &str) -> String {
    connection.write_all(request).await.unwrap();
    let mut heard = Vec::new();
    while !String::from_utf8_lossy(&heard).contains(end) {
        let mut piece = [0; 4096];
        match connection.read(&mut piece).await.unwrap() {
            0 => break,
            length => heard.extend_from_slice(&piece[..length]),
        }
    }
    String::from_utf8(heard).unwrap()
}

#[actix_web::test]
async fn a_connection_survives_a_panic() {
    let (address, server) = serve();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let broken = say(&mut connection, b"GET /boom HTTP/1.1\r\nHost: x\r\nX-Request-Id: mine\r\n\r\n", "}").await;
    assert!(broken.starts_with("HTTP/1.1 500 "), "{broken}");
    assert!(broken.contains("content-type: application/problem+json") && broken.contains("x-request-id: mine"));
    assert!(broken.contains(r#""request_id":"mine""#), "{broken}");
    let fine = say(&mut connection, b"GET /fine HTTP/1.1\r\nHost: x\r\n\r\n", "\r\n\r\nfine").await;
    assert!(fine.starts_with("HTTP/1.1 200 "), "{fine}");
    server.stop(false).await;
}

#[actix_web::test]
async fn head_is_get_without_the_body() {
    let (address, server) = serve();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let head = say(&mut connection, b"HEAD /fine HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "never").await;
    assert!(head.starts_with("HTTP/1.1 200 ") && head.contains("content-length: 4\r\n"), "{head}");
    assert!(head.ends_with("\r\n\r\n"), "{head}");
    server.stop(false).await;
}

#[actix_web::test]
async fn a_client_that_sends_too_much_hears_why() {
    let (address, server) = serve();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let length = 2 * 1024 * 1024;
    let mut request =
        format!("POST /take HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n")
            .into_bytes();
    request.resize(request.len() + length, b' ');
    let (mut reader, mut writer) = connection.split();
    let mut heard = Vec::new();
    let (_, read) = tokio::join!(writer.write_all(&request), reader.read_to_end(&mut heard));
    let heard = String::from_utf8_lossy(&heard);
    assert!(heard.starts_with("HTTP/1.1 413 ") && heard.contains(r#""code":"too-large""#), "{read:?} {heard}");
    server.stop(false).await;
}
