//! Places every order of an invoice file through the public API.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Buyers, Figures, Invoice, InvoiceFile, invoice_file::count};
use crate::client::{Client, ClientError};

/// How long an order that was taken may stay undecided.
const PATIENCE: Duration = Duration::from_mins(1);

/// What became of all orders.
#[derive(Debug, Clone, Default)]
pub struct Takings {
    /// What the confirmed orders come to, as their answers said.
    pub confirmed: Figures,
    /// The invoices that were not confirmed, and why.
    pub failed: Vec<(String, String)>,
    pub took: Duration,
    /// From sending an order to knowing what became of it, in order of length.
    pub latencies: Vec<Duration>,
}

/// What became of one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Confirmed { pence: i64 },
    Failed(String),
}

impl Figures {
    fn add(&mut self, invoice: &Invoice, pence: i64) {
        self.orders += 1;
        self.lines += count(invoice.lines.len());
        self.units += invoice.lines.iter().map(|(_, quantity)| quantity).sum::<i64>();
        self.pence += pence;
    }
}

impl Takings {
    /// The time within which this percentage of the orders was decided.
    pub fn percentile(&self, of_a_hundred: usize) -> Duration {
        let last = self.latencies.len().saturating_sub(1);
        let rank = (self.latencies.len() * of_a_hundred).div_ceil(100).saturating_sub(1);
        self.latencies.get(rank.min(last)).copied().unwrap_or_default()
    }
}

/// Places them, `concurrency` at a time, and calls `placed` after each.
pub async fn place(
    client: &Client,
    sales: &InvoiceFile,
    buyers: &Buyers,
    concurrency: usize,
    placed: impl Fn(),
) -> Takings {
    let began = now();
    let mut takings = Takings::default();
    let mut orders = stream::iter(&sales.invoices)
        .map(|invoice| async move {
            let began = now();
            let outcome = place_one(client, invoice, buyers).await;
            (invoice, outcome.unwrap_or_else(|error| Outcome::Failed(error.to_string())), began.elapsed())
        })
        .buffer_unordered(concurrency.max(1));
    while let Some((invoice, outcome, took)) = orders.next().await {
        takings.latencies.push(took);
        match outcome {
            Outcome::Confirmed { pence } => takings.confirmed.add(invoice, pence),
            Outcome::Failed(why) => takings.failed.push((invoice.number.clone(), why)),
        }
        placed();
    }
    drop(orders);
    takings.latencies.sort_unstable();
    takings.took = began.elapsed();
    takings
}

async fn place_one(client: &Client, invoice: &Invoice, buyers: &Buyers) -> Result<Outcome, ClientError> {
    let lines: Vec<Value> =
        invoice.lines.iter().map(|(sku, quantity)| json!({ "sku": sku, "quantity": quantity })).collect();
    let body = json!({
        "email": buyers.email(&invoice.number),
        "currency": "GBP",
        "lines": lines,
        "payment": { "method": "simulated", "token": "tok_approve" },
    });
    let answer = client.post("/api/v1/orders", &buyers.key(&invoice.number), &body).await?;
    if answer.status == StatusCode::ACCEPTED { decided(client, &answer.body).await } else { Ok(outcome(&answer.body)) }
}

/// Asks until an order that was answered too early is decided.
async fn decided(client: &Client, order: &Value) -> Result<Outcome, ClientError> {
    let [id, token] = ["id", "order_token"].map(|name| order.get(name).and_then(Value::as_str).unwrap_or_default());
    let asked = async {
        loop {
            let order = client.order(id, token).await?;
            if order.get("status").and_then(Value::as_str) != Some("placed") {
                return Ok(outcome(&order));
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let late = || Ok(Outcome::Failed(format!("still undecided after {} s", PATIENCE.as_secs())));
    tokio::time::timeout(PATIENCE, asked).await.unwrap_or_else(|_| late())
}

fn outcome(order: &Value) -> Outcome {
    match order.get("status").and_then(Value::as_str) {
        Some("confirmed" | "fulfilled") => {
            let pence = order.pointer("/total/amount").and_then(Value::as_i64).unwrap_or_default();
            Outcome::Confirmed { pence }
        }
        other => Outcome::Failed(format!("the order is {}", other.unwrap_or("without a status"))),
    }
}

#[expect(clippy::disallowed_methods, reason = "measures how long real requests take, and decides nothing")]
fn now() -> Instant {
    Instant::now()
}
