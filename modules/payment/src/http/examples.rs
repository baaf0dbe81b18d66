//! Bodies that may be sent as they stand to a store with its demonstration catalog. The suite sends each of them.

use kernel_module::Example;
use serde_json::json;

pub(crate) fn all() -> Vec<Example> {
    let refund = json!({ "amount": 100, "reason": "arrived late" });
    let resolution = json!({ "reason": "paid by bank transfer" });
    vec![
        Example::json("post", "/api/v1/admin/payments/{id}/refunds", refund),
        Example::json("post", "/api/v1/admin/payments/{id}/refunds/{refund}/resolve", resolution),
    ]
}
