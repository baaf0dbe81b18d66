use std::fmt::Write as _;

use actix_web::http::Method;
use serde_json::{Value, json};

use super::{Shop, everywhere, mug, with};
use crate::{Config, domain::fold};

impl Shop {
    /// Titles of every page of a list.
    pub(super) async fn finds(&self, query: &str, limit: usize) -> Vec<String> {
        let (mut titles, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.read(&format!("/products?limit={limit}&{query}{cursor}")).await;
            let items = page["items"].as_array().unwrap();
            titles.extend(items.iter().map(|item| item["title"].as_str().unwrap().to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { return titles };
            cursor = format!("&cursor={next}");
        }
    }

    async fn finds_words(&self, words: &str) -> Vec<String> {
        let mut titles = self.finds(&format!("query={}", encoded(words)), 50).await;
        titles.sort();
        titles
    }
}

pub(super) fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "%{byte:02X}");
        text
    })
}

#[actix_web::test]
async fn the_same_letters_are_found_however_they_are_written() {
    everywhere(async |shop| {
        for (number, title) in [
            "Café crème",
            "ΣΊΣΥΦΟΣ stone",
            "İstanbul çayı",
            "Straße",
            "Łódź Øl",
            "青茶碗 set",
            "한글 책",
            "हिन्दी किताब",
        ]
        .into_iter()
        .enumerate()
        {
            shop.sells(&mug(title, &format!("F{number}"), 1)).await;
        }
        for (words, expected) in [
            ("cafe", vec!["Café crème"]),
            ("CAFÉ", vec!["Café crème"]),
            ("cafe\u{301}", vec!["Café crème"]),
            ("creme caf", vec!["Café crème"]),
            ("σίσυφος", vec!["ΣΊΣΥΦΟΣ stone"]),
            ("σισυφοσ", vec!["ΣΊΣΥΦΟΣ stone"]),
            ("istanbul", vec!["İstanbul çayı"]),
            ("ISTANBUL CAYI", vec!["İstanbul çayı"]),
            ("STRASSE", vec!["Straße"]),
            ("lodz ol", vec!["Łódź Øl"]),
            ("茶", vec!["青茶碗 set"]),
            ("茶碗", vec!["青茶碗 set"]),
            ("碗", vec!["青茶碗 set"]),
            ("青碗", vec![]),
            ("한", vec!["한글 책"]),
            ("हिन्दी", vec!["हिन्दी किताब"]),
            ("हि", vec!["हिन्दी किताब"]),
            ("ह कत", vec![]),
        ] {
            assert_eq!(shop.finds_words(words).await, expected, "{words}");
        }
    })
    .await;
}

#[actix_web::test]
async fn skus_and_what_means_something_to_a_database_are_words_like_others() {
    everywhere(async |shop| {
        shop.imports(
            "sku,title,price,description\n\
             85123A,White heart,1,\n\
             MUG-CHALK,Chalk mug,1,\n\
             MUG-CHARCOAL,Charcoal mug,1,near and not or\n\
             X.1_2,Letters <b>bold</b> & 'quoted',1,x\n",
        )
        .await;
        let mugs = vec!["Chalk mug", "Charcoal mug"];
        for (words, expected) in [
            ("85123A", vec!["White heart"]),
            ("85123", vec!["White heart"]),
            ("8", vec!["White heart"]),
            ("mug-chalk", vec!["Chalk mug"]),
            ("MUGCHALK", vec!["Chalk mug"]),
            ("chalk-mug", vec!["Chalk mug"]),
            ("MUG-CH", mugs.clone()),
            ("m", mugs.clone()),
            ("\"mug\"", mugs.clone()),
            ("mug*", mugs.clone()),
            ("mug NOT chalk", vec![]),
            ("mug NEAR", vec!["Charcoal mug"]),
            ("NEAR(mug)", vec!["Charcoal mug"]),
            ("mug AND not", vec!["Charcoal mug"]),
            ("mug OR", vec!["Charcoal mug"]),
            ("-mug", mugs.clone()),
            ("title:mug", vec![]),
            ("x.1_2", vec!["Letters <b>bold</b> & 'quoted'"]),
            ("<b>", vec!["Letters <b>bold</b> & 'quoted'"]),
            ("b' OR ''='", vec![]),
            ("mug & ! | chalk:*", vec!["Chalk mug"]),
            ("mug \\", mugs.clone()),
            ("\"", vec![]),
            ("*", vec![]),
            ("-!-", vec![]),
            ("¢mug", mugs.clone()),
            ("§1", vec!["Letters <b>bold</b> & 'quoted'"]),
            ("¦active", vec![]),
        ] {
            assert_eq!(shop.finds_words(words).await, expected, "{words}");
        }
        assert_eq!(
            shop.get(&format!("/products?query={}", encoded(&"é".repeat(201)))).await.refusal(),
            "400 bad-parameter"
        );
        assert_eq!(shop.get(&format!("/products?query={}", "a%20".repeat(100))).await.status, 200);
    })
    .await;
}

#[actix_web::test]
async fn titles_come_before_descriptions_and_the_newest_first() {
    everywhere(async |shop| {
        let mut rows = "sku,title,price,description\n".to_owned();
        for number in 0..30 {
            let (title, description) = match number % 3 {
                0 => ("Heart box", "plain"),
                1 => ("Box", "with a heart"),
                _ => ("Plain box", "nothing"),
            };
            let _ = writeln!(rows, "S{number:02},{title} {number:02},1,{description}");
        }
        shop.imports(&rows).await;
        let expected: Vec<String> = (0..30)
            .rev()
            .filter(|number| number % 3 == 0)
            .map(|number| format!("Heart box {number:02}"))
            .chain((0..30).rev().filter(|number| number % 3 == 1).map(|number| format!("Box {number:02}")))
            .collect();
        for limit in [1, 4, 10, 50] {
            assert_eq!(shop.finds("query=heart%20box", limit).await, expected, "by {limit}");
            assert_eq!(shop.finds("query=heart%20box&sort=relevance", limit).await, expected, "by {limit}");
        }
        let newest = shop.finds("query=heart&sort=newest", 7).await;
        assert_eq!(newest[..3], ["Box 28", "Heart box 27", "Box 25"]);
        assert_eq!(shop.finds("sort=relevance", 50).await, shop.finds("", 50).await);
    })
    .await;
}

pub(super) const WORDS: [&str; 8] = ["red", "blue", "reduced", "heart", "hearth", "box", "boxes", "b"];

/// Products whose words meet in every way, in categories, with drafts and archived ones among them.
fn many() -> Vec<Value> {
    let word = |number: usize, step: usize| WORDS[number * step % WORDS.len()];
    let product = |number: usize| {
        let product = mug(
            &format!("{} {} {number:03}", word(number, 3), word(number / 8, 5)),
            &format!("K{number:03}"),
            i64::try_from(number * 7919 % 11).unwrap(),
        );
        let categories: Vec<String> = (0..=number % 3).map(|shelf| format!("shelf-{}", (number + shelf) % 5)).collect();
        let status = ["active", "active", "active", "draft", "archived"][number * 7 % 5];
        let description = format!("{} {}", word(number, 7), word(number / 3, 1));
        with(product, &json!({ "categories": categories, "status": status, "description": description }))
    };
    (0..90).map(product).collect()
}

impl Shop {
    pub(super) async fn sells_many(&self) -> Vec<Value> {
        self.admin(Method::POST, "/admin/categories", &json!({ "title": "All" })).await;
        for shelf in 0..5 {
            let body = json!({ "title": format!("Shelf {shelf}"), "parent": "all" });
            self.admin(Method::POST, "/admin/categories", &body).await;
        }
        let mut products = Vec::new();
        for product in many() {
            products.push(self.sells(&product).await);
        }
        products
    }
}

/// What a search must find, said in another way than there.
pub(super) fn has_words(product: &Value, query: &str, only_title: bool) -> bool {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut texts = vec![text(&product["title"]), text(&product["variants"][0]["sku"])];
    if !only_title {
        texts.push(text(&product["description"]));
    }
    let words: Vec<String> = texts.iter().flat_map(|text| fold::words(text)).collect();
    fold::query_words(query).iter().all(|wanted| words.iter().any(|word| word.starts_with(wanted.as_str())))
}

#[actix_web::test]
async fn the_admin_finds_drafts_and_archived_products() {
    everywhere(async |shop| {
        let mut products = shop.sells_many().await;
        products.reverse();
        for query in [None, Some("red"), Some("heart"), Some("k01"), Some("hearth blue"), Some("-")] {
            for status in [None, Some("active"), Some("draft"), Some("archived")] {
                let wanted = |product: &&Value| {
                    status.is_none_or(|status| product["status"] == status)
                        && query.is_none_or(|query| query != "-" && has_words(product, query, false))
                };
                let expected: Vec<&Value> = products.iter().filter(wanted).map(|product| &product["id"]).collect();
                for limit in [3, 100] {
                    let found = shop.admin_finds(query, status, limit).await;
                    assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query:?} {status:?} by {limit}");
                }
            }
        }
        let refused = shop.admin(Method::GET, "/admin/products?status=sold", &Value::Null).await;
        assert_eq!(refused.refusal(), "400 bad-parameter");
    })
    .await;
}

impl Shop {
    /// Ids of every page of the admin's list.
    async fn admin_finds(&self, query: Option<&str>, status: Option<&str>, limit: usize) -> Vec<Value> {
        let query = query.map(|query| format!("&query={}", encoded(query))).unwrap_or_default();
        let status = status.map(|status| format!("&status={status}")).unwrap_or_default();
        let (mut ids, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/admin/products?limit={limit}{query}{status}{cursor}");
            let page = self.admin(Method::GET, &path, &Value::Null).await;
            assert_eq!(page.status, 200, "{path}: {page:?}");
            let page = page.json();
            let items = page["items"].as_array().unwrap();
            ids.extend(items.iter().map(|item| item["id"].clone()));
            let Some(next) = page["next_cursor"].as_str() else { return ids };
            assert_eq!(items.len(), limit, "only the last page may be short: {path}");
            cursor = format!("&cursor={next}");
        }
    }
}

#[actix_web::test]
async fn what_changes_is_found_as_it_is_now() {
    everywhere(async |shop| {
        let made = shop.sells(&with(mug("Red mug", "M", 100), &json!({ "description": "of clay" }))).await;
        let path = format!("/admin/products/{}", made["id"].as_str().unwrap());
        let put = async |body: Value| assert_eq!(shop.admin(Method::PUT, &path, &body).await.status, 200);
        let found = async |words: &str| shop.finds_words(words).await.len();
        assert_eq!((found("red").await, found("clay").await), (1, 1));
        put(mug("Blue mug", "M", 100)).await;
        assert_eq!((found("red").await, found("clay").await, found("blue").await), (0, 0, 1));
        put(mug("Blue mug", "M", 200)).await;
        assert_eq!(found("blue").await, 1);
        put(with(mug("Blue mug", "M", 200), &json!({ "status": "draft" }))).await;
        assert_eq!((found("blue").await, shop.admin_finds(Some("blue"), Some("draft"), 9).await.len()), (0, 1));
        put(mug("Blue mug", "M", 200)).await;
        assert_eq!((found("blue").await, shop.admin_finds(Some("blue"), Some("draft"), 9).await.len()), (1, 0));
        shop.imports("sku,title,price\nM,Green mug,3.00\n").await;
        assert_eq!((found("blue").await, found("green").await), (0, 1));
        shop.admin(Method::DELETE, &path, &Value::Null).await;
        assert_eq!((found("green").await, shop.admin_finds(Some("green"), None, 9).await.len()), (0, 1));
    })
    .await;
}

#[actix_web::test]
async fn searches_wait_for_their_turn_and_are_refused_beyond() {
    everywhere(async |shop| {
        let config = Config { search_readers: 2, searches_waiting: 1, ..Config::for_testing() };
        let busy = Shop::with_config(shop.db.clone(), config);
        busy.sells(&mug("Mug", "M", 1)).await;
        let first = busy.catalog.searches().turn().await.unwrap();
        let second = busy.catalog.searches().turn().await.unwrap();
        let third = busy.catalog.searches().turn();
        let refused = async {
            tokio::task::yield_now().await;
            let refused = busy.get("/products?query=mug").await;
            assert_eq!(
                (refused.refusal().as_str(), refused.header("retry-after").is_empty()),
                ("429 search-busy", false)
            );
            assert_eq!(busy.get("/products").await.status, 200, "a list without a search does not wait");
            drop(first);
        };
        let (third, ()) = tokio::join!(third, refused);
        drop((second, third.unwrap()));
        assert_eq!(busy.get("/products?query=mug").await.status, 200);
    })
    .await;
}
