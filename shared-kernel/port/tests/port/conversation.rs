//! What one side says is what the other side hears.

use std::time::Duration;

use kernel::{CallContext, Principal};
use port::{Dispatch, Executed, PortError, PortResult};

use crate::till::{Receipt, ScriptedTill, Till, TillRefusal, UNKNOWN, pounds, remote, sale, serve_till};

fn refusals() -> [TillRefusal; 4] {
    let card_refused = |detail| TillRefusal::CardRefused {
        code: "51".to_owned(),
        status: -3,
        detail,
        title: "no".to_owned(),
        fields: vec![1, 2],
    };
    [
        TillRefusal::TooLittleChange { wanted: pounds(900), in_drawer: pounds(5), skus: vec![sale().sku] },
        TillRefusal::Closed {},
        card_refused(Some("funds".to_owned())),
        card_refused(None),
    ]
}

async fn heard(said: PortResult<Receipt, TillRefusal>) -> PortResult<Receipt, TillRefusal> {
    let till = remote(ScriptedTill::answering(said));
    till.ring_up(&CallContext::default(), vec![sale()], None).await
}

#[tokio::test]
async fn every_answer_and_every_error_comes_back_equal() {
    let mut said = vec![
        Ok(Receipt { number: u64::MAX, lines: vec![sale(), sale()] }),
        Err(PortError::Unavailable { executed: Executed::No }),
        Err(PortError::internal()),
        Err(PortError::Deadline { executed: Executed::No }),
        Err(PortError::Deadline { executed: Executed::Maybe }),
        Err(PortError::Overloaded { retry_after: Duration::from_millis(1500) }),
        Err(PortError::Incompatible),
    ];
    said.extend(refusals().map(PortError::Refused).map(Err));
    for said in said {
        assert_eq!(heard(said.clone()).await, said);
    }
}

#[tokio::test]
async fn arguments_arrive_whatever_their_names_and_answers_may_be_nothing() {
    let cx = CallContext::default();
    let till = ScriptedTill::holding(250);
    let remote = remote(till.clone());

    let receipt = remote.ring_up(&cx, vec![sale()], Some("Ada".to_owned())).await;
    assert_eq!(receipt, Ok(Receipt { number: 1, lines: vec![sale()] }));
    assert_eq!(remote.set_open(&cx, true).await, Ok(()));
    assert_eq!(remote.set_open(&cx, false).await, Err(PortError::Refused(TillRefusal::Closed {})));
    assert_eq!(remote.drawer(&cx).await, Ok(pounds(250)));
    assert_eq!(till.calls(), 4);
}

#[tokio::test]
async fn the_context_arrives() {
    let mut cx = CallContext::system("order").within(Duration::from_hours(1));
    cx.correlation = Some("0190a3d4-1111-7abc-8def-000000000001".parse().unwrap());
    cx.traceparent = Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned());
    cx.idempotency_key = Some("order-7/hold".to_owned());
    let till = ScriptedTill::holding(0);
    remote(till.clone()).drawer(&cx).await.unwrap();

    let contexts = till.contexts.lock().unwrap();
    let heard = &contexts[0];
    assert_eq!(heard.principal, Principal::system("order"));
    assert_eq!(heard.correlation, cx.correlation);
    assert_eq!(heard.traceparent, cx.traceparent);
    assert_eq!(heard.idempotency_key, cx.idempotency_key);
    // The method's limit (100 ms) is nearer than the caller's (an hour).
    let left = heard.remaining().unwrap();
    assert!(left <= Duration::from_millis(100), "{left:?}");
}

#[tokio::test]
async fn a_spent_deadline_never_reaches_the_module() {
    let too_late = Err(PortError::Deadline { executed: Executed::No });
    let spent = CallContext::default().within(Duration::ZERO);
    let till = ScriptedTill::holding(0);

    assert_eq!(remote(till.clone()).drawer(&spent).await, too_late);

    let server = serve_till(till.clone());
    let response = server.dispatch("drawer", spent, b"{}").await;
    let document: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
    assert_eq!(
        (response.status, &document["code"], &document["executed"]),
        (503, &"module-too-slow".into(), &"no".into())
    );

    assert_eq!(till.calls(), 0);
}

#[tokio::test]
async fn a_slow_module_may_have_done_it_and_indeed_finishes() {
    let till = ScriptedTill::taking(Duration::from_millis(200));
    let cx = CallContext::default();
    let answer = remote(till.clone()).drawer(&cx).await;
    assert_eq!(answer, Err(PortError::Deadline { executed: Executed::Maybe }));
    assert!(answer.unwrap_err().is_unknown());

    assert_eq!(till.calls(), 0);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(till.calls(), 1);
}

#[tokio::test]
async fn the_callers_deadline_cuts_the_methods_limit_short() {
    let till = remote(ScriptedTill::taking(Duration::from_millis(60)));
    assert!(till.drawer(&CallContext::default()).await.is_ok());
    let hurried = CallContext::default().within(Duration::from_millis(20));
    assert_eq!(till.drawer(&hurried).await, Err(PortError::Deadline { executed: Executed::Maybe }));
}

#[tokio::test]
async fn a_module_that_panics_may_have_done_it() {
    let till = remote(ScriptedTill::holding(0));
    let customer = Some("who makes tills panic".to_owned());
    assert_eq!(till.ring_up(&CallContext::default(), vec![], customer).await, Err(UNKNOWN));
}

#[tokio::test]
async fn a_refusal_is_a_problem_document() {
    let refused = PortError::Refused(refusals()[0].clone());
    let server: Dispatch = serve_till(ScriptedTill::answering(Err(refused)));
    let response = server.dispatch("ring_up", CallContext::default(), br#"{"lines":[],"customer":null}"#).await;

    assert_eq!(response.status, 409);
    let document: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
    insta::assert_json_snapshot!(document, @r#"
    {
      "code": "too-little-change",
      "detail": "the drawer holds only GBP 0.05",
      "in_drawer": {
        "amount": 5,
        "currency": "GBP"
      },
      "refusal": "too-little-change",
      "skus": [
        "85123A"
      ],
      "status": 409,
      "title": "too little change",
      "type": "urn:banyan:till:too-little-change",
      "wanted": {
        "amount": 900,
        "currency": "GBP"
      }
    }
    "#);
}
