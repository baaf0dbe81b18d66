//! Events as they once were published. Each of these must decode for ever.

use kernel::Event as _;
use payment_contract::PaymentEvent;

const SAMPLES: [(&str, &str); 6] = [
    (
        "payment.authorized.v1",
        r#"{"payment":"018f3a5e-0000-7000-8000-000000000001","order":"018f3a5e-0000-7000-8000-000000000002","amount":{"amount":255,"currency":"GBP"}}"#,
    ),
    (
        "payment.declined.v1",
        r#"{"payment":"018f3a5e-0000-7000-8000-000000000001","order":"018f3a5e-0000-7000-8000-000000000002","reason":"the card was declined"}"#,
    ),
    (
        "payment.captured.v1",
        r#"{"payment":"018f3a5e-0000-7000-8000-000000000001","order":"018f3a5e-0000-7000-8000-000000000002","amount":{"amount":255,"currency":"GBP"},"captured":{"amount":255,"currency":"GBP"}}"#,
    ),
    (
        "payment.voided.v1",
        r#"{"payment":"018f3a5e-0000-7000-8000-000000000001","order":"018f3a5e-0000-7000-8000-000000000002"}"#,
    ),
    (
        "payment.refunded.v1",
        r#"{"payment":"018f3a5e-0000-7000-8000-000000000001","order":"018f3a5e-0000-7000-8000-000000000002","refund":"018f3a5e-0000-7000-8000-000000000003","amount":{"amount":100,"currency":"GBP"},"refunded":{"amount":255,"currency":"GBP"}}"#,
    ),
    (
        "payment.refund_refused.v1",
        r#"{"payment":"018f3a5e-0000-7000-8000-000000000001","order":"018f3a5e-0000-7000-8000-000000000002","refund":"018f3a5e-0000-7000-8000-000000000003","asked":{"amount":700,"currency":"GBP"},"refunded":{"amount":400,"currency":"GBP"},"left":{"amount":400,"currency":"GBP"},"reason":"less is left than was promised"}"#,
    ),
];

#[test]
fn every_version_decodes_and_is_written_as_before() {
    for (event_type, data) in SAMPLES {
        let event = PaymentEvent::decode(event_type, data).unwrap();
        assert_eq!((event.event_type(), event.stream().as_str()), (event_type, "018f3a5e-0000-7000-8000-000000000001"));
        let written: serde_json::Value = serde_json::from_str(data).unwrap();
        assert_eq!(event.data().unwrap(), written);
    }
}
