//! What the caller learns of a far side that misbehaves, and how often that is asked.

use std::{sync::Arc, time::Duration};

use kernel_remote::{BreakerState, HttpTransport, RemoteConfig};
use port::{
    Executed::{Maybe, No},
    PortRequest, PortResponse, Transport, TransportError,
};
use tokio::time::{Instant, sleep};

use crate::{
    faulty::{Act, Faulty, json, nobody, problem, response},
    house::{command, query, transport},
};

const OK: &str = "200 OK";
const DOWN: &str = r#"{"type":"urn:banyan:problem:module-unavailable","code":"module-unavailable","executed":"maybe"}"#;
const BUSY: &str =
    r#"{"type":"urn:banyan:problem:module-overloaded","code":"module-overloaded","retry_after_ms":1500}"#;
const REFUSED: &str = r#"{"type":"urn:banyan:stock:out-of-stock","refusal":"out-of-stock","lines":[]}"#;

type Outcome = Result<u16, TransportError>;

async fn ask(transport: &HttpTransport, request: PortRequest) -> Outcome {
    transport.call(request).await.map(|response: PortResponse| response.status)
}

/// The outcome, and how often the far side was asked.
async fn outcome(acts: Vec<Act>, request: PortRequest, config: RemoteConfig) -> (Outcome, usize) {
    let faulty = Faulty::serve(acts).await;
    let outcome = ask(&transport(faulty.address, config), request).await;
    (outcome, faulty.asked())
}

const fn unavailable(executed: port::Executed) -> Outcome {
    Err(TransportError::Unavailable { executed })
}

#[actix_web::test]
async fn what_is_made_of_each_answer_and_how_often_it_is_asked_for() {
    let good = || json(OK, "[]");
    let html = || Act::Say(response(OK, "text/html", "<h1>It works!</h1>"));
    let refusal = || problem("409 Conflict", REFUSED);
    let broken = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n[";
    let busy = TransportError::Overloaded { retry_after: Duration::from_millis(1500) };
    let incompatible = Err(TransportError::Incompatible);
    for (what, acts, repeatable, once) in [
        ("good", vec![good()], (Ok(200), 1), (Ok(200), 1)),
        (
            "fails twice, then answers",
            vec![Act::Cut, problem("503 Down", DOWN), good()],
            (Ok(200), 3),
            (unavailable(Maybe), 1),
        ),
        ("cut after executing", vec![Act::Cut], (unavailable(Maybe), 3), (unavailable(Maybe), 1)),
        (
            "an answer that breaks off",
            vec![Act::SayAndClose(broken.to_owned())],
            (unavailable(Maybe), 3),
            (unavailable(Maybe), 1),
        ),
        ("it says that it is down", vec![problem("503 Down", DOWN)], (unavailable(Maybe), 3), (unavailable(Maybe), 1)),
        (
            "a proxy says so",
            vec![Act::Say(response("502 Bad", "text/html", "<p>"))],
            (unavailable(Maybe), 3),
            (unavailable(Maybe), 1),
        ),
        ("overloaded", vec![problem("503 Busy", BUSY)], (Err(busy), 1), (Err(busy), 1)),
        ("the business refuses", vec![refusal()], (Ok(409), 1), (Ok(409), 1)),
        ("HTML", vec![html()], (incompatible, 1), (incompatible, 1)),
        ("nothing at all", vec![Act::Say("HTTP/1.1 204 No\r\n\r\n".to_owned())], (incompatible, 1), (incompatible, 1)),
        (
            "a redirect",
            vec![Act::Say("HTTP/1.1 302 Go\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n".to_owned())],
            (incompatible, 1),
            (incompatible, 1),
        ),
        ("some other 404", vec![Act::Say(response("404 No", "text/plain", "?"))], (incompatible, 1), (incompatible, 1)),
        (
            "wrong token",
            vec![problem("401 No", r#"{"type":"urn:banyan:problem:unauthenticated"}"#)],
            (unavailable(No), 1),
            (unavailable(No), 1),
        ),
        ("forbidden", vec![problem("403 No", "{}")], (unavailable(No), 1), (unavailable(No), 1)),
        (
            "down, then busy",
            vec![Act::Cut, problem("503 Busy", BUSY)],
            (unavailable(Maybe), 2),
            (unavailable(Maybe), 1),
        ),
        (
            "not HTTP",
            vec![Act::SayAndClose("220 mail ready\r\n".to_owned())],
            (unavailable(Maybe), 3),
            (unavailable(Maybe), 1),
        ),
    ] {
        assert_eq!(outcome(acts.clone(), query(2_000), RemoteConfig::default()).await, repeatable, "query: {what}");
        assert_eq!(outcome(acts, command(2_000), RemoteConfig::default()).await, once, "command: {what}");
    }
}

#[actix_web::test]
async fn nobody_there() {
    let transport = transport(nobody().await, RemoteConfig::default());
    assert_eq!(ask(&transport, query(2_000)).await, unavailable(No));
    assert_eq!(ask(&transport, command(2_000)).await, unavailable(No));
}

/// Nothing was sent, so even a command that must not be repeated is tried again.
#[actix_web::test]
async fn a_module_that_comes_up_meanwhile_is_found() {
    let address = nobody().await;
    let config = RemoteConfig { retries: 6, retry_backoff_ms: 50, ..RemoteConfig::default() };
    let transport = transport(address, config);
    let coming_up = async {
        sleep(Duration::from_millis(80)).await;
        crate::faulty::Faulty::serve_at(address, vec![json(OK, "[]")]).await
    };
    let (outcome, server) = tokio::join!(ask(&transport, command(3_000)), coming_up);
    assert_eq!((outcome, server.asked()), (Ok(200), 1));
}

#[actix_web::test]
async fn endless_answers_end() {
    let head = |length: &str| format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{length}\r\n");
    let config = || RemoteConfig { answer_limit_bytes: 1024 * 1024, ..RemoteConfig::default() };
    for length in ["Content-Length: 52428800\r\n", ""] {
        let faulty = Faulty::serve(vec![Act::Flood(head(length))]).await;
        let began = Instant::now();
        let outcome = ask(&transport(faulty.address, config()), query(5_000)).await;
        assert_eq!(outcome, unavailable(Maybe));
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
        sleep(Duration::from_millis(100)).await;
        assert!(faulty.sent() < 16 * 1024 * 1024, "the far side got rid of {} bytes", faulty.sent());
    }
    let (dripping, began) = (vec![Act::Drip(head(""), 20)], Instant::now());
    let (outcome, asked) = outcome(dripping, query(300), config()).await;
    assert_eq!((outcome, asked), (Err(TransportError::Deadline { executed: Maybe }), 1));
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[actix_web::test]
async fn retries_end_with_the_budget_and_the_deadline() {
    let faulty = Faulty::serve(vec![Act::Cut]).await;
    let config = RemoteConfig {
        retries: 10,
        retry_budget_percent: 0,
        retry_budget_per_second: 1,
        breaker_failures: 1_000,
        ..RemoteConfig::default()
    };
    let transport = transport(faulty.address, config);
    for _ in 0..50 {
        assert_eq!(ask(&transport, query(2_000)).await, unavailable(Maybe));
    }
    let asked = faulty.asked();
    assert!((51..=70).contains(&asked), "50 calls and a budget of about ten retries: {asked}");

    let slow =
        RemoteConfig { retries: 10, retry_backoff_ms: 400, retry_backoff_longest_ms: 400, ..RemoteConfig::default() };
    let (outcome, asked) = outcome(vec![Act::Cut], query(300), slow).await;
    assert_eq!((outcome, asked), (unavailable(Maybe), 1), "there is no time for a pause");
}

#[actix_web::test]
async fn the_breaker_opens_half_opens_and_closes() {
    let mut acts = vec![Act::Cut; 4];
    acts.push(json(OK, "[]"));
    let faulty = Faulty::serve(acts).await;
    let config = RemoteConfig {
        retries: 0,
        breaker_failures: 3,
        breaker_open_ms: 300,
        breaker_probes: 1,
        ..RemoteConfig::default()
    };
    let transport = transport(faulty.address, config);
    for failure in 1..=3 {
        assert_eq!(transport.breaker_state(), BreakerState::Closed, "before failure {failure}");
        assert_eq!(ask(&transport, query(1_000)).await, unavailable(Maybe));
    }
    assert_eq!(transport.breaker_state(), BreakerState::Open);
    let began = Instant::now();
    for _ in 0..20 {
        assert_eq!(ask(&transport, query(1_000)).await, unavailable(No), "no request was made");
    }
    assert!(began.elapsed() < Duration::from_millis(280));
    assert_eq!(faulty.asked(), 3);

    sleep(Duration::from_millis(350)).await;
    assert_eq!(ask(&transport, query(1_000)).await, unavailable(Maybe), "the probe fails");
    assert_eq!(transport.breaker_state(), BreakerState::Open);
    sleep(Duration::from_millis(350)).await;
    assert_eq!(ask(&transport, query(1_000)).await, Ok(200), "the probe succeeds");
    assert_eq!((transport.breaker_state(), faulty.asked()), (BreakerState::Closed, 5));
    assert_eq!(BreakerState::HalfOpen.to_string(), "half-open");
}

#[actix_web::test]
async fn while_half_open_one_call_is_let_through() {
    let faulty = Faulty::serve(vec![Act::Cut, Act::Hang]).await;
    let config = RemoteConfig { retries: 0, breaker_failures: 1, breaker_open_ms: 50, ..RemoteConfig::default() };
    let transport = transport(faulty.address, config);
    assert_eq!(ask(&transport, query(1_000)).await, unavailable(Maybe));
    sleep(Duration::from_millis(80)).await;
    let probe = ask(&transport, query(300));
    let other = async {
        sleep(Duration::from_millis(100)).await;
        assert_eq!(transport.breaker_state(), BreakerState::HalfOpen);
        ask(&transport, query(300)).await
    };
    let outcomes = tokio::join!(probe, other);
    assert_eq!(outcomes, (Err(TransportError::Deadline { executed: Maybe }), unavailable(No)));
    assert_eq!(transport.breaker_state(), BreakerState::Open);
}

#[actix_web::test]
async fn no_refusal_opens_the_breaker() {
    let faulty = Faulty::serve(vec![problem("409 Conflict", REFUSED)]).await;
    let config = RemoteConfig { breaker_failures: 1, ..RemoteConfig::default() };
    let transport = transport(faulty.address, config);
    for _ in 0..10 {
        assert_eq!(ask(&transport, query(1_000)).await, Ok(409));
    }
    assert_eq!((transport.breaker_state(), faulty.asked()), (BreakerState::Closed, 10));
}

#[actix_web::test]
async fn connections_are_kept_and_the_call_is_as_agreed() {
    let faulty = Faulty::serve(vec![json(OK, "[]")]).await;
    let transport: Arc<HttpTransport> = transport(faulty.address, RemoteConfig::default());
    for _ in 0..3 {
        assert_eq!(ask(&transport, query(1_000)).await, Ok(200));
    }
    assert_eq!(faulty.connections(), 1);
    let request = faulty.requests().remove(0);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /ports/stock/v1/levels HTTP/1.1\r\n"), "{head}");
    for header in
        ["content-type: application/json", "authorization: Bearer ey", "banyan-principal: {", "banyan-deadline-ms: "]
    {
        assert!(head.contains(header), "{header} in {head}");
    }
    assert_eq!(body, r#"{"skus":["CUP"]}"#);
}
