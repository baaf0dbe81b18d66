use kernel::Seams;
use port::{Conformance, Sample};
use serde_json::json;

use super::{Fixture, upholds_contract};
use crate::RemoteStock;

/// What any server of [`Stock`](crate::Stock) is tried with.
pub const KIT: Conformance = Conformance {
    opening,
    sample: |_| Sample { method: "levels", good: json!({ "skus": [] }), mistyped: json!({ "skus": 7 }) },
    play: |transport, seams| {
        Box::pin(async move {
            let fixture = Fixture::new(seams).map_err(|error| error.to_string())?;
            let played = upholds_contract(&RemoteStock::new(transport), &fixture).await;
            Ok(played.into_iter().map(|case| (case.name, case.outcome)).collect())
        })
    },
};

/// An import: the units that each SKU of the cases must have.
fn opening() -> Result<Vec<String>, String> {
    let fixture = Fixture::new(Seams::system()).map_err(|error| error.to_string())?;
    let rows = fixture.opening().into_iter().map(|(sku, units)| format!("{sku},{sku},1.00,GBP,{units}"));
    Ok(std::iter::once("sku,title,price,currency,stock".to_owned()).chain(rows).collect())
}
