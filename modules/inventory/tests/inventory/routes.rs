//! The routes, as a client sees them.

use std::sync::Arc;

use actix_web::{
    App, HttpResponse,
    http::{Method, header},
    test::{TestRequest, init_service, try_call_service},
};
use futures_util::future::join_all;
use inventory_contract::{InventoryEvent, StockAdjusted};
use kernel::clock::SystemIds;
use kernel_module::Module;
use kernel_web::{AdminKey, BodyLimit, Boundary, Guard, MethodTable};
use secrecy::SecretString;
use serde_json::{Value, json};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    events::{cancel, fulfil},
    house::{House, buyer, sku},
    on_both,
};

const KEY: &str = "the-admin-key";

struct Reply {
    status: u16,
    headers: header::HeaderMap,
    body: Value,
}

async fn ask(house: &House, request: TestRequest) -> Reply {
    let boundary = Boundary {
        ids: Arc::new(SystemIds),
        admin_key: AdminKey::new(&SecretString::from(KEY)),
        body_limit: BodyLimit::default(),
        methods: MethodTable::default(),
    };
    let app = App::new()
        .configure(|config| boundary.configure(config))
        .configure(|config| house.inventory.routes(&mut ServiceConfig::new(config)))
        .wrap(Guard);
    let app = init_service(app).await;
    let response: HttpResponse = match try_call_service(&app, request.to_request()).await {
        Ok(response) => response.into_parts().1.map_into_boxed_body(),
        Err(error) => error.error_response(),
    };
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = actix_web::body::to_bytes(response.into_body()).await.unwrap();
    Reply { status, headers, body: serde_json::from_slice(&body).unwrap_or_default() }
}

fn admin(method: Method, uri: &str) -> TestRequest {
    TestRequest::with_uri(uri).method(method).insert_header((header::AUTHORIZATION, format!("Bearer {KEY}")))
}

async fn get(house: &House, uri: &str) -> Value {
    let reply = ask(house, admin(Method::GET, uri)).await;
    assert_eq!(reply.status, 200, "{uri}: {}", reply.body);
    reply.body
}

/// Status and body.
pub(crate) async fn adjust(house: &House, name: &str, body: Value) -> (u16, Value) {
    let uri = format!("/admin/stock/{name}/adjustments");
    let reply = ask(house, admin(Method::POST, &uri).set_json(body)).await;
    (reply.status, reply.body)
}

on_both! {
    async fn everyone_may_see_what_can_be_sold(house: House) {
        let house = house.stocked(&[("CUP", 10), ("two words", 1)]).await;
        house.hold(house.new_order(), &[("CUP", 4)]).await.unwrap();
        let reply = ask(&house, TestRequest::get().uri("/stock/CUP")).await;
        assert_eq!((reply.status, reply.body), (200, json!({"sku": "CUP", "available": 6})));
        let reply = ask(&house, TestRequest::get().uri("/stock/two%20words")).await;
        assert_eq!((reply.status, reply.body), (200, json!({"sku": "two words", "available": 1})));
        for (uri, code) in [("/stock/JUG", "unknown-sku"), ("/stock/%20bad", "not-found")] {
            let reply = ask(&house, TestRequest::get().uri(uri)).await;
            assert_eq!((reply.status, &reply.body["code"]), (404, &json!(code)), "{uri}");
        }
    }

    async fn only_the_admin_sees_the_rest(house: House) {
        let house = house.stocked(&[("CUP", 10)]).await;
        for (method, uri) in [
            (Method::GET, "/admin/stock"),
            (Method::GET, "/admin/stock/CUP"),
            (Method::PUT, "/admin/stock/CUP"),
            (Method::POST, "/admin/stock/CUP/adjustments"),
            (Method::GET, "/admin/stock/CUP/ledger"),
            (Method::GET, "/admin/holds"),
        ] {
            let request = || TestRequest::with_uri(uri).method(method.clone());
            assert_eq!(ask(&house, request()).await.status, 401, "{method} {uri}");
            let wrong = request().insert_header((header::AUTHORIZATION, "Bearer wrong"));
            assert_eq!(ask(&house, wrong).await.status, 401, "{method} {uri}");
        }
        assert_eq!(house.level("CUP").await, "10/0/0/10");
    }

    async fn stock_is_listed_in_pages(house: House) {
        let house = house.stocked(&[("A", 1), ("B", 20), ("C", 3), ("D", 4), ("E", 50)]).await;
        let level = |sku: &str, units: i64| {
            json!({"sku": sku, "on_hand": units, "held": 0, "committed": 0, "available": units, "low_stock_threshold": 5})
        };
        let page = get(&house, "/admin/stock?limit=2&below=5").await;
        assert_eq!(page["items"], json!([level("A", 1), level("C", 3)]));
        let cursor = page["next_cursor"].as_str().unwrap();
        let page = get(&house, &format!("/admin/stock?limit=2&below=5&cursor={cursor}")).await;
        assert_eq!(page, json!({"items": [level("D", 4)], "next_cursor": null}));
        assert_eq!(get(&house, "/admin/stock").await["items"].as_array().unwrap().len(), 5);
        for uri in ["/admin/stock?limit=0", "/admin/stock?cursor=zz", "/admin/stock?below=x", "/admin/stock?colour=red"] {
            assert_eq!(ask(&house, admin(Method::GET, uri)).await.status, 400, "{uri}");
        }
    }

    async fn an_adjustment_is_kept_with_its_reason_and_told(house: House) {
        // Only the shop writes here, and a parcel's number may look like a card's.
        const COUNT: &str = "parcel 4111111111111111";
        let house = house.stocked(&[("CUP", 10)]).await;
        house.hold(house.new_order(), &[("CUP", 4)]).await.unwrap();
        let (status, level) = adjust(&house, "CUP", json!({"delta": -3, "reason": "damaged"})).await;
        assert_eq!((status, &level["on_hand"], &level["available"]), (200, &json!(7), &json!(3)));
        let (status, level) = adjust(&house, "CUP", json!({"set_on_hand": 50, "reason": COUNT})).await;
        assert_eq!((status, &level["on_hand"], &level["available"]), (200, &json!(50), &json!(46)));
        assert_eq!(house.level("CUP").await, "50/4/0/46");

        let told = |delta, on_hand, reason: &str| {
            InventoryEvent::from(StockAdjusted { sku: sku("CUP"), delta, on_hand, reason: reason.to_owned() })
        };
        let mut published = house.published().await;
        assert!(matches!(published.remove(1), InventoryEvent::Low(low) if low.available == 3));
        assert_eq!(published, [told(-3, 7, "damaged"), told(43, 50, COUNT)]);
        house.prove().await;
    }

    async fn an_adjustment_that_breaks_a_rule_changes_nothing(house: House) {
        let house = house.stocked(&[("CUP", 20)]).await;
        let order = house.new_order();
        house.hold(order, &[("CUP", 4)]).await.unwrap();
        house.stock().commit(&buyer(), order).await.unwrap();
        house.hold(house.new_order(), &[("CUP", 3)]).await.unwrap();
        for (name, body, status, code) in [
            ("CUP", json!({"delta": -14, "reason": "x"}), 409, "stock-claimed"),
            ("CUP", json!({"set_on_hand": 6, "reason": "x"}), 409, "stock-claimed"),
            ("JUG", json!({"delta": 1, "reason": "x"}), 404, "unknown-sku"),
            ("CUP", json!({"delta": 0, "reason": "x"}), 422, "invalid-value"),
            ("CUP", json!({"reason": "x"}), 422, "invalid-value"),
            ("CUP", json!({"delta": 1, "set_on_hand": 1, "reason": "x"}), 422, "invalid-value"),
            ("CUP", json!({"set_on_hand": -1, "reason": "x"}), 422, "invalid-value"),
            ("CUP", json!({"delta": 9_223_372_036_854_775_808_u64, "reason": "x"}), 422, "out-of-range"),
            ("CUP", json!({"delta": i64::MAX, "reason": "x"}), 422, "invalid-value"),
            ("CUP", json!({"delta": 1}), 422, "missing-field"),
            ("CUP", json!({"delta": 1, "reason": ""}), 422, "invalid-value"),
            ("CUP", json!({"delta": 1, "reason": "x".repeat(201)}), 422, "invalid-value"),
            ("CUP", json!({"delta": 1, "reason": "  \u{200b}"}), 422, "invalid-value"),
            ("CUP", json!({"delta": 1, "reason": "a\u{0}b"}), 422, "invalid-value"),
            ("CUP", json!({"delta": 1, "reason": "a\u{202e}b"}), 422, "invalid-value"),
            ("CUP", json!({"delta": 1, "reason": "x", "actor": "me"}), 422, "unknown-field"),
        ] {
            let (answered, problem) = adjust(&house, name, body.clone()).await;
            assert_eq!((answered, &problem["code"]), (status, &json!(code)), "{body}");
        }
        assert_eq!(house.level("CUP").await, "20/3/4/13");
        assert_eq!(house.published().await, []);
        house.prove().await;
    }

    async fn an_adjustment_with_a_key_is_made_once(house: House) {
        let house = house.stocked(&[("CUP", 10)]).await;
        let send = |delta: i64| {
            admin(Method::POST, "/admin/stock/CUP/adjustments")
                .insert_header(("Idempotency-Key", "one"))
                .set_json(json!({"delta": delta, "reason": "found"}))
        };
        let first = ask(&house, send(5)).await;
        let again = ask(&house, send(5)).await;
        assert_eq!((first.status, &first.body), (200, &again.body));
        assert_eq!(again.headers.get("idempotency-replayed").unwrap(), "true");
        let other = ask(&house, send(6)).await;
        assert_eq!((other.status, &other.body["code"]), (422, &json!("idempotency-key-reused")));
        assert_eq!(house.level("CUP").await, "15/0/0/15");
        house.prove().await;
    }

    async fn the_ledger_shows_every_movement(house: House) {
        let house = house.stocked(&[("CUP", 10)]).await;
        let order = house.new_order();
        house.hold(order, &[("CUP", 4)]).await.unwrap();
        house.stock().commit(&buyer(), order).await.unwrap();
        adjust(&house, "CUP", json!({"delta": 2, "reason": "found"})).await;
        house.order.publish(&fulfil(&house, order, &[("CUP", 1)]));
        house.order.publish(&cancel(&house, order));
        house.settle().await;

        let shown = |page: &Value| -> Vec<String> {
            let row = |row: &Value| {
                let delta = ["on_hand", "held", "committed"].map(|count| row[format!("delta_{count}")].to_string());
                format!("{} {} {} {}", row["kind"], delta.join("/"), row["actor"], row["reason"]).replace('"', "")
            };
            page["items"].as_array().unwrap().iter().map(row).collect()
        };
        let page = get(&house, "/admin/stock/CUP/ledger?limit=5").await;
        assert_eq!(
            shown(&page),
            [
                "release 0/0/-3 guest changed my mind",
                "fulfil -1/0/-1 system:order null",
                "adjust 2/0/0 admin found",
                "commit 0/-4/4 system:order null",
                "hold 0/4/0 system:order null"
            ]
        );
        assert_eq!(page["items"][3]["order"], json!(order));
        let cursor = page["next_cursor"].as_str().unwrap();
        let page = get(&house, &format!("/admin/stock/CUP/ledger?cursor={cursor}")).await;
        assert_eq!(shown(&page), ["opening 10/0/0 system:catalog null"]);
        assert_eq!(page["next_cursor"], Value::Null);
        assert_eq!(ask(&house, admin(Method::GET, "/admin/stock/JUG/ledger")).await.status, 404);
    }

    /// Many movements are of one moment. Page by page, each is shown once.
    async fn the_ledger_is_read_page_by_page(house: House) {
        let house = house.stocked(&[("CUP", 100)]).await;
        let orders: Vec<_> = (0..12).map(|_| house.new_order()).collect();
        join_all(orders.iter().map(|order| house.hold(*order, &[("CUP", 2)]))).await;
        let (stock, cx) = (house.stock(), buyer());
        join_all(orders[..9].iter().map(|order| stock.commit(&cx, *order))).await;
        join_all(orders[..3].iter().map(|order| stock.release(&cx, *order))).await;
        for units in 1..4 {
            adjust(&house, "CUP", json!({"delta": units, "reason": "found"})).await;
        }
        let whole = get(&house, "/admin/stock/CUP/ledger?limit=100").await;
        let whole = whole["items"].as_array().unwrap();
        assert_eq!(whole.len(), 1 + 12 + 9 + 3 + 3);
        let on_hand: i64 = whole.iter().map(|movement| movement["delta_on_hand"].as_i64().unwrap()).sum();
        let committed: i64 = whole.iter().map(|movement| movement["delta_committed"].as_i64().unwrap()).sum();
        assert_eq!((on_hand, committed), (106, 12));
        for limit in [1, 2, 3, 7] {
            let (mut read, mut cursor) = (Vec::new(), String::new());
            for _ in 0..=whole.len() {
                let page = get(&house, &format!("/admin/stock/CUP/ledger?limit={limit}{cursor}")).await;
                let items = page["items"].as_array().unwrap();
                assert!(items.len() <= limit, "{limit}: {}", items.len());
                read.extend(items.clone());
                let Some(next) = page["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            let ids = |movements: &[Value]| movements.iter().map(|movement| movement["id"].to_string()).collect::<Vec<_>>();
            assert_eq!(ids(&read), ids(whole), "{limit} a page");
        }
        house.prove().await;
    }

    async fn holds_are_found_by_order(house: House) {
        let house = house.stocked(&[("CUP", 10)]).await;
        let (ada, ben) = (house.new_order(), house.new_order());
        let held = house.hold(ada, &[("CUP", 4)]).await.unwrap();
        house.hold(ben, &[("CUP", 7)]).await.unwrap_err();
        let found = get(&house, &format!("/admin/holds?order={ada}")).await;
        let created_at = found["items"][0]["created_at"].clone();
        assert!(created_at.as_str().unwrap().starts_with("2026-11-21T12:00:00"), "{created_at}");
        let line = json!({"sku": "CUP", "quantity": 4, "outstanding": 4});
        let expected = json!({
            "order": ada, "status": "held", "until": held.until, "created_at": created_at,
            "lines": [line], "shortage": [],
        });
        assert_eq!(found, json!({"items": [expected], "next_cursor": null}));

        let page = get(&house, "/admin/holds?limit=1").await;
        assert_eq!((&page["items"][0]["order"], &page["items"][0]["status"]), (&json!(ben), &json!("refused")));
        assert_eq!(page["items"][0]["shortage"], json!([{"sku": "CUP", "requested": 7, "available": 6}]));
        let cursor = page["next_cursor"].as_str().unwrap();
        let page = get(&house, &format!("/admin/holds?limit=1&cursor={cursor}")).await;
        assert_eq!((&page["items"][0]["order"], &page["next_cursor"]), (&json!(ada), &Value::Null));
        let nobody = get(&house, &format!("/admin/holds?order={}", house.new_order())).await;
        assert_eq!(nobody["items"], json!([]));
    }

    async fn a_threshold_is_set_with_the_tag_that_was_read(house: House) {
        let house = house.stocked(&[("CUP", 10)]).await;
        let read = ask(&house, admin(Method::GET, "/admin/stock/CUP")).await;
        let tag = read.headers.get(header::ETAG).unwrap().clone();
        let put = |tag: header::HeaderValue, threshold: i64| {
            admin(Method::PUT, "/admin/stock/CUP")
                .insert_header((header::IF_MATCH, tag))
                .set_json(json!({"low_stock_threshold": threshold}))
        };
        let done = ask(&house, put(tag.clone(), 9)).await;
        assert_eq!((done.status, &done.body["low_stock_threshold"]), (200, &json!(9)));
        assert_eq!(ask(&house, put(tag, 3)).await.status, 412);
        let untagged = admin(Method::PUT, "/admin/stock/CUP").set_json(json!({"low_stock_threshold": 3}));
        assert_eq!(ask(&house, untagged).await.status, 400);

        house.hold(house.new_order(), &[("CUP", 2)]).await.unwrap();
        assert!(matches!(&house.published().await[..], [InventoryEvent::Low(low)] if low.threshold == 9));
    }
}
