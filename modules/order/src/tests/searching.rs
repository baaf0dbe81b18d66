//! Orders are found by what people know of them.

use serde_json::Value;

use crate::{
    domain::promise::PromiseStatus,
    persistence::{query::Filter, select},
};

use super::{
    buyer::{buy, get, post, purchase},
    shop::{Shop, everywhere},
};

async fn found(shop: &Shop, query: &str) -> Vec<String> {
    let mut numbers: Vec<Vec<String>> = Vec::new();
    for list in ["/orders", "/admin/orders"] {
        let page = get(&format!("{list}?{query}")).admin().to(shop).await.expect(200).json();
        let number = |order: &Value| order["number"].as_str().unwrap().to_owned();
        numbers.push(page["items"].as_array().unwrap().iter().map(number).collect());
    }
    assert_eq!(numbers[0], numbers[1], "{query}");
    numbers.remove(0)
}

async fn buys(shop: &Shop, key: &str, email: &str, sku: &str) {
    let mut body = purchase(&[(sku, 1)], "tok_approve");
    body["email"] = email.into();
    post("/orders", &body).key(key).to(shop).await.expect(201);
}

#[actix_web::test]
async fn an_order_is_found_by_its_number() {
    everywhere(async |shop| {
        let reply = buy(&shop, "a", &[("CUP", 1)], "tok_approve").await.expect(201);
        let other = buy(&shop, "b", &[("CUP", 1)], "tok_approve").await.expect(201);
        assert_eq!(found(&shop, "number=1000001").await, ["1000001"]);
        assert_eq!(found(&shop, "number=1000009").await, [""; 0]);
        assert_eq!(found(&shop, "number=1").await, [""; 0]);
        let read = get("/orders/1000001").admin().to(&shop).await.expect(200);
        assert_eq!(read.order(), reply.order());
        get("/orders/1000001").token(&reply.token()).to(&shop).await.expect(200);
        get("/orders/1000001/timeline").token(&reply.token()).to(&shop).await.expect(200);
        for path in ["/orders/1000001", "/orders/1000001/timeline"] {
            assert_eq!(get(path).token(&other.token()).to(&shop).await.code(), (404, "not-found".to_owned()));
            assert_eq!(get(path).to(&shop).await.status, 404);
        }
        for path in ["/orders/1000009", "/orders/1", "/orders/-1", "/orders/99999999999999999999", "/orders/abc"] {
            assert_eq!(get(path).admin().to(&shop).await.code(), (404, "not-found".to_owned()), "{path}");
        }
        shop.close().await;
    })
    .await;
}

#[actix_web::test]
async fn an_order_is_found_by_what_people_know_of_it() {
    everywhere(async |shop| {
        buys(&shop, "a", "Ada@Example.com", "CUP").await;
        buys(&shop, "b", "JOSÉ@exämple.de", "POT").await;
        buys(&shop, "c", "Straße@example.com", "CUP").await;
        for (query, expected) in [
            ("email=ada@EXAMPLE.com", &["1000001"][..]),
            ("email=jos%C3%A9@EX%C3%84MPLE.DE", &["1000002"]),
            // Decomposed, and with the host as DNS has it.
            ("email=jose%CC%81@xn--exmple-cua.de", &["1000002"]),
            ("email=STRASSE@example.com", &["1000003"]),
            ("email=ada", &[]),
            ("sku=CUP", &["1000003", "1000001"]),
            ("sku=cup", &[]),
            ("sku=CUP&email=ada@example.com&status=confirmed", &["1000001"]),
            ("from=2020-01-01&to=2100-01-01", &["1000003", "1000002", "1000001"]),
            ("from=2100-01-01", &[]),
            ("to=2020-01-01T00:00:00Z", &[]),
            ("refund=refused", &[]),
        ] {
            assert_eq!(found(&shop, query).await, expected, "{query}");
        }
        let today = shop.db.seams().now().to_rfc3339()[..10].to_owned();
        assert_eq!(found(&shop, &format!("from={today}&to={today}&limit=1")).await, ["1000003"]);
        for bad in [
            "number=",
            "number=x",
            "number=-1",
            "email=",
            "email=%20",
            "email=a%00b",
            "sku=",
            "sku=sl%2Fash",
            "status=",
            "status=lost",
            "from=",
            "from=yesterday",
            "to=2026-13-01",
            "to=2026-11-27T10:00",
            "refund=maybe",
            "limit=",
            "cursor=",
            "name=ada",
        ] {
            for list in ["/orders", "/admin/orders"] {
                assert_eq!(get(&format!("{list}?{bad}")).admin().to(&shop).await.status, 400, "{list}?{bad}");
            }
        }
        assert_eq!(get("/admin/orders").to(&shop).await.status, 401);
        shop.close().await;
    })
    .await;
}

/// SQLite says how it would look; Postgres reads a small table whole, whatever indexes there are.
#[actix_web::test]
async fn a_search_uses_an_index() {
    everywhere(async |shop| {
        if shop.db.dialect() == kernel_db::Dialect::Sqlite {
            let now = shop.db.seams().now();
            for (filter, index) in [
                (Filter { email: Some("ada@example.com".to_owned()), ..Filter::default() }, "orders_email_folded"),
                (Filter { sku: Some("CUP".parse().unwrap()), ..Filter::default() }, "order_sku"),
                (Filter { number: Some(1), ..Filter::default() }, "INTEGER PRIMARY KEY"),
                (
                    Filter { refund: Some(PromiseStatus::Refused), from: Some(now), ..Filter::default() },
                    "order_refund_status",
                ),
            ] {
                let (sql, values) = filter.condition();
                let plan = select(shop.db.reader(), &format!("EXPLAIN QUERY PLAN {sql}"), values).await.unwrap();
                let plan: Vec<String> = plan.iter().map(|row| row.try_get_by_index(3).unwrap()).collect();
                assert!(plan.iter().any(|step| step.contains(index)), "{filter:?}: {plan:#?}");
            }
        }
        shop.close().await;
    })
    .await;
}
