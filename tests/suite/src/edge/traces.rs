//! One request is one trace, in every event of what it began.

use reqwest::Method;

use crate::harness::{Order, Shop, fresh_key, stories};

stories!(events_carry_the_trace_of_their_request);

const STRANGERS: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// The traces of the events of a module that belong to a stream.
async fn traces(shop: &Shop, module: &str, like: &str) -> Vec<(String, Option<String>)> {
    let sql = format!("SELECT type, traceparent FROM outbox WHERE type LIKE '{like}' ORDER BY position");
    let rows = shop.rows(module, &sql).await;
    rows.iter().map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap())).collect()
}

async fn events_carry_the_trace_of_their_request(shop: &Shop) {
    shop.admin().stocks("cup", 6, 100).await;
    let ada = shop.guest("ada");
    let body = ada.wants(&[("cup", 3)], "tok_pending_then_approve");
    let ask = shop.ask(Method::POST, "/api/v1/orders").key(&fresh_key()).header("traceparent", STRANGERS);
    let placed = ask.header("tracestate", "a=b").json(&body).send().await;
    let order = Order::of(&placed);
    ada.reads_until(&order, |read| read.at("/payment/status") == "captured").await;
    shop.settle().await;

    let mut events = traces(shop, "order", "order.%").await;
    events.extend(traces(shop, "payment", "payment.%").await);
    events.extend(traces(shop, "inventory", "stock.low%").await);
    let types: Vec<&str> = events.iter().map(|(kind, _)| kind.as_str()).collect();
    for kind in
        ["order.placed.v1", "order.confirmed.v1", "payment.authorized.v1", "payment.captured.v1", "stock.low.v1"]
    {
        assert!(types.contains(&kind), "no {kind} in {types:?}");
    }
    let first = events[0].1.clone().expect("a request begins a trace");
    assert!(!first.contains("0af7651916cd43dd8448eb211c80319c"), "a stranger's trace is not ours: {first}");
    assert!(first.ends_with("-00"), "nor is a stranger's flag: {first}");
    for (kind, trace) in &events {
        assert_eq!(trace.as_ref(), Some(&first), "{kind}");
    }

    // What is done later is another request, and another trace.
    let cancelled = shop.ask(Method::POST, &format!("/api/v1/orders/{}/cancel", order.id)).order_token(&order.token);
    cancelled.send().await.expect_status(200);
    shop.settle().await;
    let mut later = traces(shop, "order", "order.cancelled%").await;
    later.extend(traces(shop, "payment", "payment.refunded%").await);
    assert_eq!(later.len(), 2, "{later:?}");
    let second = later[0].1.clone().expect("a trace");
    assert_ne!(second, first);
    for (kind, trace) in &later {
        assert_eq!(trace.as_ref(), Some(&second), "{kind}");
    }
}
