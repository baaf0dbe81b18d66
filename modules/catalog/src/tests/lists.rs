use std::{collections::HashSet, fmt::Write as _};

use actix_web::http::Method;
use serde_json::{Value, json};

use super::{Shop, everywhere, mug};

const SORTS: [&str; 5] = ["name", "-name", "price", "-price", "newest"];

impl Shop {
    /// Every title of a list, read page by page; `between` happens after each page.
    async fn walks(&self, query: &str, limit: usize, between: impl AsyncFn(usize)) -> Vec<String> {
        let mut titles = Vec::new();
        let mut cursor = String::new();
        for page in 0.. {
            let read = self.read(&format!("/products?limit={limit}{query}{cursor}")).await;
            let items = read["items"].as_array().unwrap();
            assert!(items.len() <= limit);
            titles.extend(items.iter().map(|item| item["title"].as_str().unwrap().to_owned()));
            let Some(next) = read["next_cursor"].as_str() else { return titles };
            assert_eq!(items.len(), limit, "only the last page may be short");
            cursor = format!("&cursor={next}");
            between(page).await;
        }
        titles
    }

    async fn titles(&self, query: &str) -> Vec<String> {
        self.walks(query, 100, async |_| ()).await
    }
}

/// Prices and titles with repeats, of either case, in no order.
fn rows(count: usize) -> String {
    let mut rows = "sku,title,price\n".to_owned();
    for number in 0..count {
        let scattered = number * 7919 % 101;
        let case = if number % 2 == 0 { "cup" } else { "CUP" };
        let _ = writeln!(rows, "S{number},{case} {:02} of {number},{}", scattered % 13, scattered % 7);
    }
    rows
}

/// What a list must be: sorted here, in another way than there.
fn sorted(products: &[Value], sort: &str) -> Vec<String> {
    let mut products = products.to_vec();
    let id = |product: &Value| product["id"].as_str().unwrap().to_owned();
    let title = |product: &Value| product["title"].as_str().unwrap().to_lowercase();
    let price = |product: &Value| product["variants"][0]["price"]["amount"].as_i64().unwrap();
    match sort.trim_start_matches('-') {
        "name" => products.sort_by_key(|product| (title(product), id(product))),
        "price" => products.sort_by_key(|product| (price(product), id(product))),
        _ => products.sort_by_key(id),
    }
    if sort.starts_with('-') || sort == "newest" {
        products.reverse();
    }
    products.iter().map(|product| product["title"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn every_order_is_whole_whatever_the_page() {
    everywhere(async |shop| {
        shop.imports(&rows(53)).await;
        let all = shop.read("/products?limit=100").await["items"].as_array().unwrap().clone();
        assert_eq!(all.len(), 53);
        for sort in SORTS {
            let expected = sorted(&all, sort);
            for limit in [1, 7, 53, 100] {
                let found = shop.walks(&format!("&sort={sort}"), limit, async |_| ()).await;
                assert_eq!(found, expected, "{sort} by {limit}");
            }
        }
        assert_eq!(shop.titles("").await, sorted(&all, "newest"), "the newest first, unless told otherwise");
    })
    .await;
}

#[actix_web::test]
async fn what_is_added_meanwhile_makes_nothing_come_twice_or_not_at_all() {
    everywhere(async |shop| {
        shop.imports(&rows(40)).await;
        for sort in SORTS {
            let before: HashSet<String> = shop.titles("").await.into_iter().collect();
            let add = async |page: usize| {
                let (low, high) = (format!("Aaa {sort} {page}"), format!("Zzz {sort} {page}"));
                shop.sells(&mug(&low, &format!("LOW {sort} {page}"), 0)).await;
                shop.sells(&mug(&high, &format!("HIGH {sort} {page}"), 9_999)).await;
            };
            let found = shop.walks(&format!("&sort={sort}"), 9, add).await;
            let once: HashSet<&String> = found.iter().collect();
            assert_eq!(once.len(), found.len(), "{sort}: nothing comes twice");
            assert!(before.iter().all(|title| once.contains(title)), "{sort}: nothing is left out");
        }
    })
    .await;
}

#[actix_web::test]
async fn a_category_has_what_stands_below_it() {
    everywhere(async |shop| {
        let mut rows = "sku,title,price,category\n".to_owned();
        for number in 0..450 {
            let _ = writeln!(rows, "S{number},Thing {:03},{},Home > Room {number}", number * 7 % 450, number % 9);
        }
        rows.push_str("T1,Tea Cup,1,Home\nT2,Tea Pot,2,Home > Kitchen\nT3,Spade,3,Garden\n");
        shop.imports(&rows).await;
        let both =
            json!({ "title": "Both", "categories": ["home", "kitchen"], "variants": mug("", "T4", 4)["variants"] });
        shop.sells(&both).await;

        assert_eq!(shop.titles("&category=garden").await, ["Spade"]);
        assert_eq!(shop.titles("&category=kitchen&sort=name").await, ["Both", "Tea Pot"]);
        assert_eq!(shop.titles("&category=nowhere").await, Vec::<String>::new());
        let home: Vec<Value> = {
            let mut all = Vec::new();
            let mut cursor = String::new();
            loop {
                let read = shop.read(&format!("/products?category=home&limit=100{cursor}")).await;
                all.extend(read["items"].as_array().unwrap().clone());
                let Some(next) = read["next_cursor"].as_str() else { break all };
                cursor = format!("&cursor={next}");
            }
        };
        assert_eq!(home.len(), 453, "a product on two shelves comes once");
        for sort in SORTS {
            let found = shop.walks(&format!("&category=home&sort={sort}"), 60, async |_| ()).await;
            assert_eq!(found, sorted(&home, sort), "{sort}");
        }
        assert_eq!(shop.titles("&category=home&query=tea&sort=-price").await, ["Tea Pot", "Tea Cup"]);
    })
    .await;
}

#[actix_web::test]
async fn words_are_found_wherever_they_stand() {
    everywhere(async |shop| {
        shop.imports(
            "sku,title,price,description\n\
             85123A,White Hanging Heart T-Light Holder,2.55,For CANDLES\n\
             GLASS.1,Crystal glass,1,Holds light wine\n\
             CAFÉ,x,1,bad\n\
             CUP,Café cup,3,100%\n",
        )
        .await;
        for (query, expected) in [
            ("heart", vec!["White Hanging Heart T-Light Holder"]),
            ("HEA", vec!["White Hanging Heart T-Light Holder"]),
            ("light", vec!["Crystal glass", "White Hanging Heart T-Light Holder"]),
            ("light%20candle", vec!["White Hanging Heart T-Light Holder"]),
            ("85123a", vec!["White Hanging Heart T-Light Holder"]),
            ("glass.1", vec!["Crystal glass"]),
            ("caf%C3%89", vec!["Café cup"]),
            ("100%25", vec!["Café cup"]),
            ("eart", vec![]),
            ("light%20tea", vec![]),
            ("%25", vec![]),
            ("_", vec![]),
            ("nothing", vec![]),
            ("", vec!["Café cup", "Crystal glass", "White Hanging Heart T-Light Holder"]),
        ] {
            assert_eq!(shop.titles(&format!("&sort=name&query={query}")).await, expected, "{query}");
        }
        let cup = shop.read("/products/CUP").await;
        let path = format!("/admin/products/{}", cup["id"].as_str().unwrap());
        shop.admin(Method::PUT, &path, &mug("Beaker", "CUP", 300)).await;
        assert_eq!(shop.titles("&query=beak").await, ["Beaker"]);
        assert_eq!(shop.titles("&query=caf%C3%89").await, Vec::<String>::new());
        shop.admin(Method::DELETE, &path, &Value::Null).await;
        assert_eq!(shop.titles("&query=beak").await, Vec::<String>::new());
    })
    .await;
}

/// Over a thousand products have the word, so the list is walked; the rare one is begun with.
#[actix_web::test]
async fn common_words_are_found_too() {
    everywhere(async |shop| {
        let mut rows = "sku,title,price,category\n".to_owned();
        for number in 0..1_500 {
            let colour = if number % 100 == 7 { "red" } else { "blue" };
            let _ = writeln!(rows, "S{number},Cup {number:04},1,{colour}s");
        }
        rows.push_str("RARE,Cup rare,1,reds\n");
        shop.imports(&rows).await;
        let first = shop.read("/products?query=cup&sort=name&limit=2").await;
        assert_eq!(
            (&first["items"][0]["title"], &first["items"][1]["title"]),
            (&json!("Cup 0000"), &json!("Cup 0001"))
        );
        assert_eq!(shop.walks("&query=cup&sort=-name", 100, async |_| ()).await.len(), 1_501);
        assert_eq!(shop.titles("&query=cup&category=reds&sort=name").await.len(), 16);
        assert_eq!(shop.titles("&query=cup%20rare").await, ["Cup rare"]);
        assert_eq!(shop.titles("&query=rare&category=blues").await, Vec::<String>::new());
        assert_eq!(shop.titles("&query=cup%200003&category=blues").await, ["Cup 0003"]);
    })
    .await;
}

#[actix_web::test]
async fn a_list_says_what_is_wrong_with_its_parameters() {
    everywhere(async |shop| {
        shop.imports(&rows(3)).await;
        let cursor = shop.read("/products?limit=1&sort=name").await["next_cursor"].as_str().unwrap().to_owned();
        for (query, refusal) in [
            ("limit=0", "400 bad-parameter"),
            ("limit=101", "400 bad-parameter"),
            ("limit=x", "400 bad-parameter"),
            ("sort=best", "400 bad-parameter"),
            ("colour=red", "400 unknown-parameter"),
            ("cursor=zz", "400 bad-parameter"),
            ("cursor=", "400 bad-parameter"),
            (&format!("cursor={cursor}"), "400 bad-parameter"),
            (&format!("cursor={cursor}&sort=-name"), "400 bad-parameter"),
            (&format!("cursor={}", "a".repeat(5_000)), "400 bad-parameter"),
            (&format!("query={}", "a".repeat(201)), "400 bad-parameter"),
        ] {
            assert_eq!(shop.get(&format!("/products?{query}")).await.refusal(), refusal, "{query}");
        }
        assert_eq!(shop.get(&format!("/products?cursor={cursor}&sort=name")).await.status, 200);
    })
    .await;
}
