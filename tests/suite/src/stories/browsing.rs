//! Looking around.

use reqwest::Method;

use crate::harness::{Answer, Shop, stories};

stories!(touching ["catalog", "inventory"]:
    products_are_found,
    every_page_shows_something_else,
    a_product_answers_to_three_names,
    what_is_known_is_not_sent_again,
    categories_are_a_tree,
);

const SHEET: &str = "\
sku,title,price,currency,description,category,stock
CUP-1,Espresso cup,9.00,GBP,Thin and white,Kitchen > Cups,40
CUP-2,Breakfast cup,12.50,GBP,For a long morning,Kitchen > Cups,7
POT-1,Teapot,31.00,GBP,Holds four cups,Kitchen > Pots,3
LAMP-1,Reading lamp,45.00,GBP,Brass,Living,0
";

async fn open(shop: &Shop) {
    shop.admin().imports(SHEET).await.expect_status(200);
    shop.settle().await;
}

async fn titles(shop: &Shop, query: &str) -> Vec<String> {
    shop.get(&format!("/api/v1/products?{query}")).await.expect_status(200).each("title")
}

async fn products_are_found(shop: &Shop) {
    open(shop).await;
    let category = |name: &str| format!("category={name}");
    for (query, expected) in [
        ("sort=price".to_owned(), vec!["Espresso cup", "Breakfast cup", "Teapot", "Reading lamp"]),
        ("sort=-price".to_owned(), vec!["Reading lamp", "Teapot", "Breakfast cup", "Espresso cup"]),
        ("sort=name".to_owned(), vec!["Breakfast cup", "Espresso cup", "Reading lamp", "Teapot"]),
        ("sort=-name".to_owned(), vec!["Teapot", "Reading lamp", "Espresso cup", "Breakfast cup"]),
        ("query=breakfast".to_owned(), vec!["Breakfast cup"]),
        ("query=BRASS".to_owned(), vec!["Reading lamp"]),
        ("query=POT-1".to_owned(), vec!["Teapot"]),
        ("query=nothing".to_owned(), vec![]),
        (category("cups") + "&sort=price", vec!["Espresso cup", "Breakfast cup"]),
        (category("kitchen") + "&sort=name", vec!["Breakfast cup", "Espresso cup", "Teapot"]),
        (category("kitchen") + "&query=cup&sort=-price", vec!["Teapot", "Breakfast cup", "Espresso cup"]),
    ] {
        assert_eq!(titles(shop, &query).await, expected, "{query}");
    }
    assert_eq!(titles(shop, "sort=newest").await.len(), 4);
}

async fn every_page_shows_something_else(shop: &Shop) {
    open(shop).await;
    for sort in ["name", "-price", "newest"] {
        let whole = titles(shop, &format!("sort={sort}")).await;
        let (mut read, mut cursor) = (Vec::new(), String::new());
        for _ in 0..=whole.len() {
            let page = shop.get(&format!("/api/v1/products?sort={sort}&limit=1{cursor}")).await.expect_status(200);
            read.extend(page.each("title"));
            match page.at("/next_cursor").as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(read, whole, "{sort}");
    }
}

async fn a_product_answers_to_three_names(shop: &Shop) {
    open(shop).await;
    let by_sku = shop.get("/api/v1/products/CUP-1").await.expect_status(200);
    let (id, slug) = (by_sku.text("/id"), by_sku.text("/slug"));
    assert_eq!(slug, "espresso-cup");
    for handle in [id, slug] {
        let same = shop.get(&format!("/api/v1/products/{handle}")).await.expect_status(200);
        assert_eq!(same.body, by_sku.body, "{handle}");
    }
    assert_eq!(by_sku.number("/variants/0/price/amount"), 900);
    assert_eq!(by_sku.at("/variants/0").get("available"), None, "nobody asked");
    let asked = shop.get("/api/v1/products/CUP-1?include=availability").await.expect_status(200);
    assert_eq!(asked.number("/variants/0/available"), 40);
    shop.get("/api/v1/products/CUP-9").await.expect_problem(404, "product-not-found");
}

async fn what_is_known_is_not_sent_again(shop: &Shop) {
    open(shop).await;
    let again = async |path: &str, known: &Answer| {
        let tag = known.header("etag").expect("an ETag").to_owned();
        shop.ask(Method::GET, path).header("If-None-Match", &tag).send().await
    };
    for path in ["/api/v1/products/CUP-1", "/api/v1/products?limit=2", "/api/v1/categories", "/openapi.json"] {
        let first = shop.get(path).await.expect_status(200);
        assert!(first.header("cache-control").unwrap().starts_with("public, max-age="), "{path}");
        let second = again(path, &first).await.expect_status(304);
        assert!(second.body.is_empty(), "{path}");
    }
    let before = shop.get("/api/v1/products/CUP-1").await;
    shop.admin().imports("sku,title,price,currency\nCUP-1,Espresso cup,9.50,GBP\n").await.expect_status(200);
    let after = again("/api/v1/products/CUP-1", &before).await.expect_status(200);
    assert_eq!(after.number("/variants/0/price/amount"), 950, "a new price shows at once");
}

async fn categories_are_a_tree(shop: &Shop) {
    open(shop).await;
    let tree = shop.get("/api/v1/categories").await.expect_status(200);
    assert_eq!(tree.each("slug"), ["kitchen", "living"]);
    let children: Vec<_> =
        tree.at("/items/0/children").as_array().unwrap().iter().map(|child| child["slug"].clone()).collect();
    assert_eq!(children, ["cups", "pots"]);
    let cups = shop.get("/api/v1/categories/cups").await.expect_status(200);
    assert_eq!(cups.text("/parent"), "kitchen");
    shop.get("/api/v1/categories/hats").await.expect_problem(404, "category-not-found");
}
