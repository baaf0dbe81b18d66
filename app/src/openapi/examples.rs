//! Bodies that may be sent as they stand to a store with its demonstration catalog. The suite sends each of them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

const CSV: &str = "sku,title,price,currency,description,category,stock\n\
                   SPOON-1,Olive wood spoon,9.50,GBP,Oiled once.,Kitchen > Cooking,12\n";

const NDJSON: &str =
    "{\"sku\":\"SPOON-2\",\"title\":\"Beech spoon\",\"price\":\"7.50\",\"category\":\"Kitchen > Cooking\"}\n";

/// Method, path and media type.
pub(super) type Place = (&'static str, &'static str, &'static str);

pub(super) fn all() -> BTreeMap<Place, Value> {
    let json = by_path().into_iter().map(|((method, path), body)| ((method, path, "application/json"), body));
    let rows = |media_type, rows: &str| (("post", "/api/v1/admin/products/import", media_type), json!(rows));
    json.chain([rows("text/csv", CSV), rows("application/x-ndjson", NDJSON)]).collect()
}

fn by_path() -> BTreeMap<(&'static str, &'static str), Value> {
    let category = || json!({ "title": "Gifts", "parent": "kitchen" });
    let product = || {
        let variant = |sku: &str, size: &str, amount: i64| json!({ "sku": sku, "options": { "size": size }, "price": { "amount": amount, "currency": "GBP" } });
        json!({
            "title": "Linen apron",
            "description": "Washed linen, with a pocket for a thermometer.",
            "status": "active",
            "categories": ["kitchen"],
            "options": [{ "name": "size", "values": ["S", "M"] }],
            "variants": [variant("APRON-S", "S", 2400), variant("APRON-M", "M", 2600)],
            "images": ["https://example.com/apron.jpg"],
        })
    };
    let purchase = || {
        json!({
            "email": "ada@example.com",
            "currency": "GBP",
            "payment": { "method": "simulated", "token": "tok_approve" },
            "shipping_address": {
                "name": "Ada Lovelace", "line1": "1 High St", "city": "London", "postal_code": "N1", "country": "GB",
            },
            "note": "Please ring twice.",
        })
    };
    let order = || {
        let mut order = purchase();
        let lines = json!([{ "sku": "MUG-CHALK", "quantity": 3 }]);
        order.as_object_mut().into_iter().for_each(|order| drop(order.insert("lines".to_owned(), lines.clone())));
        order
    };
    let one_mug = || json!([{ "sku": "MUG-CHALK", "quantity": 1 }]);
    let received = json!({
        "lines": [{ "sku": "MUG-CHALK", "quantity": 1, "condition": "box opened", "restock": true }],
    });
    let event = || json!({ "consumer": "inventory", "source": "order", "position": 42 });
    BTreeMap::from([
        (("post", "/api/v1/admin/categories"), category()),
        (("put", "/api/v1/admin/categories/{id}"), category()),
        (("post", "/api/v1/admin/products"), product()),
        (("put", "/api/v1/admin/products/{id}"), product()),
        (("put", "/api/v1/admin/stock/{sku}"), json!({ "low_stock_threshold": 10 })),
        (("post", "/api/v1/admin/stock/{sku}/adjustments"), json!({ "delta": -3, "reason": "damaged" })),
        (("put", "/api/v1/carts/{id}/lines/{sku}"), json!({ "quantity": 2 })),
        (("post", "/api/v1/carts/{id}/checkout"), purchase()),
        (("post", "/api/v1/orders"), order()),
        (("post", "/api/v1/orders/{id}/fulfilments"), json!({ "lines": one_mug(), "tracking": "RM 1234 5678 9GB" })),
        (("post", "/api/v1/orders/{id}/returns"), json!({ "lines": one_mug(), "reason": "too small" })),
        (("post", "/api/v1/orders/{id}/lines/cancel"), json!({ "lines": one_mug(), "reason": "ordered one too many" })),
        (("post", "/api/v1/admin/returns/{id}/receive"), received),
        (("post", "/api/v1/admin/returns/{id}/refuse"), json!({ "reason": "worn" })),
        (
            ("post", "/api/v1/admin/payments/{id}/refunds/{refund}/resolve"),
            json!({ "reason": "paid by bank transfer" }),
        ),
        (("post", "/api/v1/admin/payments/{id}/refunds"), json!({ "amount": 100, "reason": "arrived late" })),
        (("post", "/api/v1/admin/modules/{module}/placement"), json!({ "placement": "local" })),
        (("post", "/api/v1/admin/events/retry"), event()),
        (("post", "/api/v1/admin/events/skip"), event()),
        (("post", "/api/v1/admin/events/seek"), event()),
    ])
}
