//! What the admin sees.

use serde_json::Value;

use super::{
    buyer::{buy, get, post, purchase},
    shop::{Shop, everywhere},
};

async fn numbers(shop: &Shop, query: &str) -> (Vec<String>, Option<String>) {
    let page = get(&format!("/orders?{query}")).admin().to(shop).await.expect(200).json();
    let number = |order: &Value| order["number"].as_str().unwrap().to_owned();
    let cursor = page["next_cursor"].as_str().map(str::to_owned);
    (page["items"].as_array().unwrap().iter().map(number).collect(), cursor)
}

#[actix_web::test]
async fn orders_are_listed_newest_first() {
    everywhere(async |shop| {
        for (number, token) in [(1, "tok_approve"), (2, "tok_decline"), (3, "tok_approve"), (4, "tok_decline")] {
            let mut body = purchase(&[("CUP", number), ("POT", 1)], token);
            body["email"] = ["Ada@example.com", "bob@example.com"][usize::from(number == 3)].into();
            post("/orders", &body).key(&format!("k{number}")).to(&shop).await;
        }
        let all = ["1000004", "1000003", "1000002", "1000001"];
        assert_eq!(numbers(&shop, "").await, (all.map(str::to_owned).to_vec(), None));
        let (first, cursor) = numbers(&shop, "limit=3").await;
        assert_eq!(first, all[..3]);
        assert_eq!(numbers(&shop, &format!("limit=3&cursor={}", cursor.unwrap())).await.0, all[3..]);
        for (query, expected) in [
            ("status=confirmed", &["1000003", "1000001"][..]),
            ("status=rejected&limit=1", &["1000004"]),
            ("status=placed", &[]),
            ("email=ada@EXAMPLE.com", &["1000004", "1000002", "1000001"]),
            ("email=bob@example.com&status=confirmed", &["1000003"]),
        ] {
            assert_eq!(numbers(&shop, query).await.0, expected, "{query}");
        }
        let page = get("/orders?limit=2").admin().to(&shop).await.expect(200).json();
        assert_eq!(
            (&page["items"][0]["lines"][0]["quantity"], &page["items"][1]["lines"][1]["sku"]),
            (&4.into(), &"POT".into())
        );
        for (query, status) in [("status=lost", 400), ("limit=0", 400), ("cursor=zz", 400), ("sort=x", 400)] {
            assert_eq!(get(&format!("/orders?{query}")).admin().to(&shop).await.status, status, "{query}");
        }
        assert_eq!(get("/orders").to(&shop).await.status, 401);
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn summaries_of_payments_come_by_id() {
    everywhere(async |shop| {
        for key in ["a", "b", "c"] {
            buy(&shop, key, &[("CUP", 1)], "tok_approve").await.expect(201);
        }
        let first = shop.module.payments_after(None, 2).await.unwrap();
        let rest = shop.module.payments_after(first.last().map(|summary| summary.order), 2).await.unwrap();
        assert_eq!((first.len(), rest.len()), (2, 1));
        assert!(first[0].order < first[1].order && first[1].order < rest[0].order);
        assert_eq!((rest[0].authorized, rest[0].captured, rest[0].refunded), (255, 255, 0));
        shop.close().await;
    })
    .await;
}
