//! Keeping the catalog.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Shop, stories};

stories!(a_new_product_reaches_stock, an_archived_product_is_not_sold);
stories!(touching ["catalog", "inventory"]:
    a_product_with_variants,
    a_stale_change_is_refused,
    categories_move_and_go,
    a_sku_belongs_to_one_product,
);

fn mug(price: i64) -> Value {
    json!({"title": "Stoneware mug", "variants": [{"sku": "MUG", "price": {"amount": price, "currency": "GBP"}}]})
}

async fn a_new_product_reaches_stock(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    let made = admin.post("/admin/products", &mug(900)).await.expect_status(201);
    assert!(made.header("location").unwrap().starts_with("/api/v1/"), "{made}");
    assert_eq!((made.text("/slug"), made.text("/status")), ("stoneware-mug".to_owned(), "active".to_owned()));
    shop.settle().await;

    assert_eq!(admin.level("MUG").await.on_hand, 0, "it is known to stock");
    ada.buys(&[("MUG", 1)]).await.expect_problem(409, "out-of-stock");
    admin.adjusts("MUG", &json!({"set_on_hand": 3, "reason": "delivery"})).await.expect_status(200);
    ada.has_bought(&[("MUG", 1)]).await;
}

async fn a_product_with_variants(shop: &Shop) {
    let admin = shop.admin();
    let variant = |sku: &str, size: &str, price: i64| json!({"sku": sku, "title": size, "options": {"size": size}, "price": {"amount": price, "currency": "GBP"}});
    let mut shirt = json!({
        "title": "Shirt", "options": [{"name": "size", "values": ["S", "M"]}],
        "variants": [variant("SHIRT-S", "S", 2_000), variant("SHIRT-M", "M", 2_200)],
    });
    let made = admin.post("/admin/products", &shirt).await.expect_status(201);
    let (id, path) = (made.text("/id"), format!("/admin/products/{}", made.text("/id")));
    shop.settle().await;
    assert_eq!(shop.get("/api/v1/products/SHIRT-M").await.text("/id"), id);

    shirt["variants"] = json!([variant("SHIRT-S", "S", 2_000)]);
    let stale = admin.get(&path).await.expect_status(200);
    let tag = stale.header("etag").unwrap().to_owned();
    admin.ask(Method::PUT, &path).header("If-Match", &tag).json(&shirt).send().await.expect_status(200);
    shop.settle().await;
    shop.get("/api/v1/products/SHIRT-M").await.expect_problem(404, "product-not-found");

    shirt["variants"] = json!([variant("SHIRT-S", "S", 1), variant("SHIRT-X", "S", 1)]);
    let refused = admin.ask(Method::PUT, &path).json(&shirt).send().await;
    refused.expect_invalid("/variants/1/options", "duplicate-variant");
}

async fn a_stale_change_is_refused(shop: &Shop) {
    let admin = shop.admin();
    let made = admin.post("/admin/products", &mug(900)).await.expect_status(201);
    let path = format!("/admin/products/{}", made.text("/id"));
    let tag = admin.get(&path).await.header("etag").unwrap().to_owned();
    let put = async |tag: &str, price: i64| {
        admin.ask(Method::PUT, &path).header("If-Match", tag).json(&mug(price)).send().await
    };

    let changed = put(&tag, 950).await.expect_status(200);
    let next = changed.header("etag").unwrap().to_owned();
    put(&tag, 999).await.expect_problem(412, "stale");
    admin.ask(Method::DELETE, &path).header("If-Match", &tag).send().await.expect_problem(412, "stale");
    assert_eq!(admin.get(&path).await.number("/variants/0/price/amount"), 950);
    put(&next, 999).await.expect_status(200);
}

async fn an_archived_product_is_not_sold(shop: &Shop) {
    let (admin, ada) = (shop.admin(), shop.guest("ada"));
    admin.stocks("cup", 9, 100).await;
    let order = ada.has_bought(&[("cup", 1)]).await;
    let id = shop.get("/api/v1/products/cup").await.text("/id");
    admin.ask(Method::DELETE, &format!("/admin/products/{id}")).send().await.expect_status(204);

    shop.get("/api/v1/products/cup").await.expect_problem(404, "product-not-found");
    assert_eq!(shop.get("/api/v1/products").await.items().len(), 0);
    ada.buys(&[("cup", 1)]).await.expect_problem(422, "unknown-sku");
    assert_eq!(ada.reads(&order).await.text("/lines/0/title"), "cup");
    assert_eq!(admin.get(&format!("/admin/products/{id}")).await.text("/status"), "archived");
}

async fn categories_move_and_go(shop: &Shop) {
    let admin = shop.admin();
    let make = async |title: &str, parent: Option<&str>| {
        admin.post("/admin/categories", &json!({"title": title, "parent": parent})).await.expect_status(201).text("/id")
    };
    let kitchen = make("Kitchen", None).await;
    let cups = make("Cups", Some("kitchen")).await;
    let put = async |id: &str, body: &Value| {
        admin.ask(Method::PUT, &format!("/admin/categories/{id}")).json(body).send().await
    };
    let delete = async |id: &str| admin.ask(Method::DELETE, &format!("/admin/categories/{id}")).send().await;

    put(&kitchen, &json!({"title": "Kitchen", "parent": "cups"})).await.expect_problem(409, "category-cycle");
    put(&kitchen, &json!({"title": "Kitchen", "parent": "kitchen"})).await.expect_problem(409, "category-cycle");
    delete(&kitchen).await.expect_problem(409, "category-has-children");
    let moved = put(&cups, &json!({"title": "Cups and mugs", "parent": null})).await.expect_status(200);
    assert_eq!((moved.text("/slug"), moved.at("/parent")), ("cups".to_owned(), Value::Null), "a slug stays");
    delete(&kitchen).await.expect_status(204);
    assert_eq!(shop.get("/api/v1/categories").await.each("title"), ["Cups and mugs"]);
}

async fn a_sku_belongs_to_one_product(shop: &Shop) {
    let admin = shop.admin();
    admin.post("/admin/products", &mug(900)).await.expect_status(201);
    shop.settle().await;
    let before = shop.snapshot().await;
    let refused = admin.post("/admin/products", &mug(100)).await.expect_problem(409, "sku-taken");
    assert_eq!(refused.at("/skus"), json!(["MUG"]));
    assert_eq!(shop.snapshot().await, before);
}
