//! A far side that is not what it should be: it may show the right contract, and then does as it is told.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use inventory_contract::STOCK;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
    time::sleep,
};

use super::Endpoints;

/// What is done with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// A page for people.
    Html,
    /// JSON of fifty megabytes, which may be announced.
    FiftyMegabytes { announced: bool },
    /// One byte a second.
    Drip,
    /// Closes without a word.
    Cut,
    /// Says nothing, ever.
    Hang,
    /// Says that our token has expired.
    Expired,
}

/// It listens at both endpoints until it is dropped.
#[derive(Debug)]
pub(crate) struct FaultyServer {
    tasks: Vec<JoinHandle<()>>,
    called: Arc<AtomicBool>,
}

impl FaultyServer {
    /// `is_polite`: it describes the port as it should, so that it is called, and misbehaves then.
    pub(crate) async fn listens(endpoints: &Endpoints, act: Act, is_polite: bool) -> Self {
        let called = Arc::new(AtomicBool::new(false));
        let mut tasks = Vec::new();
        for address in [&endpoints.ports, &endpoints.public] {
            let listener = TcpListener::bind(address).await.unwrap();
            let called = Arc::clone(&called);
            #[expect(clippy::disallowed_methods, reason = "a faulty server is no part of a store")]
            tasks.push(tokio::spawn(async move {
                // Dropping the listener closes its connections too; otherwise a caller would keep one for ever.
                let mut conversations = JoinSet::new();
                while let Ok((stream, _)) = listener.accept().await {
                    conversations.spawn(converse(stream, act, is_polite, Arc::clone(&called)));
                }
            }));
        }
        Self { tasks, called }
    }

    /// Whether the port was called, beyond asking what it is.
    pub(crate) fn was_called(&self) -> bool {
        self.called.load(Ordering::SeqCst)
    }
}

impl Drop for FaultyServer {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn converse(mut stream: TcpStream, act: Act, is_polite: bool, called: Arc<AtomicBool>) {
    while let Some(request) = read_request(&mut stream).await {
        let path = request.split(' ').nth(1).unwrap_or_default();
        called.fetch_or(path.starts_with("/ports/stock/v1/"), Ordering::SeqCst);
        let is_done = if is_polite && path.ends_with("/meta") {
            let meta = json!({
                "port": STOCK.name, "version": STOCK.version, "contract_hash": STOCK.contract_hash(), "module": "inventory",
            });
            stream.write_all(answer("200 OK", "application/json", &meta.to_string()).as_bytes()).await.is_err()
        } else {
            perform(act, &mut stream).await.is_err()
        };
        if is_done {
            return;
        }
    }
}

/// An error ends the connection.
async fn perform(act: Act, stream: &mut TcpStream) -> std::io::Result<()> {
    let head = |length: &str| format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{length}\r\n");
    match act {
        Act::Html => stream.write_all(answer("200 OK", "text/html", "<h1>It works!</h1>").as_bytes()).await,
        Act::Expired => {
            let detail = json!({
                "type": "urn:banyan:problem:unauthenticated", "title": "unauthenticated", "status": 401,
                "code": "unauthenticated", "detail": "the service token expired 600 seconds ago: compare the clocks of both sides",
            });
            stream.write_all(answer("401 No", "application/problem+json", &detail.to_string()).as_bytes()).await
        }
        Act::Cut => Err(std::io::ErrorKind::ConnectionAborted.into()),
        Act::Hang => {
            sleep(Duration::from_mins(5)).await;
            Ok(())
        }
        Act::FiftyMegabytes { announced } => {
            let megabyte = vec![b' '; 1_000_000];
            let length = if announced { "Content-Length: 50000000\r\n" } else { "Connection: close\r\n" };
            stream.write_all(head(length).as_bytes()).await?;
            for _ in 0..50 {
                stream.write_all(&megabyte).await?;
            }
            if announced { Ok(()) } else { Err(std::io::ErrorKind::ConnectionAborted.into()) }
        }
        Act::Drip => {
            stream.write_all(head("Content-Length: 1000\r\n").as_bytes()).await?;
            for _ in 0..1_000 {
                stream.write_all(b" ").await?;
                sleep(Duration::from_secs(1)).await;
            }
            Ok(())
        }
    }
}

fn answer(status: &str, kind: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// The whole request, when its body has a length.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
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
