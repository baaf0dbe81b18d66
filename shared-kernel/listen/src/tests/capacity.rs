//! More clients than connections.

use super::*;
use crate::{Ended, FileBudget};

const HEALTH: &[u8] = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n";

/// Clients that hold a connection each with a body that does not come.
async fn holders(server: &Served, count: usize) -> Vec<TcpStream> {
    let mut sockets = Vec::new();
    for _ in 0..count {
        let mut socket = connect(server).await;
        socket.write_all(b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n").await.unwrap();
        sockets.push(socket);
    }
    let open = async {
        while server.connections.open() < count.min(server.connections.limit()) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, open).await.unwrap();
    sockets
}

#[actix_web::test]
async fn health_is_answered_when_every_connection_is_taken() {
    let server = serve_with(Timeouts::default(), Connections::new(10, 4));
    let _holders = holders(&server, 10).await;
    for _ in 0..20 {
        let heard = ask(&server, HEALTH).await;
        assert!(heard.starts_with("HTTP/1.1 200 ") && heard.contains("connection: close"), "{heard}");
        let others = ask(&server, b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n").await;
        assert!(others.starts_with("HTTP/1.1 503 ") && others.ends_with("crowded"), "{others}");
    }
}

/// Clients that wait on spare connections do not keep them from others.
#[actix_web::test]
async fn a_flood_of_spare_connections_leaves_room_for_health() {
    let server = serve_with(Timeouts::default(), Connections::new(10, 4));
    let _holders = holders(&server, 10).await;
    let mut waiting = Vec::new();
    for request in [&b""[..], b"GET /", b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"] {
        for _ in 0..10 {
            let mut socket = connect(&server).await;
            let _ = socket.write_all(request).await;
            waiting.push(socket);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        let heard = ask(&server, HEALTH).await;
        assert!(heard.starts_with("HTTP/1.1 200 "), "{heard}");
    }
    assert!(server.connections.open() <= 10 + 4, "{}", server.connections.open());
}

/// A flood that comes behind a client does not take its place before the client could ask.
#[actix_web::test]
async fn a_spare_connection_has_time_to_ask() {
    let spare = Duration::from_secs(10);
    for (spare, answered) in [(spare, true), (Duration::ZERO, false)] {
        let server = serve_with(Timeouts { spare, ..Timeouts::default() }, Connections::new(10, 4));
        let _holders = holders(&server, 10).await;
        let mut asks = connect(&server).await;
        spare_connections(&server, 1).await;
        let mut flood = Vec::new();
        for _ in 0..8 {
            flood.push(connect(&server).await);
        }
        spare_connections(&server, 4).await;
        let _ = asks.write_all(HEALTH).await;
        let mut heard = Vec::new();
        let _ = timeout(PATIENCE, asks.read_to_end(&mut heard)).await.unwrap();
        assert_eq!(heard.starts_with(b"HTTP/1.1 200 "), answered, "{spare:?}");
    }
}

async fn spare_connections(server: &Served, count: usize) {
    let open = async {
        while server.connections.open() < server.connections.limit() + count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    timeout(PATIENCE, open).await.unwrap();
}

/// What a busy worker cannot admit waits at the system, and is no open file of the process.
#[cfg(target_os = "linux")]
#[actix_web::test]
async fn a_flood_waits_at_the_system() {
    let server = serve_with(Timeouts::default(), Connections::new(10, 4));
    let mut stalls = connect(&server).await;
    stalls.write_all(b"GET /stall HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut flood = Vec::new();
    for _ in 0..100 {
        flood.push(connect(&server).await);
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let accepted = accepted_by(server.address);
    assert!((10..=31).contains(&accepted), "{accepted} are accepted");
    drop(flood);
    let heard = ask(&server, b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(heard.starts_with("HTTP/1.1 200 "), "{heard:?}");
}

/// How many connections of a listener the process has accepted. The system lists those that wait without an inode.
#[cfg(target_os = "linux")]
fn accepted_by(address: SocketAddr) -> usize {
    let local = format!(":{:04X}", address.port());
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let rows = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let mine = rows.filter(|row| row[1].ends_with(&local) && row[3] == "01" && row[9] != "0");
    mine.count()
}

/// The control: without a spare share nothing is answered.
#[actix_web::test]
async fn without_a_spare_share_health_is_turned_away() {
    let server = serve_with(Timeouts::default(), Connections::new(10, 0));
    let _holders = holders(&server, 10).await;
    let mut socket = connect(&server).await;
    let _ = socket.write_all(HEALTH).await;
    let mut heard = Vec::new();
    let _ = timeout(PATIENCE, socket.read_to_end(&mut heard)).await.unwrap();
    assert_eq!(heard, b"");
    assert!(server.connections.ended(Ended::TurnedAway) > 0);
}

/// One address takes no more than its share; other addresses still get in.
#[actix_web::test]
async fn one_address_has_so_many_connections() {
    let server = serve_with(Timeouts::default(), Connections::new(10, 4).of_one_address(3, |_| false));
    let holders = holders(&server, 3).await;
    for _ in 0..20 {
        let heard = ask(&server, HEALTH).await;
        assert!(heard.starts_with("HTTP/1.1 429 ") && heard.contains("too-many-connections-of-one-address"), "{heard}");
        let (head, body) = heard.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())), "{heard}");
    }
    assert_eq!(server.connections.ended(Ended::OfOneAddress), 20);
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut other = socket.connect(server.address).await.unwrap();
    other.write_all(CLOSE.as_bytes()).await.unwrap();
    assert!(hear(&mut other).await.ends_with("/last? 0"));
    drop(holders);
    let answered = async {
        while !ask(&server, CLOSE.as_bytes()).await.ends_with("/last? 0") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, answered).await.expect("closed connections make room");
}

/// The control: where an address is exempt, it may take all of them.
#[actix_web::test]
async fn without_the_share_one_address_takes_all() {
    let server = serve_with(Timeouts::default(), Connections::new(10, 4).of_one_address(3, |_| true));
    let _holders = holders(&server, 10).await;
    assert_eq!((server.connections.open(), server.connections.ended(Ended::OfOneAddress)), (10, 0));
}

#[actix_web::test]
async fn an_idle_connection_makes_room() {
    let server = serve_with(Timeouts::default(), Connections::new(2, 0));
    let mut idle = Vec::new();
    for _ in 0..2 {
        let mut socket = connect(&server).await;
        socket.write_all(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut heard = [0; 500];
        assert!(timeout(PATIENCE, socket.read(&mut heard)).await.unwrap().unwrap() > 0);
        idle.push(socket);
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    let heard = ask(&server, CLOSE.as_bytes()).await;
    assert!(heard.ends_with("/last? 0"), "{heard}");
    let began = tokio::time::Instant::now();
    assert_eq!(hear(&mut idle[0]).await, "", "the one that was idle for longest is ended");
    assert!(began.elapsed() < Duration::from_secs(5), "at once: {:?}", began.elapsed());
    assert_eq!(server.connections.ended(Ended::Evicted), 1);
}

#[actix_web::test]
async fn places_come_back() {
    let server = serve_with(brief(), Connections::new(3, 0));
    for _ in 0..5 {
        drop(holders(&server, 3).await);
        let free = async {
            while server.connections.open() > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, free).await.unwrap();
    }
}

#[test]
fn the_files_are_shared_out() {
    for (files, wanted, forwards) in [(1024, 4096, false), (1024, 4096, true), (65_536, 4096, true), (256, 4096, false)]
    {
        let budget = FileBudget::of(files, wanted, forwards);
        let doubled = if forwards { 2 * budget.public } else { budget.public };
        let ports = if forwards { budget.ports } else { 0 };
        assert!(doubled + ports + budget.spare < files, "{files}: {budget:?}");
        assert!(budget.public <= wanted && budget.spare >= 4, "{files}: {budget:?}");
    }
    assert_eq!(FileBudget::of(65_536, 4096, true).public, 4096);
    assert_eq!(FileBudget::of(1024, 4096, false).public, 768);
}
