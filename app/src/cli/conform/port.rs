//! The ports that can be tried, and each one's own cases.

use std::{iter::once, sync::Arc};

use catalog_contract::{Quote, RemotePrices, conformance as prices};
use clap::ValueEnum;
use inventory_contract::{RemoteStock, conformance as stock};
use kernel::{Currency, Money, Seams, Sku};
use payment_contract::{RemoteCharges, conformance as charges};
use port::Descriptor;
use serde_json::{Value, json};

use super::{Bench, recording::RecordingTransport, row::Row};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Port {
    Stock,
    Prices,
    Charges,
}

impl Port {
    pub(super) const fn module(self) -> &'static str {
        match self {
            Self::Stock => "inventory",
            Self::Prices => "catalog",
            Self::Charges => "payment",
        }
    }

    pub(super) const fn descriptor(self) -> &'static Descriptor {
        match self {
            Self::Stock => &inventory_contract::STOCK,
            Self::Prices => &catalog_contract::PRICES,
            Self::Charges => &payment_contract::CHARGES,
        }
    }

    /// What the server must have before it is tried, in lines.
    pub(super) fn opening(self) -> anyhow::Result<Vec<String>> {
        Ok(match self {
            Self::Stock => {
                let row = |(sku, units): (Sku, i64)| format!("{sku},{sku},1.00,GBP,{units}");
                let rows = stock::Fixture::new(Seams::system())?.opening().into_iter().map(row);
                once("sku,title,price,currency,stock".to_owned()).chain(rows).collect()
            }
            Self::Prices => {
                let prices::Fixture { sellable, withheld, .. } = price_list()?;
                [sellable, withheld].iter().map(|quote| product(quote).to_string()).collect()
            }
            Self::Charges => Vec::new(),
        })
    }
}

/// Plays the port's table of cases.
pub(super) async fn rows(bench: &Bench) -> anyhow::Result<Vec<Row>> {
    let recording = Arc::new(RecordingTransport::new(bench.client.clone(), bench.port.descriptor()));
    let to = Arc::clone(&recording);
    let mut rows: Vec<Row> = match bench.port {
        Port::Stock => {
            let fixture = stock::Fixture::new(bench.seams.clone())?;
            let played = stock::upholds_contract(&RemoteStock::new(to), &fixture).await;
            played.into_iter().map(|case| Row::of(case.name, case.outcome)).collect()
        }
        Port::Prices => {
            let played = prices::upholds_contract(&RemotePrices::new(to), &price_list()?).await;
            played.into_iter().map(|case| Row::of(case.name, case.outcome)).collect()
        }
        Port::Charges => {
            let played = charges::upholds_contract(&RemoteCharges::new(to), bench.seams.ids.as_ref()).await;
            played.into_iter().map(|case| Row::of(case.name, case.outcome)).collect()
        }
    };
    rows.extend(recording.rows());
    Ok(rows)
}

fn price_list() -> anyhow::Result<prices::Fixture> {
    let quote = |sku: &str, title: &str, minor, sellable| -> anyhow::Result<Quote> {
        let (sku, price) = (Sku::parse(sku)?, Money::new(minor, Currency::GBP));
        Ok(Quote { sku, title: title.to_owned(), price, sellable })
    };
    Ok(prices::Fixture {
        sellable: quote("CONFORM-SOLD", "Sold to try prices", 255, true)?,
        withheld: quote("CONFORM-WITHHELD", "Not sold, to try prices", 100, false)?,
        unknown: Sku::parse("CONFORM-NOBODY-KNOWS")?,
    })
}

/// The product behind a quote, as the admin makes it.
fn product(quote: &Quote) -> Value {
    let status = if quote.sellable { "active" } else { "draft" };
    json!({ "title": quote.title, "status": status, "variants": [{ "sku": quote.sku, "price": quote.price }] })
}
