//! A server that answers as it is told, whatever HTTP says.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_web::rt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::sleep,
};

/// What is done with one request.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Sends this and keeps the connection.
    Say(String),
    /// Sends this and closes the connection.
    SayAndClose(String),
    /// Closes without a word.
    Cut,
    /// Says nothing, ever.
    Hang,
    /// Sends a head and then `X` for ever.
    Flood(String),
    /// Sends a head and then one byte, and another, with a pause of this many milliseconds.
    Drip(String, u64),
}

pub(crate) struct Faulty {
    pub(crate) address: SocketAddr,
    seen: Arc<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    connections: AtomicUsize,
    asked: AtomicUsize,
    sent: AtomicUsize,
    requests: Mutex<Vec<String>>,
}

impl Faulty {
    /// `acts` says what is done with the first request, the second, and so on; the last act is repeated.
    pub(crate) async fn serve(acts: Vec<Act>) -> Self {
        Self::serve_at(([127, 0, 0, 1], 0).into(), acts).await
    }

    pub(crate) async fn serve_at(address: SocketAddr, acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let faulty = Self { address: listener.local_addr().unwrap(), seen: Arc::default() };
        let seen = Arc::clone(&faulty.seen);
        rt::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                seen.connections.fetch_add(1, Ordering::SeqCst);
                rt::spawn(converse(stream, acts.clone(), Arc::clone(&seen)));
            }
        });
        faulty
    }

    /// How many requests have come.
    pub(crate) fn asked(&self) -> usize {
        self.seen.asked.load(Ordering::SeqCst)
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// How many bytes of a flood have gone out.
    pub(crate) fn sent(&self) -> usize {
        self.seen.sent.load(Ordering::SeqCst)
    }

    /// Every request so far, head and body.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }
}

async fn converse(mut stream: TcpStream, acts: Vec<Act>, seen: Arc<Seen>) {
    while let Some(request) = read_request(&mut stream).await {
        seen.requests.lock().unwrap().push(request);
        let turn = seen.asked.fetch_add(1, Ordering::SeqCst);
        let act = acts[turn.min(acts.len() - 1)].clone();
        if !perform(act, &mut stream, &seen.sent).await {
            return;
        }
    }
}

/// Whether the connection goes on.
async fn perform(act: Act, stream: &mut TcpStream, sent: &AtomicUsize) -> bool {
    match act {
        Act::Say(text) => return stream.write_all(text.as_bytes()).await.is_ok(),
        Act::SayAndClose(text) => drop(stream.write_all(text.as_bytes()).await),
        Act::Cut => {}
        Act::Hang => sleep(Duration::from_mins(1)).await,
        Act::Flood(head) => {
            let chunk = vec![b'X'; 64 * 1024];
            let mut flowing = stream.write_all(head.as_bytes()).await.is_ok();
            while flowing {
                flowing = stream.write_all(&chunk).await.is_ok();
                sent.fetch_add(chunk.len(), Ordering::SeqCst);
            }
        }
        Act::Drip(head, pause_ms) => {
            let mut flowing = stream.write_all(head.as_bytes()).await.is_ok();
            while flowing {
                flowing = stream.write_all(b"X").await.is_ok();
                sleep(Duration::from_millis(pause_ms)).await;
            }
        }
    }
    false
}

/// The whole request, when its body has a length.
pub(crate) async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
        if body.len() >= length.unwrap_or(0) {
            return Some(text);
        }
    }
}

pub(crate) fn json(status: &str, body: &str) -> Act {
    Act::Say(response(status, "application/json", body))
}

pub(crate) fn problem(status: &str, body: &str) -> Act {
    Act::Say(response(status, "application/problem+json", body))
}

pub(crate) fn response(status: &str, kind: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// An address at which no process listens.
pub(crate) async fn nobody() -> SocketAddr {
    TcpListener::bind(("127.0.0.1", 0)).await.unwrap().local_addr().unwrap()
}
