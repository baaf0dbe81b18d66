//! Several requests over one connection.

use super::*;

/// The bodies that were heard, in order, with what HTTP says of where each ends.
fn bodies(all: &str, are_heads: &[bool]) -> Vec<String> {
    let mut rest = all;
    let mut bodies = Vec::new();
    for is_head in are_heads {
        let (head, after) = rest.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head in {rest:?} of {all}"));
        assert!(head.starts_with("HTTP/1.1 "), "{head:?} in {all}");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length = if *is_head { 0 } else { length.map_or(0, |length| length.parse().unwrap()) };
        bodies.push(after[..length].to_owned());
        rest = &after[length..];
    }
    assert_eq!(rest, "", "{all}");
    bodies
}

fn pipelined(requests: &[(&str, &str)]) -> Vec<u8> {
    let one = |(method, path): &(&str, &str)| format!("{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n");
    let all: Vec<String> = requests.iter().map(one).collect();
    (all.concat() + CLOSE).into_bytes()
}

#[actix_web::test]
async fn every_pipelined_answer_has_its_own_body() {
    let server = serve();
    for requests in [
        vec![("HEAD", "/a"), ("GET", "/b")],
        vec![("GET", "/a"), ("HEAD", "/b")],
        vec![("GET", "/late"), ("HEAD", "/b"), ("GET", "/c")],
        vec![("HEAD", "/late"), ("GET", "/late"), ("HEAD", "/gone"), ("GET", "/gone")],
        vec![("GET", "/none"), ("HEAD", "/none"), ("GET", "/c")],
    ] {
        let heard = ask(&server, &pipelined(&requests)).await;
        let heads: Vec<bool> = requests.iter().map(|(method, _)| *method == "HEAD").chain([false]).collect();
        let expected: Vec<String> =
            requests.iter().map(|request| body_of(*request)).chain(["/last? 0".to_owned()]).collect();
        assert_eq!(bodies(&heard, &heads), expected, "{requests:?}");
    }
}

fn body_of((method, path): (&str, &str)) -> String {
    match (method, path) {
        ("HEAD", _) | (_, "/none") => String::new(),
        (_, "/late") => "late".to_owned(),
        (_, "/gone") => "nothing here".to_owned(),
        (_, path) => format!("{path}? 0"),
    }
}

/// The control: actix alone gives the body of one to the other.
#[actix_web::test]
async fn without_turns_the_bodies_are_mixed_up() {
    let server = serve_bare();
    let heard = ask(&server, &pipelined(&[("GET", "/late"), ("HEAD", "/b")])).await;
    assert!(heard.contains("\r\n\r\n/b? 0"), "HEAD is given a body: {heard}");
}

#[actix_web::test]
async fn hundreds_of_requests_at_once_are_answered_in_order() {
    let server = serve();
    let paths: Vec<String> = (0..300).map(|number| format!("/{number}")).collect();
    let requests: Vec<(&str, &str)> = paths.iter().map(|path| ("GET", path.as_str())).collect();
    let mut socket = connect(&server).await;
    let (mut reading, mut writing) = socket.split();
    let sent = pipelined(&requests);
    let mut heard = Vec::new();
    let both = async { tokio::join!(writing.write_all(&sent), reading.read_to_end(&mut heard)) };
    timeout(PATIENCE, both).await.unwrap().1.unwrap();
    let heard = String::from_utf8(heard).unwrap();
    let bodies = bodies(&heard, &vec![false; 301]);
    assert!(bodies.iter().take(300).zip(&paths).all(|(body, path)| *body == format!("{path}? 0")), "{heard}");
}

/// A client may end its side after the last request, and is answered all the same.
#[actix_web::test]
async fn a_client_that_says_no_more_hears_every_answer() {
    let server = serve();
    let mut socket = connect(&server).await;
    socket.write_all(b"GET /late HTTP/1.1\r\nHost: x\r\n\r\nHEAD /b HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    socket.shutdown().await.unwrap();
    assert_eq!(bodies(&hear(&mut socket).await, &[false, true]), ["late", ""]);
}

#[actix_web::test]
async fn bodies_do_not_disturb_the_next_request() {
    let server = serve();
    let heard = ask(
        &server,
        format!(
            "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde\
             POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\nTrailer: t\r\n\r\n\
             \r\nHEAD /late HTTP/1.1\r\nHost: x\r\n\r\n\
             POST /none HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n{CLOSE}"
        )
        .as_bytes(),
    )
    .await;
    assert_eq!(bodies(&heard, &[false, false, true, false, false]), ["/a? 5", "/b? 3", "", "", "/last? 0"]);
}

#[actix_web::test]
async fn who_expects_100_continue_is_told_to_go_on() {
    let server = serve();
    let mut socket = connect(&server).await;
    socket
        .write_all(b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        .await
        .unwrap();
    let mut told = [0; 25];
    timeout(PATIENCE, socket.read_exact(&mut told)).await.unwrap().unwrap();
    assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
    socket.write_all(format!("abcde{CLOSE}").as_bytes()).await.unwrap();
    assert_eq!(bodies(&hear(&mut socket).await, &[false, false]), ["/a? 5", "/last? 0"]);
}

/// actix takes a wish to upgrade for the end of HTTP on the connection, whatever the length says.
#[actix_web::test]
async fn a_wish_to_upgrade_changes_nothing() {
    let server = serve();
    for wish in [
        "Connection: Upgrade\r\nUpgrade: websocket\r\n",
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n",
    ] {
        let request = format!("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n{wish}\r\nabcde{CLOSE}");
        let heard = ask(&server, request.as_bytes()).await;
        assert_eq!(bodies(&heard, &[false, false]), ["/a? 5", "/last? 0"], "{wish}");
    }
}
