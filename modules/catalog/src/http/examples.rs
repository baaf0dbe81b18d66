//! Bodies that may be sent as they stand to a store with its demonstration catalog. The suite sends each of them.

use kernel_module::Example;
use serde_json::json;

const CSV: &str = "sku,title,price,currency,description,category,stock\n\
                   SPOON-1,Olive wood spoon,9.50,GBP,Oiled once.,Kitchen > Cooking,12\n";

const NDJSON: &str =
    "{\"sku\":\"SPOON-2\",\"title\":\"Beech spoon\",\"price\":\"7.50\",\"category\":\"Kitchen > Cooking\"}\n";

pub(crate) fn all() -> Vec<Example> {
    let category = json!({ "title": "Gifts", "parent": "kitchen" });
    let variant = |sku: &str, size: &str, amount: i64| json!({ "sku": sku, "options": { "size": size }, "price": { "amount": amount, "currency": "GBP" } });
    let product = json!({
        "title": "Linen apron",
        "description": "Washed linen, with a pocket for a thermometer.",
        "status": "active",
        "categories": ["kitchen"],
        "options": [{ "name": "size", "values": ["S", "M"] }],
        "variants": [variant("APRON-S", "S", 2400), variant("APRON-M", "M", 2600)],
        "images": ["https://example.com/apron.jpg"],
    });
    let import = |media_type, rows: &str| Example {
        method: "post",
        path: "/api/v1/admin/products/import",
        media_type,
        body: json!(rows),
    };
    vec![
        Example::json("post", "/api/v1/admin/categories", category.clone()),
        Example::json("put", "/api/v1/admin/categories/{id}", category),
        Example::json("post", "/api/v1/admin/products", product.clone()),
        Example::json("put", "/api/v1/admin/products/{id}", product),
        import("text/csv", CSV),
        import("application/x-ndjson", NDJSON),
    ]
}
