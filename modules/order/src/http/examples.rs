//! Bodies that may be sent as they stand to a store with its demonstration catalog. The suite sends each of them.

use kernel_module::Example;
use serde_json::{Value, json};

pub(crate) fn all() -> Vec<Example> {
    let one_mug = || json!([{ "sku": "MUG-CHALK", "quantity": 1 }]);
    let cancel = json!({ "lines": one_mug(), "reason": "ordered one too many" });
    let received = json!({
        "lines": [{ "sku": "MUG-CHALK", "quantity": 1, "condition": "box opened", "restock": true }],
    });
    vec![
        Example::json("put", "/api/v1/carts/{id}/lines/{sku}", json!({ "quantity": 2 })),
        Example::json("post", "/api/v1/carts/{id}/checkout", purchase()),
        Example::json("post", "/api/v1/orders", order()),
        Example::json(
            "post",
            "/api/v1/orders/{id}/fulfilments",
            json!({ "lines": one_mug(), "tracking": "RM 1234 5678 9GB" }),
        ),
        Example::json("post", "/api/v1/orders/{id}/returns", json!({ "lines": one_mug(), "reason": "too small" })),
        Example::json("post", "/api/v1/orders/{id}/lines/cancel", cancel),
        Example::json("post", "/api/v1/admin/returns/{id}/receive", received),
        Example::json("post", "/api/v1/admin/returns/{id}/refuse", json!({ "reason": "worn" })),
    ]
}

fn order() -> Value {
    let mut order = purchase();
    if let Value::Object(members) = &mut order {
        members.insert("lines".to_owned(), json!([{ "sku": "MUG-CHALK", "quantity": 3 }]));
    }
    order
}

fn purchase() -> Value {
    json!({
        "email": "ada@example.com",
        "currency": "GBP",
        "payment": { "method": "simulated", "token": "tok_approve" },
        "shipping_address": {
            "name": "Ada Lovelace", "line1": "1 High St", "city": "London", "postal_code": "N1", "country": "GB",
        },
        "note": "Please ring twice.",
    })
}
