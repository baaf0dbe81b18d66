use actix_web::http::Method;
use serde_json::{Value, json};

use super::{Shop, everywhere, mug, with};

impl Shop {
    /// Makes a category; answers its id and slug.
    async fn grows(&self, title: &str, parent: Option<&str>) -> (String, String) {
        let reply = self.admin(Method::POST, "/admin/categories", &json!({ "title": title, "parent": parent })).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        let text = |member: &str| reply.json()[member].as_str().unwrap().to_owned();
        (text("id"), text("slug"))
    }

    /// The tree as `Home(Bath Kitchen(Mugs))`.
    async fn tree(&self) -> String {
        fn draw(categories: &Value) -> String {
            let draw = |category: &Value| match draw(&category["children"]).as_str() {
                "" => category["slug"].as_str().unwrap().to_owned(),
                below => format!("{}({below})", category["slug"].as_str().unwrap()),
            };
            categories.as_array().unwrap().iter().map(draw).collect::<Vec<_>>().join(" ")
        }
        draw(&self.read("/categories").await["items"])
    }
}

#[actix_web::test]
async fn the_tree_grows_moves_and_is_pruned() {
    everywhere(async |shop| {
        let (home, _) = shop.grows("Home", None).await;
        let (kitchen, _) = shop.grows("Kitchen", Some("home")).await;
        let (mugs, _) = shop.grows("Mugs", Some("kitchen")).await;
        shop.grows("Bath", Some("home")).await;
        assert_eq!(shop.grows("Mugs", None).await.1, "mugs-2");
        assert_eq!(shop.tree().await, "home(bath kitchen(mugs)) mugs-2");
        let read = shop.read("/categories/kitchen").await;
        assert_eq!((&read["parent"], &read["children"][0]["slug"]), (&json!("home"), &json!("mugs")));

        let put =
            async |id: &str, body: Value| shop.admin(Method::PUT, &format!("/admin/categories/{id}"), &body).await;
        assert_eq!(put(&home, json!({ "title": "Home", "parent": "mugs" })).await.refusal(), "409 category-cycle");
        assert_eq!(put(&home, json!({ "title": "Home", "parent": "home" })).await.refusal(), "409 category-cycle");
        let nowhere = put(&home, json!({ "title": "Home", "parent": "nowhere" })).await;
        assert_eq!((nowhere.status, nowhere.places()), (422, vec!["/parent unknown-category".to_owned()]));
        assert_eq!(put(&kitchen, json!({ "title": "Cooking", "parent": null })).await.json()["slug"], "kitchen");
        assert_eq!(shop.tree().await, "kitchen(mugs) home(bath) mugs-2");

        let delete =
            async |id: &str| shop.admin(Method::DELETE, &format!("/admin/categories/{id}"), &Value::Null).await;
        assert_eq!(delete(&kitchen).await.refusal(), "409 category-has-children");
        assert_eq!((delete(&mugs).await.status, delete(&kitchen).await.status), (204, 204));
        assert_eq!(delete(&mugs).await.refusal(), "404 category-not-found");
        assert_eq!(shop.tree().await, "home(bath) mugs-2");
        assert_eq!(shop.get("/categories/kitchen").await.refusal(), "404 category-not-found");
    })
    .await;
}

#[actix_web::test]
async fn a_deleted_category_leaves_its_products() {
    everywhere(async |shop| {
        let (cups, _) = shop.grows("Cups", None).await;
        shop.grows("Gifts", None).await;
        for (number, status) in ["active", "draft", "archived"].into_iter().enumerate() {
            let more = json!({ "status": status, "categories": ["cups", "gifts", "cups"] });
            shop.sells(&with(mug("Mug", &format!("M{number}"), 1), &more)).await;
        }
        assert_eq!(shop.read("/products/M0").await["categories"], json!(["cups", "gifts"]));
        let before = shop.get("/products/M0").await.header("etag").to_owned();
        let gone = shop.admin(Method::DELETE, &format!("/admin/categories/{cups}"), &Value::Null).await;
        assert_eq!(gone.status, 204, "{gone:?}");
        assert_eq!(shop.read("/products/M0").await["categories"], json!(["gifts"]));
        assert_ne!(shop.get("/products/M0").await.header("etag"), before);
        assert_eq!(shop.read("/products?category=cups").await["items"], json!([]));
        assert_eq!(shop.read("/products?category=gifts").await["items"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[actix_web::test]
async fn a_category_keeps_its_rules() {
    everywhere(async |shop| {
        for body in [
            json!({ "title": "" }),
            json!({ "title": "a\tb" }),
            json!({ "title": "x".repeat(101) }),
            json!({}),
            json!({ "title": "a", "slug": "b" }),
        ] {
            assert_eq!(shop.admin(Method::POST, "/admin/categories", &body).await.status, 422, "{body}");
        }
        let (id, _) = shop.grows("Cups", None).await;
        let etag = shop.get("/categories/cups").await.header("etag").to_owned();
        shop.grows("Tea cups", Some("cups")).await;
        let put = shop.admin_request(Method::PUT, &format!("/admin/categories/{id}")).insert_header(("If-Match", etag));
        assert_eq!(shop.ask(put.set_json(json!({ "title": "Mugs" }))).await.refusal(), "412 stale");
        let etag = shop.get("/categories/cups").await.header("etag").to_owned();
        let put = shop.admin_request(Method::PUT, &format!("/admin/categories/{id}")).insert_header(("If-Match", etag));
        assert_eq!(shop.ask(put.set_json(json!({ "title": "Mugs" }))).await.status, 200);

        let mut parent = "cups".to_owned();
        for depth in 2..=12 {
            parent = shop.grows(&format!("Deep {depth}"), Some(&parent)).await.1;
        }
        let deeper = json!({ "title": "Too deep", "parent": parent });
        assert_eq!(shop.admin(Method::POST, "/admin/categories", &deeper).await.refusal(), "409 category-too-deep");
    })
    .await;
}
