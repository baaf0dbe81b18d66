//! The order of names, and addresses made from them.

use std::collections::HashSet;

use actix_web::http::Method;
use serde_json::{Value, json};

use super::{everywhere, mug};

#[actix_web::test]
async fn names_stand_in_the_order_of_a_dictionary() {
    everywhere(async |shop| {
        for (number, title) in
            ["Zebra", "éclair", "Øl", "apple", "Ärger", "Eclipse", "ZOO", "10 cups"].iter().enumerate()
        {
            shop.sells(&mug(title, &format!("N{number}"), 1)).await;
        }
        let expected = ["10 cups", "apple", "Ärger", "éclair", "Eclipse", "Øl", "Zebra", "ZOO"];
        for limit in [1, 3, 50] {
            assert_eq!(shop.finds("sort=name", limit).await, expected);
            let down: Vec<&str> = expected.into_iter().rev().collect();
            assert_eq!(shop.finds("sort=-name", limit).await, down);
        }
        for title in ["Zebras", "Éclairs", "apples"] {
            shop.admin(Method::POST, "/admin/categories", &json!({ "title": title })).await;
        }
        let tree = shop.read("/categories").await;
        let titles: Vec<&Value> = tree["items"].as_array().unwrap().iter().map(|category| &category["title"]).collect();
        assert_eq!(titles, ["apples", "Éclairs", "Zebras"]);
    })
    .await;
}

/// A cursor of the version before says the title in lower case.
#[actix_web::test]
async fn an_older_cursor_goes_on_where_it_was() {
    everywhere(async |shop| {
        for (number, title) in ["Zebra", "Éclair", "apple", "Cup"].iter().enumerate() {
            shop.sells(&mug(title, &format!("N{number}"), 1)).await;
        }
        let cup = shop.read("/products/N3").await["id"].clone();
        let cursor = kernel::Cursor::encode(&json!({ "o": { "c": "t", "d": false }, "p": { "k": "cup", "p": cup } }));
        assert_eq!(
            shop.read(&format!("/products?sort=name&cursor={cursor}")).await["items"].as_array().unwrap().len(),
            2
        );
        assert_eq!(shop.get(&format!("/products?sort=-name&cursor={cursor}")).await.refusal(), "400 bad-parameter");
    })
    .await;
}

#[actix_web::test]
async fn addresses_are_transliterated() {
    everywhere(async |shop| {
        let mut slugs = HashSet::new();
        for (number, (title, slug)) in [
            ("Căn hộ", "can-ho"),
            ("İstanbul çayı", "istanbul-cayi"),
            ("Țuică", "tuica"),
            ("Cre\u{300}me bru\u{302}le\u{301}e", "creme-brulee"),
            ("Crème brûlée", "creme-brulee-2"),
            ("Чайник", "chainik"),
            ("茶碗", "cha-wan"),
            ("\u{2060}!", "product"),
        ]
        .into_iter()
        .enumerate()
        {
            let made = shop.sells(&mug(title, &format!("F{number}"), 1)).await;
            assert_eq!(made["slug"], slug, "{title}");
            assert_eq!(shop.read(&format!("/products/{slug}")).await["title"], title);
            assert!(slugs.insert(slug));
        }
        let category = shop.admin(Method::POST, "/admin/categories", &json!({ "title": "Țuică" })).await.json();
        assert_eq!(category["slug"], "tuica");
    })
    .await;
}
