//! Creates the products of the invoices, with enough stock of each.

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use kernel::Sku;
use serde_json::Value;

use super::InvoiceFile;
use crate::client::{Client, ClientError};

/// The units of each product that remain when every order has been fulfilled.
const SPARE: i64 = 100;

/// How long the events of new products may take to reach inventory.
const PATIENCE: Duration = Duration::from_mins(1);

/// The stock that each product of `sales` is made with. It follows from the file alone.
pub fn opening_stock(sales: &InvoiceFile) -> BTreeMap<Sku, i64> {
    let demand = sales.demand();
    let wanted = |sku: &Sku| demand.get(sku).copied().unwrap_or_default();
    sales.products.iter().map(|product| (product.sku.clone(), wanted(&product.sku) + SPARE)).collect()
}

/// Creates every product through the public import and waits until its stock can be sold. A product that is there
/// already keeps its stock.
pub async fn prepare(client: &Client, sales: &InvoiceFile) -> anyhow::Result<String> {
    let body = sheet(sales)?;
    let report = client.import("text/csv", &[], body.into()).await?;
    let figure = |name: &str| report.get(name).and_then(Value::as_i64).unwrap_or_default();
    let (created, updated, unchanged) = (figure("created"), figure("updated"), figure("unchanged"));
    let made = created + updated + unchanged;
    anyhow::ensure!(
        made == super::invoice_file::count(sales.products.len()),
        "the import took {made} of {} products: {report}",
        sales.products.len()
    );
    wait_for_stock(client, sales).await?;
    Ok(format!("{created} products created, {updated} updated, {unchanged} unchanged"))
}

fn sheet(sales: &InvoiceFile) -> anyhow::Result<Vec<u8>> {
    let stock = opening_stock(sales);
    let mut sheet = csv::Writer::from_writer(Vec::new());
    sheet.write_record(["sku", "title", "price", "currency", "description", "category", "stock"])?;
    for product in &sales.products {
        let price = product.price.to_string();
        let (currency, price) = price.split_once(' ').unwrap_or_default();
        let stock = stock.get(&product.sku).copied().unwrap_or_default().to_string();
        sheet.write_record([product.sku.as_str(), &product.title, price, currency, "", "Replay", &stock])?;
    }
    Ok(sheet.into_inner()?)
}

async fn wait_for_stock(client: &Client, sales: &InvoiceFile) -> anyhow::Result<()> {
    let arrived = async {
        loop {
            let levels = available(client).await?;
            let known: HashSet<&str> = levels.keys().map(String::as_str).collect();
            if sales.products.iter().all(|product| known.contains(product.sku.as_str())) {
                return Ok::<(), ClientError>(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    match tokio::time::timeout(PATIENCE, arrived).await {
        Ok(result) => Ok(result?),
        Err(_) => anyhow::bail!("the stock of some products has not arrived after {} s", PATIENCE.as_secs()),
    }
}

/// How many units of each SKU can be sold, as the store says.
pub(super) async fn available(client: &Client) -> Result<BTreeMap<String, i64>, ClientError> {
    let mut levels = BTreeMap::new();
    let mut path = "/api/v1/admin/stock?limit=100".to_owned();
    loop {
        let page = client.admin_get(&path).await?;
        for level in page.get("items").and_then(Value::as_array).into_iter().flatten() {
            let sku = level.get("sku").and_then(Value::as_str);
            let available = level.get("available").and_then(Value::as_i64);
            levels.extend(sku.map(str::to_owned).zip(available));
        }
        match page.get("next_cursor").and_then(Value::as_str) {
            Some(cursor) => path = format!("/api/v1/admin/stock?limit=100&cursor={cursor}"),
            None => return Ok(levels),
        }
    }
}
