//! A small demonstration catalog, imported into a new store through the public API.

use std::{collections::BTreeMap, time::Duration};

use kernel_db::feed;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    client::Client,
    store::{Serving, Store},
};

/// Products of one variant, with their stock.
const PRODUCTS: &str = include_str!("../demo/products.csv");

/// Products of several variants.
const VARIED: &str = include_str!("../demo/products.json");

/// How long the events of new SKUs may take to reach inventory.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Deserialize)]
struct Varied {
    product: Value,
    stock: BTreeMap<String, i64>,
}

/// Whether `store` is a whole one in which nothing has happened yet.
pub async fn is_wanted(store: &Store) -> anyhow::Result<bool> {
    if store.settings.only.is_some() || store.modules().is_empty() {
        return Ok(false);
    }
    for db in store.databases.all() {
        if feed::head(db).await? > 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Fills the catalog of a store that is serving; answers how many products it brought.
pub async fn load(serving: &Serving) -> anyhow::Result<usize> {
    let client = Client::new(&serving.url(), serving.store.keys.admin.clone())?;
    client.import("text/csv", &[], PRODUCTS.into()).await?;
    let varied: Vec<Varied> = serde_json::from_str(VARIED)?;
    for Varied { product, .. } in &varied {
        client.admin_post("/api/v1/admin/products", product).await?;
    }
    for (sku, units) in varied.iter().flat_map(|varied| &varied.stock) {
        tokio::time::timeout(PATIENCE, put_on_the_shelf(&client, sku, *units)).await??;
    }
    Ok(PRODUCTS.lines().count() - 1 + varied.len())
}

/// Waits for the SKU to be known to stock, which it is moments after it was made.
async fn put_on_the_shelf(client: &Client, sku: &str, units: i64) -> anyhow::Result<()> {
    while client.admin_get(&format!("/api/v1/admin/stock/{sku}")).await.is_err() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let body = json!({ "set_on_hand": units, "reason": "opening stock" });
    client.admin_post(&format!("/api/v1/admin/stock/{sku}/adjustments"), &body).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use kernel::{Currency, Money, Sku};

    use super::{PRODUCTS, VARIED, Varied};

    #[test]
    fn about_two_dozen_products_with_legal_skus_prices_and_stock() {
        let mut skus = BTreeSet::new();
        let mut categories = BTreeSet::new();
        for row in csv::Reader::from_reader(PRODUCTS.as_bytes()).records() {
            let row = row.unwrap();
            assert!(skus.insert(Sku::parse(&row[0]).unwrap()), "{row:?}");
            assert!(Money::parse_decimal(&row[2], Currency::GBP).unwrap().is_positive(), "{row:?}");
            assert!(row[6].parse::<u32>().is_ok(), "{row:?}");
            categories.insert(row[5].to_owned());
        }
        let varied: Vec<Varied> = serde_json::from_str(VARIED).unwrap();
        assert!((20..=30).contains(&(skus.len() + varied.len())) && categories.len() > 5);
        for Varied { product, stock } in varied {
            let named: BTreeSet<&str> = product["variants"]
                .as_array()
                .unwrap()
                .iter()
                .map(|variant| variant["sku"].as_str().unwrap())
                .collect();
            assert_eq!(named, stock.keys().map(String::as_str).collect());
            assert!(named.into_iter().all(|sku| skus.insert(Sku::parse(sku).unwrap())));
        }
    }
}
