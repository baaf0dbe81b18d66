//! What is not understood is said to be so, and is never taken for an answer.

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use kernel::CallContext;
use port::{Executed, MethodKind, PortError, PortRequest, PortResponse, Transport, TransportError, context};

use crate::till::{RemoteTill, ScriptedTill, Till, TillRefusal, UNKNOWN, remote, serve_till};

/// A far side that gives every call the same answer.
struct Canned(Result<PortResponse, TransportError>);

#[async_trait]
impl Transport for Canned {
    async fn call(&self, _: PortRequest) -> Result<PortResponse, TransportError> {
        self.0.clone()
    }
}

async fn heard(response: Result<PortResponse, TransportError>) -> PortError<TillRefusal> {
    let till = RemoteTill::new(Arc::new(Canned(response)));
    till.drawer(&CallContext::default()).await.unwrap_err()
}

#[tokio::test]
async fn the_server_refuses_what_is_not_a_call() {
    let till = ScriptedTill::holding(0);
    let server = serve_till(till.clone());
    for (method, body, status, code) in [
        ("rob", "{}", 404, "unknown-method"),
        ("Drawer", "{}", 404, "unknown-method"),
        ("", "{}", 404, "unknown-method"),
        ("ring_up", "", 422, "bad-arguments"),
        ("ring_up", "not json", 422, "bad-arguments"),
        ("ring_up", "{}", 422, "bad-arguments"),
        ("ring_up", r#"{"lines":"all"}"#, 422, "bad-arguments"),
        ("set_open", r#"{"cx":true,"quietly":true}"#, 422, "bad-arguments"),
        ("set_open", "{\"cx\":true}\u{0}", 422, "bad-arguments"),
        ("drawer", "[1]", 422, "bad-arguments"),
    ] {
        let response = server.dispatch(method, CallContext::default(), body.as_bytes()).await;
        let document: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
        assert_eq!((response.status, document["code"].as_str()), (status, Some(code)), "{method} {body}");
        assert_eq!(document["type"], format!("urn:banyan:problem:{code}"));
        assert_eq!(heard(Ok(response)).await, PortError::Incompatible, "{method} {body}");
    }
    assert_eq!(till.calls(), 0);
}

#[tokio::test]
async fn the_client_takes_nothing_for_an_answer_that_is_none() {
    let incompatible = || PortError::Incompatible;
    let unknown = || UNKNOWN;
    for (status, body, expected) in [
        (200, "", incompatible()),
        (200, "{}", incompatible()),
        (200, "<html>", incompatible()),
        (400, "<html>", incompatible()),
        (401, r#"{"type":"urn:banyan:problem:unauthenticated","code":"unauthenticated"}"#, incompatible()),
        (409, r#"{"type":"urn:banyan:till:new-refusal","refusal":"new-refusal"}"#, incompatible()),
        (409, r#"{"type":"urn:banyan:stock:closed","refusal":"closed"}"#, incompatible()),
        (409, r#"{"type":"urn:banyan:till:closed","refusal":"closed"}"#, PortError::Refused(TillRefusal::Closed {})),
        (500, "", unknown()),
        (502, "<html>", unknown()),
        (503, r#"{"type":"urn:banyan:problem:module-unavailable","code":"module-unavailable"}"#, unknown()),
        (503, r#"{"type":"about:blank"}"#, unknown()),
    ] {
        let response = PortResponse { status, body: body.into() };
        assert_eq!(heard(Ok(response)).await, expected, "{status} {body}");
    }
}

#[tokio::test]
async fn what_a_transport_says_reaches_the_caller() {
    let retry_after = Duration::from_secs(2);
    for (failure, expected) in [
        (TransportError::Unavailable { executed: Executed::No }, PortError::Unavailable { executed: Executed::No }),
        (TransportError::Deadline { executed: Executed::Maybe }, PortError::Deadline { executed: Executed::Maybe }),
        (TransportError::Overloaded { retry_after }, PortError::Overloaded { retry_after }),
        (TransportError::Incompatible, PortError::Incompatible),
    ] {
        assert_eq!(heard(Err(failure)).await, expected);
    }
}

/// Keeps the request, answers nothing.
#[derive(Default)]
struct Spy(std::sync::Mutex<Vec<PortRequest>>);

#[async_trait]
impl Transport for Spy {
    async fn call(&self, request: PortRequest) -> Result<PortResponse, TransportError> {
        self.0.lock().unwrap().push(request);
        Err(TransportError::Incompatible)
    }
}

#[tokio::test]
async fn a_request_says_where_it_goes_and_whether_it_may_be_repeated() {
    let spy = Arc::new(Spy::default());
    let till = RemoteTill::new(spy.clone());
    let cx = CallContext::default();
    let _ = till.ring_up(&cx, vec![], None).await;
    let _ = till.set_open(&cx, true).await;
    let _ = till.drawer(&cx).await;

    let requests = spy.0.lock().unwrap();
    let seen: Vec<_> = requests.iter().map(|sent| (sent.path(), sent.kind, sent.may_be_repeated())).collect();
    let path = |method| format!("/ports/till/v2/{method}");
    assert_eq!(
        seen,
        [
            (path("ring_up"), MethodKind::Command, false),
            (path("set_open"), MethodKind::Command, true),
            (path("drawer"), MethodKind::Query, true),
        ]
    );
    assert_eq!(requests[0].body, br#"{"lines":[],"customer":null}"#);
    assert!(requests[0].time_left() <= Duration::from_millis(100));
}

#[tokio::test]
async fn a_spent_call_is_not_sent() {
    let spy = Arc::new(Spy::default());
    let till = RemoteTill::new(spy.clone());
    let spent = CallContext::default().within(Duration::ZERO);
    assert_eq!(till.drawer(&spent).await, Err(PortError::Deadline { executed: Executed::No }));
    assert_eq!(spy.0.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn a_loopback_to_another_version_is_incompatible() {
    let loopback = port::Loopback::new(Arc::new(serve_till(ScriptedTill::holding(0))));
    let request = |version| PortRequest {
        port: "till",
        version,
        method: "drawer",
        kind: MethodKind::Query,
        idempotent: true,
        timeout: Duration::from_secs(1),
        context: CallContext::default(),
        body: b"{}".to_vec(),
    };
    assert!(loopback.call(request(2)).await.is_ok());
    assert_eq!(loopback.call(request(1)).await, Err(TransportError::Incompatible));
}

#[test]
fn a_header_that_cannot_be_read_is_never_a_default() {
    for (name, value) in [
        (context::PRINCIPAL, "admin"),
        (context::PRINCIPAL, r#"{"kind":"root"}"#),
        (context::CORRELATION, "42"),
        (context::DEADLINE_MS, "soon"),
        (context::DEADLINE_MS, "-1"),
        (context::DEADLINE_MS, "18446744073709551615"),
    ] {
        let headers = HashMap::from([(name, value)]);
        let read = context::from_headers(|header| headers.get(header).copied());
        assert_eq!(read.unwrap_err(), context::BadHeader(name), "{value}");
    }
    let none = context::from_headers(|_| None).unwrap();
    assert_eq!((none.remaining(), none.principal.label()), (None, "guest".to_owned()));
}

#[tokio::test]
async fn a_till_that_is_gone_is_not_a_till_that_says_no() {
    let till = remote(ScriptedTill::answering(Err(PortError::Unavailable { executed: Executed::No })));
    let error = till.ring_up(&CallContext::default(), vec![], None).await.unwrap_err();
    assert!(!error.is_unknown());
    assert_eq!(error.refusal(), None);
}
