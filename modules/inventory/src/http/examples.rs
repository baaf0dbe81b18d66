//! Bodies that may be sent as they stand to a store with its demonstration catalog. The suite sends each of them.

use kernel_module::Example;
use serde_json::json;

pub(crate) fn all() -> Vec<Example> {
    let adjustment = json!({ "delta": -3, "reason": "damaged" });
    vec![
        Example::json("put", "/api/v1/admin/stock/{sku}", json!({ "low_stock_threshold": 10 })),
        Example::json("post", "/api/v1/admin/stock/{sku}/adjustments", adjustment),
    ]
}
