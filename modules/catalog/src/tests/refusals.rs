use actix_web::{http::Method, test::TestRequest};
use serde_json::{Value, json};

use super::{everywhere, mug, with};

fn variant(sku: &str, pence: i64, currency: &str) -> Value {
    json!({ "sku": sku, "price": { "amount": pence, "currency": currency } })
}

#[actix_web::test]
async fn every_rule_of_a_product_names_its_place() {
    everywhere(async |shop| {
        let sound = mug("Mug", "M", 100);
        let broken = |more: Value| with(sound.clone(), &more);
        for (body, places) in [
            (broken(json!({ "colour": "red" })), vec!["/colour unknown-field"]),
            (broken(json!({ "title": "  " })), vec!["/title invalid-value"]),
            (broken(json!({ "title": "a\u{0}b" })), vec!["/title invalid-value"]),
            (broken(json!({ "title": "x".repeat(201) })), vec!["/title invalid-value"]),
            (broken(json!({ "description": "\u{1}" })), vec!["/description invalid-value"]),
            (broken(json!({ "description": "a\u{202e}b" })), vec!["/description invalid-value"]),
            (broken(json!({ "title": "\u{200b}" })), vec!["/title invalid-value"]),
            (broken(json!({ "title": "a\u{2066}b" })), vec!["/title invalid-value"]),
            (broken(json!({ "status": "sold" })), vec!["/status invalid-value"]),
            (broken(json!({ "variants": [] })), vec!["/variants invalid-value"]),
            (broken(json!({ "variants": [variant("a/b", 1, "GBP")] })), vec!["/variants/0/sku invalid-value"]),
            (broken(json!({ "variants": [variant("A", -1, "GBP")] })), vec!["/variants/0/price/amount bad-price"]),
            (
                broken(json!({ "variants": [variant("A", 1_000_000_000_000, "GBP")] })),
                vec!["/variants/0/price/amount bad-price"],
            ),
            (broken(json!({ "variants": [variant("A", 1, "XXX")] })), vec!["/variants/0/price/currency invalid-value"]),
            (
                broken(json!({ "variants": [variant("A", 1, "GBP"), variant("A", 1, "EUR")] })),
                vec![
                    "/variants/1/sku duplicate-sku",
                    "/variants/1/price/currency currency-mismatch",
                    "/variants/1/options duplicate-variant",
                ],
            ),
            (broken(json!({ "images": ["javascript:alert(1)"] })), vec!["/images/0 invalid-value"]),
            (
                broken(json!({ "categories": ["nowhere"], "variants": [variant("A", -1, "GBP")] })),
                vec!["/variants/0/price/amount bad-price", "/categories/0 unknown-category"],
            ),
        ] {
            let reply = shop.admin(Method::POST, "/admin/products", &body).await;
            assert_eq!(
                (reply.status, reply.places()),
                (422, places.iter().map(ToString::to_string).collect()),
                "{body}"
            );
        }
        assert_eq!(shop.events().await.len(), 0);
        assert_eq!(shop.read("/products").await["items"], json!([]));
    })
    .await;
}

#[actix_web::test]
async fn a_sku_of_another_product_is_taken() {
    everywhere(async |shop| {
        let mine = shop.sells(&mug("Mine", "MINE", 1)).await;
        shop.sells(&mug("Other", "OTHER", 1)).await;
        let post = shop.admin(Method::POST, "/admin/products", &mug("Thief", "OTHER", 1)).await;
        assert_eq!((post.refusal().as_str(), &post.json()["skus"]), ("409 sku-taken", &json!(["OTHER"])));
        let path = format!("/admin/products/{}", mine["id"].as_str().unwrap());
        assert_eq!(shop.admin(Method::PUT, &path, &mug("Mine", "OTHER", 1)).await.refusal(), "409 sku-taken");
        assert_eq!(shop.read("/products/MINE").await, mine);

        for status in ["draft", "archived"] {
            let hidden = with(mug("Hidden", status, 1), &json!({ "status": status }));
            let hidden = shop.sells(&hidden).await;
            let post = shop.admin(Method::POST, "/admin/products", &mug("Thief", status, 1)).await;
            assert_eq!(post.refusal(), "409 sku-taken");
            let named = &post.json()["products"][0];
            for member in ["id", "slug", "title", "status"] {
                assert_eq!(named[member], hidden[member], "{status}: {post:?}");
            }
            let detail = post.json()["detail"].as_str().unwrap().to_owned();
            let id = hidden["id"].as_str().unwrap();
            assert!(detail.contains(status) && detail.contains("\"Hidden\"") && detail.contains(id), "{detail}");
        }
    })
    .await;
}

#[actix_web::test]
async fn what_has_changed_since_is_not_overwritten() {
    everywhere(async |shop| {
        let made = shop.sells(&mug("Mug", "M", 100)).await;
        let path = format!("/admin/products/{}", made["id"].as_str().unwrap());
        let etag = shop.get("/products/M").await.header("etag").to_owned();
        assert_eq!(shop.admin(Method::GET, &path, &Value::Null).await.header("etag"), etag);
        let put = async |etag: &str, pence: i64| {
            let request = shop.admin_request(Method::PUT, &path).insert_header(("If-Match", etag));
            shop.ask(request.set_json(mug("Mug", "M", pence))).await
        };
        let changed = put(&etag, 200).await;
        assert_eq!(changed.status, 200);
        assert_ne!(changed.header("etag"), etag);
        assert_eq!(put(&etag, 300).await.refusal(), "412 stale");
        assert_eq!(
            put(changed.header("etag"), 200).await.header("etag"),
            changed.header("etag"),
            "no change, same tag"
        );
        assert_eq!(put("*", 400).await.status, 200);
        let delete = shop.admin_request(Method::DELETE, &path).insert_header(("If-Match", etag));
        assert_eq!(shop.ask(delete).await.refusal(), "412 stale");
        assert_eq!(shop.read("/products/M").await["variants"][0]["price"]["amount"], 400);
    })
    .await;
}

#[actix_web::test]
async fn only_the_admin_may() {
    everywhere(async |shop| {
        let id = "018f3a5e-0000-7000-8000-000000000000";
        for (method, path) in [
            (Method::POST, "/admin/products".to_owned()),
            (Method::GET, "/admin/products".to_owned()),
            (Method::GET, format!("/admin/products/{id}")),
            (Method::PUT, format!("/admin/products/{id}")),
            (Method::DELETE, format!("/admin/products/{id}")),
            (Method::POST, "/admin/products/import".to_owned()),
            (Method::POST, "/admin/categories".to_owned()),
            (Method::PUT, format!("/admin/categories/{id}")),
            (Method::DELETE, format!("/admin/categories/{id}")),
        ] {
            for credential in [None, Some("Bearer nonsense")] {
                let mut request = TestRequest::with_uri(&path).method(method.clone()).set_json(mug("Mug", "M", 1));
                if let Some(credential) = credential {
                    request = request.insert_header(("Authorization", credential));
                }
                assert_eq!(shop.ask(request).await.refusal(), "401 unauthenticated", "{method} {path}");
            }
        }
        for (method, body) in
            [(Method::GET, Value::Null), (Method::PUT, mug("Mug", "M", 1)), (Method::DELETE, Value::Null)]
        {
            let reply = shop.admin(method, &format!("/admin/products/{id}"), &body).await;
            assert_eq!(reply.refusal(), "404 product-not-found");
        }
    })
    .await;
}
