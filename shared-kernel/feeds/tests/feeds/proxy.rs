//! A line that breaks: every connection is cut after a number of bytes of the answer.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::SeqCst},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

pub(crate) struct Proxy {
    pub(crate) url: String,
    pub(crate) cuts: Arc<AtomicU64>,
    _lines: JoinSet<()>,
}

/// Each connection lasts for a few hundred to a few thousand bytes: longer than a head, shorter than many a body.
pub(crate) async fn cutting(port: u16) -> Proxy {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (cuts, mut lines) = (Arc::new(AtomicU64::new(0)), JoinSet::new());
    let counter = Arc::clone(&cuts);
    lines.spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            let (client, _) = listener.accept().await.unwrap();
            let n = counter.fetch_add(1, SeqCst);
            connections.spawn(forward(client, port, 300 + n * 7_919 % 5_000));
        }
    });
    Proxy { url, cuts, _lines: lines }
}

async fn forward(mut client: TcpStream, port: u16, bytes: u64) {
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    let (mut from_client, mut to_client) = client.split();
    let (from_server, mut to_server) = server.split();
    let mut from_server = from_server.take(bytes);
    tokio::select! {
        _ = copy(&mut from_client, &mut to_server) => {}
        _ = copy(&mut from_server, &mut to_client) => {}
    }
    let _ = to_client.shutdown().await;
}
