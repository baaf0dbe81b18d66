//! The bodies of the simulated provider's webhooks: how they are written, and how they are read.
//!
//! They are read as those of a provider that goes on developing: members that are not known are passed over, and so are
//! types of events.

use kernel::{AttemptId, Seams};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::Value;

use super::Verdict;
use crate::provider::{Notice, Reading};

const APPROVED: &str = "payment.approved";
const DECLINED: &str = "payment.declined";

#[derive(Serialize)]
struct Message {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: String,
    data: MessageData,
}

#[derive(Serialize)]
struct MessageData {
    reference: AttemptId,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// `None` for a verdict that is none yet.
pub(super) fn write(seams: &Seams, reference: AttemptId, verdict: &Verdict) -> Option<String> {
    let (kind, reason) = match verdict {
        Verdict::Approved => (APPROVED, None),
        Verdict::Declined { reason } => (DECLINED, Some(reason.clone())),
        Verdict::Pending => return None,
    };
    let message = Message { kind, timestamp: seams.wall().to_rfc3339(), data: MessageData { reference, reason } };
    serde_json::to_string(&message).ok()
}

#[derive(Deserialize)]
struct AnyMessage {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Decided {
    data: DecidedData,
}

#[derive(Deserialize)]
struct DecidedData {
    reference: AttemptId,
    /// Any value: a reason that is no text does not make the decision another.
    #[serde(default)]
    reason: Value,
}

pub(super) fn read(body: &str) -> Reading {
    if serde_json::from_str::<IgnoredAny>(body).is_err() {
        return Reading::Malformed;
    }
    let Ok(AnyMessage { kind }) = serde_json::from_str(body) else { return Reading::Ignored("ignored: no type") };
    let verdict: fn(String) -> Verdict = match kind.as_str() {
        APPROVED => |_| Verdict::Approved,
        DECLINED => |reason| Verdict::Declined { reason },
        _ => return Reading::Ignored("ignored: unknown type"),
    };
    match serde_json::from_str(body) {
        Ok(Decided { data: DecidedData { reference, reason } }) => {
            Reading::Notice(Notice { reference, verdict: verdict(words(reason)) })
        }
        Err(_) => Reading::Ignored("ignored: no reference"),
    }
}

fn words(reason: Value) -> String {
    match reason {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use kernel::AttemptId;
    use uuid::Uuid;

    use super::{Notice, Reading, Verdict, read};

    const ID: &str = "01890000-0000-7000-8000-000000000000";

    fn said(kind: &str, data: &str) -> Reading {
        read(&format!(r#"{{"type":"{kind}","timestamp":"2026-11-21T00:00:00Z","data":{data}}}"#))
    }

    fn notice(verdict: Verdict) -> Reading {
        Reading::Notice(Notice { reference: AttemptId::new(Uuid::parse_str(ID).unwrap()), verdict })
    }

    fn declined(reason: &str) -> Verdict {
        Verdict::Declined { reason: reason.to_owned() }
    }

    #[test]
    fn what_is_not_known_is_passed_over() {
        let plain = format!(r#"{{"reference":"{ID}"}}"#);
        let more = format!(r#"{{"reference":"{ID}","reason":"no","network":{{"code":[1]}}}}"#);
        let odd = format!(r#"{{"reference":"{ID}","reason":{{"code":51}}}}"#);
        for (name, reading, expected) in [
            ("approved", said("payment.approved", &plain), notice(Verdict::Approved)),
            ("declined, with more members", said("payment.declined", &more), notice(declined("no"))),
            (
                "declined, with a reason that is no text",
                said("payment.declined", &odd),
                notice(declined("{\"code\":51}")),
            ),
            (
                "a member beside the data",
                read(&format!(r#"{{"type":"payment.approved","data":{plain},"livemode":true}}"#)),
                notice(Verdict::Approved),
            ),
            ("an unknown type", said("payment.chargeback_opened", &plain), Reading::Ignored("ignored: unknown type")),
            ("no reference", said("payment.approved", "{}"), Reading::Ignored("ignored: no reference")),
            ("no type", read(r#"{"kind":"x"}"#), Reading::Ignored("ignored: no type")),
            ("a type that is no text", read(r#"{"type":7}"#), Reading::Ignored("ignored: no type")),
            ("no object", read("[1e999]"), Reading::Ignored("ignored: no type")),
            ("no JSON", read("{\"type\":"), Reading::Malformed),
            ("two documents", read("{} {}"), Reading::Malformed),
            ("nothing", read(""), Reading::Malformed),
        ] {
            assert_eq!(reading, expected, "{name}");
        }
    }
}
