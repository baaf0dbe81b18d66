//! Events as they once were published. Each of these must decode for ever.

use kernel::Event;
use order_contract::OrderEvent;

const SAMPLES: [(&str, &str); 13] = [
    (
        "order.placed.v1",
        r#"{"order":"018f3a5e-0000-7000-8000-000000000001","number":"1000001","total":{"amount":255,"currency":"GBP"}}"#,
    ),
    (
        "order.placed.v1",
        r#"{"order":"018f3a5e-0000-7000-8000-000000000001","number":"1000001","total":{"amount":255,"currency":"GBP"},"by":"guest"}"#,
    ),
    (
        "order.confirmed.v1",
        r#"{"order":"018f3a5e-0000-7000-8000-000000000001","number":"1000001","total":{"amount":255,"currency":"GBP"},"payment":"018f3a5e-0000-7000-8000-000000000002","lines":[{"sku":"CUP","quantity":1}]}"#,
    ),
    ("order.rejected.v1", r#"{"order":"018f3a5e-0000-7000-8000-000000000001","reason":"out-of-stock"}"#),
    (
        "order.cancelled.v1",
        r#"{"order":"018f3a5e-0000-7000-8000-000000000001","reason":"requested","refund":"018f3a5e-0000-7000-8000-000000000003","by":"admin"}"#,
    ),
    (
        "order.fulfilled.v1",
        r#"{"order":"018f3a5e-0000-7000-8000-000000000001","fulfilment":"018f3a5e-0000-7000-8000-000000000004","lines":[{"sku":"CUP","quantity":1}],"complete":true,"by":"admin"}"#,
    ),
    (
        "order.returned.v1",
        r#"{"order":"018f3a5e-0000-7000-8000-000000000001","return":"018f3a5e-0000-7000-8000-000000000005","refund":"018f3a5e-0000-7000-8000-000000000003","amount":{"amount":255,"currency":"GBP"},"lines":[{"sku":"CUP","quantity":1,"shipped":1}],"restock":true,"reason":"chipped","by":"guest"}"#,
    ),
    (
        "order.cancelled.v1",
        r#"{"order":"018f3a5e-0000-7000-8000-000000000001","reason":"requested","refund":"018f3a5e-0000-7000-8000-000000000003","by":"guest","amount":{"amount":255,"currency":"GBP"}}"#,
    ),
    (
        "order.returned.v1",
        r#"{"order":"018f3a5e-0000-7000-8000-000000000001","return":"018f3a5e-0000-7000-8000-000000000005","refund":"018f3a5e-0000-7000-8000-000000000003","amount":{"amount":255,"currency":"GBP"},"lines":[{"sku":"CUP","quantity":1,"shipped":0}],"restock":true,"reason":"one too many","by":"guest","called_off":true}"#,
    ),
    (
        "order.returned.v1",
        r#"{"order":"018f3a5e-0000-7000-8000-000000000001","return":"018f3a5e-0000-7000-8000-000000000005","refund":"018f3a5e-0000-7000-8000-000000000003","amount":{"amount":255,"currency":"GBP"},"lines":[{"sku":"CUP","quantity":1,"shipped":0}],"restock":true,"reason":"one too many","by":"guest","called_off":true,"order_status":"fulfilled"}"#,
    ),
    (
        "order.returned.v1",
        r#"{"order":"018f3a5e-0000-7000-8000-000000000001","return":"018f3a5e-0000-7000-8000-000000000005","refund":"018f3a5e-0000-7000-8000-000000000003","amount":{"amount":255,"currency":"GBP"},"lines":[],"restock":false,"reason":"chipped","by":"admin"}"#,
    ),
    (
        "order.return_requested.v1",
        r#"{"order":"018f3a5e-0000-7000-8000-000000000001","return":"018f3a5e-0000-7000-8000-000000000005","lines":[{"sku":"CUP","quantity":1}],"amount":{"amount":255,"currency":"GBP"},"reason":"chipped","by":"guest"}"#,
    ),
    (
        "order.return_refused.v1",
        r#"{"order":"018f3a5e-0000-7000-8000-000000000001","return":"018f3a5e-0000-7000-8000-000000000005","reason":"worn","by":"admin"}"#,
    ),
];

#[test]
fn every_version_decodes_and_is_written_as_before() {
    for (event_type, data) in SAMPLES {
        let event = OrderEvent::decode(event_type, data).unwrap();
        assert_eq!((event.event_type(), event.stream().as_str()), (event_type, "018f3a5e-0000-7000-8000-000000000001"));
        let written: serde_json::Value = serde_json::from_str(data).unwrap();
        assert_eq!(event.data().unwrap(), written);
    }
}
