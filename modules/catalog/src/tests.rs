//! The catalog through its own face: HTTP, the port, events. Each test plays on SQLite, and on Postgres too
//! when `BANYAN_TEST_POSTGRES` names a server.

mod cached;
mod categories;
mod checks;
mod imports;
mod lists;
mod names;
mod prices;
mod products;
mod refusals;
mod searches;
mod shop;
mod statements;
mod upgraded;
mod ways;

use serde_json::{Value, json};
use shop::{Reply, Shop, everywhere};

/// The simplest product.
fn mug(title: &str, sku: &str, pence: i64) -> Value {
    json!({ "title": title, "variants": [{ "sku": sku, "price": { "amount": pence, "currency": "GBP" } }] })
}

/// `base` with the members of `more`.
fn with(mut base: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        base[name] = value.clone();
    }
    base
}
