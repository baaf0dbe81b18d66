//! Queries and paths.

use actix_web::{test::TestRequest, web};
use kernel::{Cursor, OrderId, Sku};
use serde::Deserialize;

use super::{Reply, ask};
use crate::{ApiResult, Json, PageQuery, Path, Query, page_cursor, page_limit};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    category: String,
    below: Option<i64>,
    cursor: Option<String>,
    limit: Option<u16>,
}

async fn list(Query(query): Query<ListQuery>) -> ApiResult<Json<(String, Option<i64>, usize, Option<i64>)>> {
    let after = page_cursor(query.cursor.as_deref())?;
    Ok(Json((query.category, query.below, page_limit(query.limit)?.rows(), after)))
}

async fn page(Query(page): Query<PageQuery>) -> ApiResult<Json<(usize, Option<i64>)>> {
    Ok(Json((page.limit()?.rows(), page.cursor()?)))
}

async fn get(uri: &str) -> Reply {
    ask(TestRequest::with_uri(uri), |config| {
        config
            .route("/list", web::get().to(list))
            .route("/page", web::get().to(page))
            .route("/orders/{id}", web::get().to(async |Path((id,)): Path<(OrderId,)>| Json(id)))
            .route("/stock/{sku}/{order}", web::get().to(async |path: Path<(Sku, OrderId)>| Json(path.into_inner())));
    })
    .await
}

#[actix_web::test]
async fn a_bad_query_is_a_400_that_names_the_parameter() {
    for (uri, code, parameter) in [
        ("/list?category=a&x=1", "unknown-parameter", "x"),
        ("/list", "missing-parameter", "category"),
        ("/list?category=a&below=cheap", "bad-parameter", "below"),
        ("/list?category=a&category=b", "bad-parameter", "category"),
        ("/list?category=a&limit=0", "bad-parameter", "limit"),
        ("/list?category=a&limit=101", "bad-parameter", "limit"),
        ("/list?category=a&limit=70000", "bad-parameter", "limit"),
        ("/list?category=a&limit=-1", "bad-parameter", "limit"),
        ("/list?category=a&limit=", "bad-parameter", "limit"),
        ("/list?category=a&cursor=made-up", "bad-parameter", "cursor"),
        ("/page?offset=3", "unknown-parameter", "offset"),
        ("/page?cursor=00", "bad-parameter", "cursor"),
    ] {
        let reply = get(uri).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, code), "{uri}: {}", reply.json());
        assert_eq!(reply.json()["parameter"], parameter, "{uri}");
        assert!(reply.json()["detail"].as_str().unwrap().contains(parameter), "{uri}");
    }
}

#[actix_web::test]
async fn a_good_query_is_read() {
    let cursor = Cursor::encode(&7_i64);
    assert_eq!(get("/list?category=a%20b&below=5").await.body, br#"["a b",5,20,null]"#);
    assert_eq!(get(&format!("/list?category=&limit=100&cursor={cursor}")).await.body, br#"["",null,100,7]"#);
    assert_eq!(get("/page").await.body, b"[20,null]");
    assert_eq!(get(&format!("/page?limit=1&cursor={cursor}")).await.body, b"[1,7]");
}

#[actix_web::test]
async fn what_cannot_be_an_id_is_not_there() {
    let id = "018f3a5e-0000-7000-8000-000000000000";
    for (path, status) in [
        (format!("/orders/{id}"), 200),
        ("/orders/7".to_owned(), 404),
        ("/orders/018f3a5e".to_owned(), 404),
        (format!("/stock/CUP%20blue/{id}"), 200),
        (format!("/stock/CUP%2Fblue/{id}"), 404),
        (format!("/stock/CUP/{id}x"), 404),
    ] {
        let reply = get(&path).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.json());
        assert!(status == 200 || reply.code() == "not-found");
    }
}
