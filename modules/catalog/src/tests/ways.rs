//! Whatever the way in which a page of a search is made, it is the page that a plain search in memory gives.

use std::fmt::Write as _;

use actix_web::http::Method;
use serde_json::{Value, json};

use super::{
    Shop, everywhere, mug,
    searches::{WORDS, encoded, has_words},
    with,
};

impl Shop {
    /// Compares every kind of search with a plain one in memory.
    async fn finds_the_same_as(&self, products: &[Value]) {
        for query in ["red", "b", "boxe", "red blue", "heart re", "hearth b", "k01", "red zebra"] {
            for category in [None, Some("shelf-1"), Some("all")] {
                let is_in = |product: &Value| {
                    let slugs = product["categories"].as_array().unwrap();
                    category.is_none_or(|wanted| wanted == "all" || slugs.iter().any(|slug| slug == wanted))
                };
                let active = products.iter().filter(|product| product["status"] == "active" && is_in(product));
                let found: Vec<&Value> = active.filter(|product| has_words(product, query, false)).collect();
                for sort in ["relevance", "newest", "name", "-name", "price", "-price"] {
                    let expected = sorted(&found, sort, query);
                    let more = category.map(|slug| format!("&category={slug}")).unwrap_or_default();
                    for limit in [3, 100] {
                        let asked = format!("query={}&sort={sort}{more}", encoded(query));
                        assert_eq!(self.finds(&asked, limit).await, expected, "{query} {sort} {category:?} by {limit}");
                    }
                }
            }
        }
    }

    async fn maps_its_lists(&self) -> bool {
        let before = self.counts("SELECT ready FROM search_map").await;
        self.catalog.map_lists().await.unwrap();
        self.counts("SELECT ready FROM search_map").await > before
    }

    async fn counts(&self, sql: &'static str) -> i64 {
        let row = self.db.transact(|tx| async move { tx.row(sql, []).await }).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    }

    /// Gives a product another name and price, and says it as the shop does.
    async fn changes(&self, product: &Value, title: &str, pence: i64) -> Value {
        let mut body = json!({ "title": title, "categories": product["categories"], "status": product["status"] });
        body["description"] = product["description"].clone();
        let price = json!({ "amount": pence, "currency": "GBP" });
        body["variants"] = json!([{ "sku": product["variants"][0]["sku"], "price": price }]);
        let path = format!("/admin/products/{}", product["id"].as_str().unwrap());
        let reply = self.admin(Method::PUT, &path, &body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()
    }
}

#[actix_web::test]
async fn every_way_of_searching_gives_the_same_page() {
    everywhere(async |shop| {
        let products = shop.sells_many().await;
        shop.finds_the_same_as(&products).await;
        assert!(shop.maps_its_lists().await, "the lists are mapped");
        assert!(!shop.maps_its_lists().await, "once is enough");
        assert!(shop.counts("SELECT COUNT(*) FROM search_part").await >= 10);
        shop.finds_the_same_as(&products).await;
    })
    .await;
}

/// What is written after the lists were mapped is found where it stands now, and where it stood it is not looked for.
#[actix_web::test]
async fn a_mapped_list_is_searched_as_it_is_now() {
    everywhere(async |shop| {
        let mut products = shop.sells_many().await;
        assert!(shop.maps_its_lists().await);
        for number in (0..90).step_by(7) {
            let title = format!("{} {} {number:03}", ["zebra", "apple"][number % 2], WORDS[number % WORDS.len()]);
            let pence = i64::try_from(number * 13 % 40).unwrap();
            products[number] = shop.changes(&products[number], &title, pence).await;
        }
        products.push(shop.sells(&with(mug("yak red box 900", "Y1", 90), &json!({ "categories": ["shelf-1"] }))).await);
        products
            .push(shop.sells(&with(mug("aardvark blue 901", "Y2", 95), &json!({ "categories": ["shelf-2"] }))).await);
        shop.finds_the_same_as(&products).await;
    })
    .await;
}

#[actix_web::test]
async fn a_catalog_that_has_grown_is_mapped_again() {
    everywhere(async |shop| {
        let mut rows = "sku,title,price\n".to_owned();
        let _ = (0..30).try_for_each(|number| writeln!(rows, "A{number:03},Red cup {number:03},1"));
        shop.imports(&rows).await;
        assert!(!shop.maps_its_lists().await, "few products need no map");
        let _ = (30..60).try_for_each(|number| writeln!(rows, "A{number:03},Blue cup {number:03},2"));
        shop.imports(&rows).await;
        assert!(shop.maps_its_lists().await);
        let _ = (60..150).try_for_each(|number| writeln!(rows, "A{number:03},Green cup {number:03},3"));
        shop.imports(&rows).await;
        assert!(shop.maps_its_lists().await);
        let generations = "SELECT COUNT(DISTINCT generation) FROM search_hint";
        assert_eq!((shop.counts(generations).await, shop.counts("SELECT building FROM search_map").await), (1, 0));
        let found = shop.finds("query=cup%20r&sort=-name", 7).await;
        assert_eq!((found.len(), found[0].as_str(), found[29].as_str()), (30, "Red cup 029", "Red cup 000"));
    })
    .await;
}

fn sorted(found: &[&Value], sort: &str, query: &str) -> Vec<String> {
    let mut found = found.to_vec();
    let id = |product: &Value| product["id"].as_str().unwrap().to_owned();
    let title = |product: &Value| product["title"].as_str().unwrap().to_owned();
    let price = |product: &Value| product["variants"][0]["price"]["amount"].as_i64().unwrap();
    match sort.trim_start_matches('-') {
        "name" => found.sort_by_key(|product| (title(product), id(product))),
        "price" => found.sort_by_key(|product| (price(product), id(product))),
        "newest" => found.sort_by_key(|product| std::cmp::Reverse(id(product))),
        _ => found.sort_by_key(|product| (!has_words(product, query, true), std::cmp::Reverse(id(product)))),
    }
    if sort.starts_with('-') {
        found.reverse();
    }
    found.into_iter().map(title).collect()
}
