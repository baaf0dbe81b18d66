use port::{Conformance, Sample};
use serde_json::json;

use super::upholds_contract;
use crate::RemoteCharges;

/// What any server of [`Charges`](crate::Charges) is tried with. It needs to have nothing.
pub const KIT: Conformance = Conformance {
    opening: || Ok(Vec::new()),
    sample: |seams| Sample {
        method: "find",
        good: json!({ "order": seams.ids.next() }),
        mistyped: json!({ "order": 7 }),
    },
    play: |transport, seams| {
        Box::pin(async move {
            let played = upholds_contract(&RemoteCharges::new(transport), seams.ids.as_ref()).await;
            Ok(played.into_iter().map(|case| (case.name, case.outcome)).collect())
        })
    },
};
