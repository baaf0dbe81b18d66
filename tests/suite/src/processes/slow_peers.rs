//! Clients that hold connections and send nothing.

use std::{net::TcpStream as Blocking, time::Duration};

use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{Instant, timeout},
};

use crate::{
    contract::wire::{hears, problem},
    harness::{ADMIN_KEY, Api, Kind, Place, Process, Program, eventually, free_address, run, together},
};

/// More than a process may have files.
const SLOW_CLIENTS: usize = 1_050;

/// A request whose body does not come.
const BODILESS: &str = "POST /api/v1/carts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                        Content-Length: 100\r\n\r\n{";

/// The same to an operation that reads its body.
const UNREAD: &str = "POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                      Idempotency-Key: a-key-that-is-long-enough\r\nContent-Length: 100\r\n\r\n{";

/// Connections over which `request` was sent. One that the server closes stays closed.
async fn holds(api: &Api, request: &str, count: usize) -> Vec<TcpStream> {
    let url = api.url();
    let address = url.trim_start_matches("http://");
    let mut sockets = Vec::new();
    for _ in 0..count {
        let Ok(mut socket) = TcpStream::connect(address).await else { continue };
        let _ = socket.write_all(request.as_bytes()).await;
        sockets.push(socket);
    }
    sockets
}

/// The store with at most this many open files.
async fn serves_with_files(program: &Program, files: usize) -> Process {
    program.serves_with(&["prlimit", &format!("--nofile={files}:{files}")], &["serve", "--no-demo"]).await
}

#[test]
fn a_thousand_clients_that_send_no_body_do_not_stop_the_store() {
    let _turn = together();
    run(async {
        let place = Place::new(Kind::Sqlite);
        let mut program = Program::at(&place);
        program.set("BANYAN__HTTP__BODY_TIMEOUT_MS", "6000");
        let store = serves_with_files(&program, 1024).await;
        store.admin().stocks("cup", 5, 100).await;
        for request in [UNREAD, "GET / HTTP/1.1\r\nHost"] {
            let began = Instant::now();
            let slow = holds(&store, request, SLOW_CLIENTS).await;
            assert!(slow.len() > 1_000, "{} connected", slow.len());
            for _ in 0..20 {
                let live = timeout(Duration::from_secs(5), store.get("/health/live")).await;
                live.expect("health is answered while they wait").expect_status(200);
                let admin = store.admin();
                timeout(Duration::from_secs(5), admin.get("/admin/modules"))
                    .await
                    .expect("so is the admin")
                    .expect_status(200);
            }
            eventually("others are served again", async || {
                let read = store.ask(Method::GET, "/api/v1/products/cup").try_send().await;
                read.is_ok_and(|read| read.status == 200).then_some(())
            })
            .await;
            assert!(began.elapsed() < Duration::from_secs(40), "{:?}", began.elapsed());
        }
        store.stops().await;
    });
}

/// The soft limit that a shell gives is not the limit of the store.
#[test]
fn the_soft_limit_of_files_is_raised() {
    let _turn = together();
    run(async {
        let place = Place::new(Kind::Sqlite);
        let program = Program::at(&place);
        let wrapper = ["prlimit", "--nofile=64:2048"];
        let store = program.serves_with(&wrapper, &["serve", "--no-demo"]).await;
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", store.id())).unwrap();
        let files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
        assert_eq!(files.split_whitespace().filter(|word| *word == "2048").count(), 2, "{files}");
        let held = holds(&store, BODILESS, 300).await;
        store.get("/api/v1/products").await.expect_status(200);
        drop(held);
        store.stops().await;
    });
}

fn brief(place: &Place) -> Program {
    let mut program = Program::at(place);
    for name in ["HEAD", "BODY", "ANSWER"] {
        program.set(format!("BANYAN__HTTP__{name}_TIMEOUT_MS"), "1000");
    }
    program
}

/// Sends a byte each tenth of a second until the server ends the connection; how long that took, and what it said.
async fn trickles(api: &Api, head: &str) -> (Duration, String) {
    let url = api.url();
    let mut socket = TcpStream::connect(url.trim_start_matches("http://")).await.unwrap();
    socket.write_all(head.as_bytes()).await.unwrap();
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(30) {
        if socket.write_all(b"x").await.is_err() || timeout(Duration::from_millis(100), socket.readable()).await.is_ok()
        {
            break;
        }
    }
    let took = began.elapsed();
    let mut answer = Vec::new();
    let _ = timeout(Duration::from_secs(10), socket.read_to_end(&mut answer)).await;
    (took, String::from_utf8_lossy(&answer).into_owned())
}

#[test]
fn each_step_of_a_request_has_a_deadline() {
    let _turn = together();
    run(async {
        let place = Place::new(Kind::Sqlite);
        let store = brief(&place).serves().await;
        assert_eq!(problem(&hears(&store, b"GET / HTTP/1.1\r\nHost: x\r\n").await), (408, "head-too-slow".to_owned()));
        assert_eq!(problem(&hears(&store, UNREAD.as_bytes()).await), (408, "body-too-slow".to_owned()));
        for (head, code) in [("GET / HTTP/1.1\r\nHost: x\r\nLong: ", "head-too-slow"), (UNREAD, "body-too-slow")] {
            let (took, answer) = trickles(&store, head).await;
            assert!(took < Duration::from_secs(5), "{took:?}");
            assert_eq!(problem(&answer), (408, code.to_owned()));
        }
        store.stops().await;
    });
}

/// The control: with the deadline far off, the same body is waited for.
#[test]
fn control_without_the_deadline_a_body_is_waited_for() {
    let _turn = together();
    run(async {
        let place = Place::new(Kind::Sqlite);
        let mut program = brief(&place);
        program.set("BANYAN__HTTP__BODY_TIMEOUT_MS", "600000");
        let store = program.serves().await;
        let heard = timeout(Duration::from_secs(5), hears(&store, UNREAD.as_bytes())).await;
        assert!(heard.is_err(), "the test above would notice: {heard:?}");
        store.stops().await;
    });
}

/// The shop is told that the rows stopped coming, and what was imported by then.
#[test]
fn a_stalled_import_says_how_far_it_came() {
    let _turn = together();
    run(async {
        let place = Place::new(Kind::Sqlite);
        let store = brief(&place).serves().await;
        let rows: Vec<String> = (0..700).map(|number| format!("R{number},Row {number},1.00\n")).collect();
        let rows = "sku,title,price\n".to_owned() + &rows.concat();
        let head = format!(
            "POST /api/v1/admin/products/import HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n\
             Authorization: Bearer {ADMIN_KEY}\r\nContent-Length: {}\r\n\r\n",
            rows.len() + 100
        );
        let answer = hears(&store, (head + &rows).as_bytes()).await;
        assert_eq!(problem(&answer), (408, "body-too-slow".to_owned()));
        let told: serde_json::Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
        assert_eq!(told["imported"]["created"], 500, "{answer}");
        assert!(told["detail"].as_str().unwrap().contains("500 rows were read"), "{answer}");
        store.get("/api/v1/products/row-499").await.expect_status(200);
        assert_eq!(store.get("/api/v1/products/row-500").await.status, 404, "what was not told is not there");
        store.stops().await;
    });
}

/// How many connections were refused because their address had enough.
async fn refused_of_one_address(store: &Api) -> u64 {
    let figures = store.ask(Method::GET, "/metrics").bearer(ADMIN_KEY).send().await.words();
    let line = "banyan_http_connections_ended_total{listener=\"public\",reason=\"of_one_address\"} ";
    figures.lines().find_map(|known| known.strip_prefix(line)?.parse().ok()).unwrap_or(0)
}

/// Connections from `from` over which a request was sent whose body does not come, and how many of them stay open.
async fn stays_open(store: &Api, from: &str, count: usize) -> (Vec<TcpStream>, usize) {
    let url = store.url();
    let address = url.trim_start_matches("http://").parse().unwrap();
    let (mut sockets, mut open) = (Vec::new(), 0);
    for _ in 0..count {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
        let mut socket = socket.connect(address).await.unwrap();
        let _ = socket.write_all(UNREAD.as_bytes()).await;
        open += usize::from(timeout(Duration::from_millis(200), socket.read(&mut [0; 9])).await.is_err());
        sockets.push(socket);
    }
    (sockets, open)
}

#[test]
fn one_address_does_not_take_every_connection() {
    let _turn = together();
    run(async {
        let place = Place::new(Kind::Sqlite);
        let mut program = Program::at(&place);
        program.set("BANYAN__HTTP__CONNECTIONS_PER_ADDRESS", "5");
        let store = program.serves().await;
        let (held, open) = stays_open(&store, "127.3.0.1", 12).await;
        assert_eq!((open, refused_of_one_address(&store).await), (5, 7));
        let (_others, open) = stays_open(&store, "127.3.0.2", 5).await;
        assert_eq!(open, 5, "another address has connections of its own");
        let (_own, open) = stays_open(&store, "127.0.0.1", 8).await;
        assert_eq!(open, 8, "programs on this machine are exempt");
        drop(held);
        eventually("places come back", async || (stays_open(&store, "127.3.0.1", 1).await.1 == 1).then_some(())).await;
        store.stops().await;
    });
}

/// The control: without the limit one address has as many as it likes.
#[test]
fn control_without_the_limit_one_address_has_them_all() {
    let _turn = together();
    run(async {
        let place = Place::new(Kind::Sqlite);
        let mut program = Program::at(&place);
        program.set("BANYAN__HTTP__CONNECTIONS_PER_ADDRESS", "0");
        let store = program.serves().await;
        let (_held, open) = stays_open(&store, "127.3.0.1", 12).await;
        assert_eq!((open, refused_of_one_address(&store).await), (12, 0), "the test above would notice");
        store.stops().await;
    });
}

/// An import goes on for as long as it moves, however long that is.
#[test]
fn an_import_that_moves_is_not_cut_off() {
    let _turn = together();
    run(async {
        let place = Place::new(Kind::Sqlite);
        let store = brief(&place).serves().await;
        let rows = futures_util::stream::unfold(0, |row| async move {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let text = if row == 0 { "sku,title,price\n".to_owned() } else { format!("S{row},Row {row},1.00\n") };
            (row <= 12).then(|| (Ok::<_, std::io::Error>(text), row + 1))
        });
        let report = store.admin().imports_as("text/csv", reqwest::Body::wrap_stream(rows)).await;
        assert_eq!(report.expect_status(200).number("/created"), 12);
        store.stops().await;
    });
}

/// What a client does not read is not kept for it.
#[test]
fn an_unread_answer_is_given_up() {
    let _turn = together();
    run(async {
        let place = Place::new(Kind::Sqlite);
        let store = brief(&place).serves().await;
        for number in 0..100 {
            let product = json!({"title": format!("Large {number}"), "description": "word ".repeat(1_800),
                "variants": [{"sku": format!("L{number}"), "price": {"amount": 1, "currency": "GBP"}}]});
            store.admin().post("/admin/products", &product).await.expect_status(201);
        }
        let many = "GET /api/v1/products?limit=100 HTTP/1.1\r\nHost: x\r\n\r\n".repeat(30);
        let unread = holds(&store, &many, 8).await;
        let open = async || {
            let figures = store.ask(Method::GET, "/metrics").bearer(ADMIN_KEY).send().await.words();
            let line = "banyan_http_connections_ended_total{listener=\"public\",reason=\"unread_answer\"} ";
            figures.lines().find_map(|known| known.strip_prefix(line)?.parse::<u64>().ok()).unwrap_or(0)
        };
        eventually("all are ended", async || (open().await == 8).then_some(())).await;
        drop(unread);
        store.stops().await;
    });
}

/// The port server keeps the same rules.
#[test]
fn the_port_server_has_deadlines_and_problems_too() {
    let _turn = together();
    run(async {
        let place = Place::new(Kind::Sqlite);
        let mut program = brief(&place);
        let ports = free_address();
        program.set("BANYAN__PORTS__LISTEN", ports.clone());
        program.set("BANYAN__SERVICE__KEY", "a-service-key-of-32-characters-or-more");
        let store = program.serves().await;
        assert!(Blocking::connect(&ports).is_ok(), "the port server listens");
        let api = Api::at(&ports);
        assert_eq!(
            problem(&hears(&api, b"GET /a b HTTP/1.1\r\n\r\n").await),
            (400, "malformed-request-line".to_owned())
        );
        assert_eq!(problem(&hears(&api, b"GET / HTTP/1.1\r\nHost: x\r\n").await), (408, "head-too-slow".to_owned()));
        let both =
            b"HEAD /nowhere HTTP/1.1\r\nHost: x\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        let answer = hears(&api, both).await;
        assert_eq!(
            (answer.matches("HTTP/1.1 404").count(), answer.matches("\"not-found\"").count()),
            (2, 1),
            "{answer}"
        );
        store.stops().await;
    });
}
