//! Compares the file with the store: orders, stock and payments, each from the module that owns it.

use std::{collections::BTreeMap, time::Duration};

use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::Sku;
use serde_json::Value;

use super::{Buyers, Figures, InvoiceFile, invoice_file::count, prepare};
use crate::client::{Client, ClientError};

/// Money is captured after an order is confirmed, so the last ones may still be under way.
const PATIENCE: Duration = Duration::from_secs(30);

/// One figure and its two sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub what: &'static str,
    pub file: i64,
    pub store: i64,
}

impl Row {
    pub const fn agrees(&self) -> bool {
        self.file == self.store
    }
}

/// What the store says of one replay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Said {
    orders: Figures,
    units_off_the_shelf: i64,
    authorized: i64,
    captured: i64,
}

/// Asks until both sides agree, or the store has had time enough.
pub async fn reconcile(client: &Client, sales: &InvoiceFile, buyers: &Buyers) -> anyhow::Result<Vec<Row>> {
    let file = sales.figures()?;
    let agreed = async {
        loop {
            let said = rows(&file, &ask(client, sales, buyers).await?);
            if said.iter().all(Row::agrees) {
                return Ok::<_, ClientError>(said);
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    };
    match tokio::time::timeout(PATIENCE, agreed).await {
        Ok(agreed) => Ok(agreed?),
        Err(_) => Ok(rows(&file, &ask(client, sales, buyers).await?)),
    }
}

fn rows(file: &Figures, said: &Said) -> Vec<Row> {
    let row = |what, file, store| Row { what, file, store };
    vec![
        row("orders confirmed", file.orders, said.orders.orders),
        row("lines", file.lines, said.orders.lines),
        row("units ordered", file.units, said.orders.units),
        row("units out of stock", file.units, said.units_off_the_shelf),
        row("pence ordered", file.pence, said.orders.pence),
        row("pence authorized", file.pence, said.authorized),
        row("pence captured", file.pence, said.captured),
    ]
}

async fn ask(client: &Client, sales: &InvoiceFile, buyers: &Buyers) -> Result<Said, ClientError> {
    let orders = orders(client, buyers).await?;
    let levels = prepare::available(client).await?;
    let payments: Vec<(i64, i64)> =
        stream::iter(&orders).map(|order| payment(client, order)).buffer_unordered(8).try_collect().await?;
    let opening = prepare::opening_stock(sales);
    let left = |sku: &Sku| levels.get(sku.as_str()).copied().unwrap_or_default();
    Ok(Said {
        orders: figures(&orders),
        units_off_the_shelf: opening.iter().map(|(sku, opening)| opening - left(sku)).sum(),
        authorized: payments.iter().map(|(authorized, _)| authorized).sum(),
        captured: payments.iter().map(|(_, captured)| captured).sum(),
    })
}

/// The replay's own orders that stand, from the order module.
async fn orders(client: &Client, buyers: &Buyers) -> Result<Vec<Value>, ClientError> {
    let mut found: BTreeMap<String, Value> = BTreeMap::new();
    for status in ["confirmed", "fulfilled"] {
        let first = format!("/api/v1/orders?status={status}&limit=100");
        let mut path = first.clone();
        loop {
            let page = client.admin_get(&path).await?;
            for order in page.get("items").and_then(Value::as_array).into_iter().flatten() {
                if text(order, "email").is_some_and(|email| buyers.placed(email)) {
                    found.extend(text(order, "id").map(|id| (id.to_owned(), order.clone())));
                }
            }
            match text(&page, "next_cursor") {
                Some(cursor) => path = format!("{first}&cursor={cursor}"),
                None => break,
            }
        }
    }
    Ok(found.into_values().collect())
}

fn figures(orders: &[Value]) -> Figures {
    let mut figures = Figures { orders: count(orders.len()), ..Figures::default() };
    for order in orders {
        let lines = order.get("lines").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        figures.lines += count(lines.len());
        figures.units += lines.iter().map(|line| number(line, "/quantity")).sum::<i64>();
        figures.pence += number(order, "/total/amount");
    }
    figures
}

/// What was authorized and captured for `order`, from the payment module.
async fn payment(client: &Client, order: &Value) -> Result<(i64, i64), ClientError> {
    let id = text(order, "id").unwrap_or_default();
    let page = client.admin_get(&format!("/api/v1/admin/payments?order={id}")).await?;
    let payments = page.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let sum = |pointer: &str| payments.iter().map(|payment| number(payment, pointer)).sum();
    Ok((sum("/authorized/amount"), sum("/captured/amount")))
}

fn number(value: &Value, pointer: &str) -> i64 {
    value.pointer(pointer).and_then(Value::as_i64).unwrap_or_default()
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}
