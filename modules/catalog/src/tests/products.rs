use std::sync::atomic::Ordering;

use actix_web::http::Method;
use catalog_contract::CatalogEvent;
use kernel::{Event, Sku};
use serde_json::{Value, json};

use super::{everywhere, mug, with};

#[actix_web::test]
async fn a_product_is_found_by_id_slug_and_sku() {
    everywhere(async |shop| {
        let made = shop.sells(&mug("Stoneware Mug", "MUG 1", 895)).await;
        assert_eq!(
            (&made["slug"], &made["status"], &made["categories"], &made["images"]),
            (&json!("stoneware-mug"), &json!("active"), &json!([]), &json!([]))
        );
        assert_eq!(
            made["variants"],
            json!([{ "sku": "MUG 1", "title": null, "options": {}, "price": { "amount": 895, "currency": "GBP" } }])
        );
        for handle in [made["id"].as_str().unwrap(), "stoneware-mug", "MUG%201"] {
            assert_eq!(shop.read(&format!("/products/{handle}")).await, made, "{handle}");
        }
        for nobody in ["mug 1", "MUG", "00000000-0000-0000-0000-000000000000", &"x".repeat(300)] {
            let reply = shop.get(&format!("/products/{}", nobody.replace(' ', "%20"))).await;
            assert_eq!(reply.refusal(), "404 product-not-found", "{nobody}");
        }
        assert_eq!(shop.get("/products/a%00b").await.refusal(), "400 malformed");
    })
    .await;
}

#[actix_web::test]
async fn a_slug_is_unique_and_stable() {
    everywhere(async |shop| {
        let mut slugs = Vec::new();
        for number in 1..=11 {
            let made = shop.sells(&mug("Red Cup", &format!("CUP.{number}"), 100)).await;
            slugs.push(made["slug"].as_str().unwrap().to_owned());
        }
        assert_eq!(slugs[..3], ["red-cup", "red-cup-2", "red-cup-3"]);
        assert_eq!(slugs[9..], ["red-cup-cup-10", "red-cup-cup-11"]);
        assert_eq!(shop.sells(&mug("茶", "TEA", 1)).await["slug"], "cha");
        assert_eq!(shop.sells(&mug("!", "MARK", 1)).await["slug"], "product");

        let id = shop.read("/products/red-cup").await["id"].as_str().unwrap().to_owned();
        let renamed = shop.admin(Method::PUT, &format!("/admin/products/{id}"), &mug("Blue Cup", "CUP.1", 100)).await;
        assert_eq!((renamed.status, &renamed.json()["slug"]), (200, &json!("red-cup")));
        assert_eq!(shop.read("/products/red-cup").await["title"], "Blue Cup");
    })
    .await;
}

#[actix_web::test]
async fn a_replacement_replaces_everything_but_id_slug_and_age() {
    everywhere(async |shop| {
        let made = shop.sells(&mug("Shirt", "S-1", 1000)).await;
        let path = format!("/admin/products/{}", made["id"].as_str().unwrap());
        let whole = json!({
            "title": "Linen shirt",
            "description": "Two lines\nof text",
            "status": "active",
            "options": [{ "name": "size", "values": ["S", "M"] }],
            "variants": [
                { "sku": "S-M", "title": "Medium", "options": { "size": "M" }, "price": { "amount": 1200, "currency": "EUR" } },
                { "sku": "S-1", "options": { "size": "S" }, "price": { "amount": 1100, "currency": "EUR" } },
            ],
            "images": ["https://example.com/shirt.jpg"],
        });
        let replaced = shop.admin(Method::PUT, &path, &whole).await.json();
        for member in ["title", "description", "options", "images"] {
            assert_eq!(replaced[member], whole[member], "{member}");
        }
        assert_eq!((&replaced["id"], &replaced["created_at"]), (&made["id"], &made["created_at"]));
        assert_eq!((&replaced["variants"][0]["title"], &replaced["variants"][1]["sku"]), (&json!("Medium"), &json!("S-1")));
        assert_eq!(shop.read("/products/S-M").await, replaced);

        let swapped = with(whole.clone(), &json!({ "variants": [whole["variants"][1], whole["variants"][0]] }));
        let swapped = shop.admin(Method::PUT, &path, &swapped).await.json();
        assert_eq!((&swapped["variants"][0]["sku"], &swapped["variants"][1]["sku"]), (&json!("S-1"), &json!("S-M")));

        let back = shop.admin(Method::PUT, &path, &mug("Shirt", "S-1", 1000)).await.json();
        assert_eq!((&back["variants"], &back["options"]), (&made["variants"], &json!([])));
        assert_eq!(shop.get("/products/S-M").await.refusal(), "404 product-not-found");
        assert_eq!(shop.sells(&mug("Other", "S-M", 1)).await["slug"], "other", "a SKU that was withdrawn is free");
    })
    .await;
}

#[actix_web::test]
async fn every_change_is_published_once() {
    everywhere(async |shop| {
        let made = shop.sells(&mug("Mug", "M-1", 100)).await;
        let path = format!("/admin/products/{}", made["id"].as_str().unwrap());
        shop.admin(Method::PUT, &path, &mug("Mug", "M-1", 100)).await;
        shop.admin(Method::PUT, &path, &mug("Mug", "M-2", 100)).await;
        shop.admin(Method::DELETE, &path, &Value::Null).await;
        shop.admin(Method::DELETE, &path, &Value::Null).await;

        let events = shop.events().await;
        let types: Vec<&str> = events.iter().map(Event::event_type).collect();
        assert_eq!(types, ["product.created.v1", "product.updated.v1", "product.archived.v1"]);
        let CatalogEvent::Updated(updated) = &events[1] else { panic!("{events:?}") };
        assert_eq!((updated.introduced[0].sku.as_str(), updated.withdrawn[0].as_str()), ("M-2", "M-1"));
        assert_eq!(updated.introduced[0].opening_stock, 0);
    })
    .await;
}

#[actix_web::test]
async fn only_the_active_are_shown() {
    everywhere(async |shop| {
        let made = shop.sells(&with(mug("Secret", "HUSH", 100), &json!({ "status": "draft" }))).await;
        let id = made["id"].as_str().unwrap();
        let admin = format!("/admin/products/{id}");
        for handle in [id, "secret", "HUSH"] {
            assert_eq!(shop.get(&format!("/products/{handle}")).await.refusal(), "404 product-not-found");
        }
        let read = shop.admin(Method::GET, &admin, &Value::Null).await;
        assert_eq!((read.json(), read.header("cache-control")), (made, "no-store"));

        shop.admin(Method::PUT, &admin, &mug("Secret", "HUSH", 100)).await;
        assert_eq!(shop.read("/products/HUSH").await["status"], "active");
        assert_eq!(shop.admin(Method::DELETE, &admin, &Value::Null).await.status, 204);
        assert_eq!(shop.get("/products/HUSH").await.status, 404);
        assert_eq!(shop.read("/products?query=secret").await["items"], json!([]));
        let again = shop.admin(Method::POST, "/admin/products", &mug("Copy", "HUSH", 1)).await;
        assert_eq!(again.refusal(), "409 sku-taken", "an archived product keeps its SKUs");
    })
    .await;
}

#[actix_web::test]
async fn availability_is_null_when_it_cannot_be_had() {
    everywhere(async |shop| {
        let two = json!([
            { "sku": "A", "options": { "size": "S" }, "price": { "amount": 1, "currency": "GBP" } },
            { "sku": "B", "options": { "size": "M" }, "price": { "amount": 1, "currency": "GBP" } },
        ]);
        let options = json!([{ "name": "size", "values": ["S", "M"] }]);
        shop.sells(&with(mug("Shirt", "A", 1), &json!({ "variants": two, "options": options }))).await;
        let path = "/products/shirt?include=availability";
        let available = async || {
            let shirt = shop.read(path).await;
            [shirt["variants"][0].get("available").cloned(), shirt["variants"][1].get("available").cloned()]
        };
        shop.stock.levels.lock().unwrap().insert(Sku::parse("A").unwrap(), 7);
        assert_eq!(available().await, [Some(json!(7)), Some(Value::Null)]);
        shop.stock.levels.lock().unwrap().insert(Sku::parse("A").unwrap(), 0);
        assert_eq!(available().await, [Some(json!(0)), Some(Value::Null)], "levels are never kept");
        shop.stock.away.store(true, Ordering::SeqCst);
        assert_eq!(available().await, [Some(Value::Null), Some(Value::Null)]);
        assert_eq!(shop.read("/products/shirt").await["variants"][0].get("available"), None);
        assert_eq!(shop.get("/products/shirt?include=reviews").await.refusal(), "400 bad-parameter");
    })
    .await;
}

#[actix_web::test]
async fn a_key_makes_one_product() {
    everywhere(async |shop| {
        let post = async |body: &Value| {
            let request = shop.admin_request(Method::POST, "/admin/products").insert_header(("Idempotency-Key", "k-1"));
            shop.ask(request.set_json(body)).await
        };
        let first = post(&mug("Mug", "M", 100)).await;
        let second = post(&mug("Mug", "M", 100)).await;
        assert_eq!((first.status, second.status, &second.body), (201, 201, &first.body));
        assert_eq!((first.header("idempotency-replayed"), second.header("idempotency-replayed")), ("", "true"));
        assert_eq!(first.header("location"), second.header("location"));
        assert_eq!(post(&mug("Cup", "C", 100)).await.refusal(), "422 idempotency-key-reused");
        assert_eq!(shop.events().await.len(), 1);
    })
    .await;
}
