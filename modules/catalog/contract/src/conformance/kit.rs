use kernel::{Currency, Money, Sku, sku::SkuError};
use port::{Conformance, Sample};
use serde_json::{Value, json};

use super::{Fixture, upholds_contract};
use crate::{Quote, RemotePrices};

/// What any server of [`Prices`](crate::Prices) is tried with.
pub const KIT: Conformance = Conformance {
    opening,
    sample: |_| Sample { method: "quote", good: json!({ "skus": [] }), mistyped: json!({ "skus": 7 }) },
    play: |transport, _| {
        Box::pin(async move {
            let list = price_list().map_err(|error| error.to_string())?;
            let played = upholds_contract(&RemotePrices::new(transport), &list).await;
            Ok(played.into_iter().map(|case| (case.name, case.outcome)).collect())
        })
    },
};

/// The two products of the cases, as an admin makes them.
fn opening() -> Result<Vec<String>, String> {
    let Fixture { sellable, withheld, .. } = price_list().map_err(|error| error.to_string())?;
    Ok([sellable, withheld].iter().map(|quote| product(quote).to_string()).collect())
}

fn price_list() -> Result<Fixture, SkuError> {
    let quote = |sku: &str, title: &str, minor, sellable| -> Result<Quote, SkuError> {
        let (sku, price) = (Sku::parse(sku)?, Money::new(minor, Currency::GBP));
        Ok(Quote { sku, title: title.to_owned(), price, sellable })
    };
    Ok(Fixture {
        sellable: quote("CONFORM-SOLD", "Sold to try prices", 255, true)?,
        withheld: quote("CONFORM-WITHHELD", "Not sold, to try prices", 100, false)?,
        unknown: Sku::parse("CONFORM-NOBODY-KNOWS")?,
    })
}

fn product(quote: &Quote) -> Value {
    let status = if quote.sellable { "active" } else { "draft" };
    json!({ "title": quote.title, "status": status, "variants": [{ "sku": quote.sku, "price": quote.price }] })
}
