//! Clients that are slow, at each step.

use std::sync::atomic::Ordering::Relaxed;

use tokio::time::Instant;

use super::*;
use crate::Ended;

/// The head of a request with a body.
const POST: &[u8] = b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n";

/// Sends one byte of `bytes` after the other until the server has ended the connection, or all are sent.
async fn trickle(socket: &mut TcpStream, bytes: &[u8], pause: Duration) -> bool {
    for byte in bytes {
        if socket.write_all(&[*byte]).await.is_err() {
            return true;
        }
        if timeout(pause, socket.readable()).await.is_ok() {
            return true;
        }
    }
    false
}

#[actix_web::test]
async fn a_head_that_does_not_come_is_answered_in_time() {
    let server = serve_with(brief(), Connections::new(9, 0));
    let heard = ask(&server, b"GET / HTTP/1.1\r\nHos").await;
    assert!(heard.starts_with("HTTP/1.1 408 ") && heard.ends_with("head-too-slow"), "{heard}");
    for nothing in [&b""[..], b"\r\n"] {
        assert_eq!(ask(&server, nothing).await, "", "what asks nothing is told nothing");
    }
    assert_eq!(ask(&server, b"G").await.get(9..12), Some("408"));
    assert_eq!(server.connections.ended(Ended::SlowHead), 2);
}

/// Each byte of a head gives no time for the next.
#[actix_web::test]
async fn a_trickling_head_is_ended_first_or_later() {
    for before in ["", "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"] {
        let server = serve_with(brief(), Connections::new(9, 0));
        let mut socket = connect(&server).await;
        socket.write_all(before.as_bytes()).await.unwrap();
        if !before.is_empty() {
            let mut heard = [0; 7];
            timeout(PATIENCE, socket.read(&mut heard)).await.unwrap().unwrap();
            tokio::time::sleep(Duration::from_millis(50)).await;
            let mut rest = [0; 500];
            timeout(PATIENCE, socket.read(&mut rest)).await.unwrap().unwrap();
        }
        let head = format!("GET / HTTP/1.1\r\nHost: x\r\nLong: {}\r\n\r\n", "x".repeat(200));
        assert!(trickle(&mut socket, head.as_bytes(), Duration::from_millis(50)).await, "{before}");
        assert!(hear(&mut socket).await.ends_with("head-too-slow"), "{before}");
    }
}

#[actix_web::test]
async fn a_kept_connection_may_be_idle_for_its_own_time() {
    let timeouts = Timeouts { idle: Duration::from_millis(900), ..brief() };
    let server = serve_with(timeouts, Connections::new(9, 0));
    let mut socket = connect(&server).await;
    for _ in 0..2 {
        socket.write_all(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut heard = [0; 500];
        let length = timeout(PATIENCE, socket.read(&mut heard)).await.unwrap().unwrap();
        assert!(heard[..length].starts_with(b"HTTP/1.1 200"));
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let began = Instant::now();
    assert_eq!(hear(&mut socket).await, "");
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

#[actix_web::test]
async fn a_body_that_does_not_come_is_answered_in_time() {
    let server = serve_with(brief(), Connections::new(9, 0));
    for sent in [&b"abc"[..], b""] {
        let heard = ask(&server, &[POST, sent].concat()).await;
        assert!(heard.starts_with("HTTP/1.1 400 ") && heard.ends_with("timed out"), "{heard}");
    }
    let chunked = ask(&server, b"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab").await;
    assert!(chunked.ends_with("timed out"), "{chunked}");
    assert_eq!(server.connections.ended(Ended::SlowBody), 3);
}

/// The control: actix alone waits for ever.
#[actix_web::test]
async fn without_the_stream_a_body_is_waited_for() {
    let server = serve_bare();
    let mut socket = connect(&server).await;
    socket.write_all(POST).await.unwrap();
    assert!(timeout(Duration::from_secs(2), socket.read(&mut [0; 9])).await.is_err());
}

#[actix_web::test]
async fn a_body_that_comes_steadily_may_take_long() {
    let server = serve_with(brief(), Connections::new(9, 0));
    let mut socket = connect(&server).await;
    socket.write_all(POST).await.unwrap();
    assert!(!trickle(&mut socket, b"12345678", Duration::from_millis(100)).await);
    socket.write_all(format!("9{CLOSE}").as_bytes()).await.unwrap();
    let heard = hear(&mut socket).await;
    assert!(heard.contains("/a? 9HTTP") && heard.ends_with("/last? 0"), "{heard}");
}

#[actix_web::test]
async fn an_unread_answer_is_given_up() {
    let server = serve_with(brief(), Connections::new(9, 0));
    let mut socket = connect(&server).await;
    socket.write_all(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let ended = async {
        while server.connections.ended(Ended::UnreadAnswer) == 0 || server.connections.open() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, ended).await.expect("the connection is ended");
}

/// A client that sends many requests and reads no answer has few of them answered.
#[actix_web::test]
async fn unread_answers_hold_later_requests_back() {
    let server = serve_with(Timeouts::default(), Connections::new(9, 0));
    let mut socket = connect(&server).await;
    for _ in 0..64 {
        socket.write_all(b"GET /page HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let answered = PAGES.load(Relaxed);
    assert!((1..32).contains(&answered), "{answered} of 64 pages of 64 KiB were made for a client that reads nothing");
    let mut total = 0;
    let mut piece = vec![0; 64 * 1024];
    while total < 64 * 64 * 1024 {
        total += timeout(PATIENCE, socket.read(&mut piece)).await.unwrap().unwrap();
    }
    assert_eq!(PAGES.load(Relaxed), 64, "a client that reads has all of them");
}

/// The client takes longer than the deadline for the whole, but never for the next piece.
#[actix_web::test]
async fn an_answer_that_is_read_slowly_is_given_whole() {
    let server = serve_with(brief(), Connections::new(9, 0));
    let mut socket = connect(&server).await;
    socket.write_all(b"GET /long HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut piece = vec![0; 2 * 1024 * 1024];
    let mut total = 0;
    let began = Instant::now();
    loop {
        let length = timeout(PATIENCE, socket.read(&mut piece)).await.unwrap().unwrap();
        total += length;
        if length == 0 {
            break;
        }
        if began.elapsed() < Duration::from_secs(1) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    assert!(total > 32 * 1024 * 1024, "{total}");
}
