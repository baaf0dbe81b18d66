//! Chunked bodies, piece by piece.

use bytes::BytesMut;

use super::*;
use crate::chunks::{Chunks, Malformed, Progress};

/// What becomes of `body` when it comes in pieces of `size`.
fn read(body: &[u8], size: usize) -> Result<(String, usize), Malformed> {
    let (mut chunks, mut from, mut to) = (Chunks::default(), BytesMut::new(), BytesMut::new());
    let mut pieces = body.chunks(size);
    loop {
        match chunks.next(&mut from, &mut to)? {
            Progress::Chunk => {}
            Progress::End => {
                let left = from.len() + pieces.map(<[u8]>::len).sum::<usize>();
                return Ok((String::from_utf8(to.to_vec()).unwrap(), left));
            }
            Progress::Starved => from.extend_from_slice(pieces.next().expect("the body goes on")),
        }
    }
}

#[test]
fn chunks_are_written_again_plainly() {
    let body = b"3;a=\"b\"\r\nabc\r\n000A \r\n0123456789\r\n0;last\r\nTrailer: x\r\nOther: y\r\n\r\nGET";
    let whole = "3\r\nabc\r\na\r\n0123456789\r\n0\r\n\r\n".to_owned();
    assert_eq!(read(body, body.len()), Ok((whole, 3)));
    for size in 1..20 {
        let (text, left) = read(body, size).unwrap();
        assert_eq!(left, 3, "{size}");
        let again = read(text.as_bytes(), text.len()).unwrap();
        assert_eq!(again.0, text, "{size}");
    }
}

#[test]
fn what_is_no_chunk_is_refused() {
    let long = "1;".to_owned() + &"x".repeat(2000);
    let trailers = "0\r\n".to_owned() + &"Trailer: x\r\n".repeat(1000) + "\r\n";
    for body in [
        "x\r\n",
        "\r\n",
        "-1\r\n",
        "+1\r\na\r\n",
        "0x1\r\na\r\n",
        "1 1\r\na\r\n",
        "1\na\r\n0\r\n\r\n",
        "1\r\nab\r\n0\r\n\r\n",
        "1\r\na0\r\n\r\n",
        "10000000000000000\r\n",
        &long,
        &trailers,
    ] {
        for size in [1, 3, body.len()] {
            assert_eq!(read(body.as_bytes(), size), Err(Malformed), "{body:?}");
        }
    }
}

#[actix_web::test]
async fn a_malformed_chunk_is_told_once_and_the_connection_ends() {
    let server = serve();
    let heard = ask(&server, b"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n").await;
    assert_eq!(heard.matches("HTTP/1.1").count(), 1, "{heard}");
    assert!(heard.starts_with("HTTP/1.1 400 ") && heard.ends_with("invalid data"), "{heard}");
}

/// The control: actix alone takes it for a client that has gone.
#[actix_web::test]
async fn without_the_stream_a_malformed_chunk_looks_like_a_lost_client() {
    let server = serve_bare();
    let heard = ask(&server, b"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n").await;
    assert!(heard.contains("reached EOF"), "{heard}");
}
