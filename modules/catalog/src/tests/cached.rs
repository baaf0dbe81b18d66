use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::SeqCst},
    },
    time::Duration,
};

use actix_web::{http::Method, test::TestRequest};
use kernel_module::{Module, Tasks};
use serde_json::{Value, json};

use super::{Shop, everywhere, mug, with};

#[actix_web::test]
async fn a_reader_who_has_it_is_told_so() {
    everywhere(async |shop| {
        shop.sells(&mug("Mug", "M", 100)).await;
        shop.admin(Method::POST, "/admin/categories", &json!({ "title": "Cups" })).await;
        for path in ["/products/M", "/products", "/categories", "/categories/cups", "/products/M?include=availability"]
        {
            let first = shop.get(path).await;
            let etag = first.header("etag").to_owned();
            assert!(etag.starts_with('"') && etag.ends_with('"'), "{path}: {etag}");
            assert_eq!(first.header("cache-control"), "public, max-age=10", "{path}");
            let second = shop.ask(TestRequest::get().uri(path).insert_header(("If-None-Match", etag.clone()))).await;
            assert_eq!((second.status, second.body.len(), second.header("etag")), (304, 0, etag.as_str()), "{path}");
        }
        let etag = shop.get("/products/M").await.header("etag").to_owned();
        let id = shop.read("/products/M").await["id"].as_str().unwrap().to_owned();
        shop.admin(Method::PUT, &format!("/admin/products/{id}"), &mug("Mug", "M", 200)).await;
        let changed = shop.ask(TestRequest::get().uri("/products/M").insert_header(("If-None-Match", etag))).await;
        assert_eq!(changed.status, 200);
    })
    .await;
}

/// What every kind of write makes stale is read afresh at once.
#[actix_web::test]
async fn whoever_has_written_reads_what_was_written() {
    everywhere(async |shop| {
        let made = shop.sells(&mug("Mug", "M", 100)).await;
        let id = made["id"].as_str().unwrap().to_owned();
        let path = format!("/admin/products/{id}");
        let cups = shop.admin(Method::POST, "/admin/categories", &json!({ "title": "Cups" })).await.json();
        let seen = async || {
            let mut seen = Vec::new();
            for path in [format!("/products/{id}"), "/products/mug".to_owned(), "/products/M".to_owned()] {
                seen.push(shop.get(&path).await.json()["variants"][0]["price"]["amount"].clone());
            }
            let list = shop.read("/products?category=cups").await;
            (seen, list["items"].as_array().unwrap().len(), shop.read("/categories").await["items"][0]["title"].clone())
        };
        let all = |pence: i64| vec![json!(pence); 3];
        assert_eq!(seen().await, (all(100), 0, json!("Cups")));
        shop.admin(Method::PUT, &path, &with(mug("Mug", "M", 200), &json!({ "categories": ["cups"] }))).await;
        assert_eq!(seen().await, (all(200), 1, json!("Cups")));
        shop.imports("sku,title,price\nM,Mug,3.00\n").await;
        assert_eq!(seen().await, (all(300), 1, json!("Cups")));
        let category = format!("/admin/categories/{}", cups["id"].as_str().unwrap());
        shop.admin(Method::PUT, &category, &json!({ "title": "Beakers" })).await;
        assert_eq!(seen().await, (all(300), 1, json!("Beakers")));
        shop.admin(Method::DELETE, &path, &Value::Null).await;
        assert_eq!(seen().await, (vec![Value::Null; 3], 0, json!("Beakers")));
    })
    .await;
}

/// A handle that led to one product by its SKU leads to another whose slug it becomes.
#[actix_web::test]
async fn a_new_product_may_take_over_a_handle() {
    everywhere(async |shop| {
        let first = shop.sells(&mug("First", "mug", 100)).await;
        assert_eq!(shop.read("/products/mug").await["id"], first["id"]);
        let second = shop.sells(&mug("Mug", "M2", 100)).await;
        assert_eq!(shop.read("/products/mug").await["id"], second["id"]);
        shop.admin(Method::DELETE, &format!("/admin/products/{}", second["id"].as_str().unwrap()), &Value::Null).await;
        assert_eq!(shop.read("/products/mug").await["id"], first["id"]);
    })
    .await;
}

/// The price only grows, and each reader knows a price that was answered before it began to read.
#[actix_web::test]
async fn no_reader_ever_sees_less_than_was_answered() {
    everywhere(async |shop| {
        let id = shop.sells(&mug("Mug", "M", 0)).await["id"].as_str().unwrap().to_owned();
        let answered = Arc::new(AtomicI64::new(0));
        let tasks = Tasks::default();
        let readers: Vec<_> =
            (0..4).map(|_| tasks.spawn(read_on(shop.catalog.clone(), Arc::clone(&answered)))).collect();
        for pence in 1..=150 {
            shop.admin(Method::PUT, &format!("/admin/products/{id}"), &mug("Mug", "M", pence)).await;
            answered.store(pence, SeqCst);
        }
        answered.store(i64::MAX, SeqCst);
        for reader in readers {
            let reads = reader.await.unwrap();
            assert!(reads > 50, "a reader read {reads} times only");
        }
    })
    .await;
}

async fn read_on(catalog: crate::Catalog, answered: Arc<AtomicI64>) -> u32 {
    let listing = crate::http::listing("sort=price&limit=5");
    for reads in 0.. {
        let known = answered.load(SeqCst);
        if known == i64::MAX {
            return reads;
        }
        let product = catalog.show(kernel::CallContext::default(), "M", false).await.unwrap();
        let page = catalog.list_products(&listing).await.unwrap();
        let product: Value = serde_json::from_slice(&product.body).unwrap();
        let page: Value = serde_json::from_slice(&page.body).unwrap();
        for shown in [&product["variants"], &page["items"][0]["variants"]] {
            let pence = shown[0]["price"]["amount"].as_i64().unwrap();
            assert!(pence >= known, "{pence} was shown after {known} had been answered");
        }
        tokio::task::yield_now().await;
    }
    0
}

#[actix_web::test]
async fn another_process_hears_of_it() {
    everywhere(async |shop| {
        let made = shop.sells(&mug("Mug", "M", 100)).await;
        let path = format!("/admin/products/{}", made["id"].as_str().unwrap());
        let neighbour = shop.neighbour();
        let tasks = Tasks::default();
        for worker in neighbour.catalog.workers() {
            tasks.start(worker);
        }
        let neighbours = kernel_module::Worker::new("pg-notify", {
            let db = shop.db.clone();
            move |stop| kernel_db::pg_notify::run(db, stop)
        });
        tasks.start(neighbours);
        tokio::time::sleep(Duration::from_millis(300)).await;

        let sees = async |path: &str, pointer: &str, expected: Value| {
            for _ in 0..100 {
                if neighbour.get(path).await.json().pointer(pointer) == Some(&expected) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            panic!("{path} {pointer} never became {expected}");
        };
        sees("/products/M", "/variants/0/price/amount", json!(100)).await;
        sees("/products", "/items/0/variants/0/price/amount", json!(100)).await;
        sees("/categories", "/items", json!([])).await;
        shop.admin(Method::PUT, &path, &mug("Mug", "M", 200)).await;
        sees("/products/M", "/variants/0/price/amount", json!(200)).await;
        sees("/products", "/items/0/variants/0/price/amount", json!(200)).await;
        shop.admin(Method::POST, "/admin/categories", &json!({ "title": "Cups" })).await;
        sees("/categories", "/items/0/slug", json!("cups")).await;
        let moved = with(mug("Mug", "M", 200), &json!({ "categories": ["cups"] }));
        shop.admin(Method::PUT, &path, &moved).await;
        sees("/products/M", "/categories/0", json!("cups")).await;
        assert!(tasks.stop(Duration::from_secs(5)).await);
    })
    .await;
}

/// Shows that the test above would notice: without the worker the neighbour goes on with what it has.
#[actix_web::test]
async fn a_process_that_does_not_listen_is_deaf() {
    everywhere(async |shop| {
        let made = shop.sells(&mug("Mug", "M", 100)).await;
        let deaf: Shop = shop.neighbour();
        deaf.read("/products/M").await;
        shop.admin(Method::PUT, &format!("/admin/products/{}", made["id"].as_str().unwrap()), &mug("Mug", "M", 200))
            .await;
        assert_eq!(deaf.read("/products/M").await["variants"][0]["price"]["amount"], 100);
    })
    .await;
}
