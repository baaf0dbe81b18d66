//! Both sides of a written row: its cells, and what reads them.

use kernel::{DateTime, OrderId, Sku, Utc};
use sea_orm::Value;
use uuid::Uuid;

use super::{Json, ids, texts};
use crate::Rows;

#[derive(Rows)]
struct Row<'a> {
    #[rows(key)]
    id: OrderId,
    at: DateTime<Utc>,
    r#type: &'a str,
    units: Option<i64>,
    is_open: bool,
    sku: Option<&'a Sku>,
    lines: Json<&'a [u8]>,
    shortage: Option<Json<Vec<u8>>>,
}

fn text(value: Value) -> String {
    value.unwrap()
}

#[test]
fn a_row_names_its_columns() {
    assert_eq!(Row::columns(), "id, at, type, units, is_open, sku, lines, shortage");
    assert_eq!(
        Row::table("given"),
        "(SELECT {id}(value ->> 0) AS id, {time}(value ->> 1) AS at, value ->> 2 AS type, \
         CAST(value ->> 3 AS bigint) AS units, CAST(value ->> 4 AS bigint) AS is_open, value ->> 5 AS sku, \
         value -> 6 AS lines, NULLIF(value -> 7, 'null') AS shortage FROM {rows}) AS given"
    );
    assert_eq!(
        Row::set("given"),
        "at = given.at, type = given.type, units = given.units, is_open = given.is_open, sku = given.sku, \
         lines = given.lines, shortage = given.shortage"
    );
    assert!(
        Row::insert("claim")
            .starts_with("INSERT INTO claim (id, at, type, units, is_open, sku, lines, shortage) SELECT {id}(")
    );
    assert!(Row::with("given").starts_with("WITH given AS MATERIALIZED (SELECT {id}("));
}

#[test]
fn its_cells_are_written_in_the_same_order() {
    let sku = Sku::parse("A \"1\"".replace('"', "-").as_str()).unwrap();
    let mut row = Row {
        id: OrderId::new(Uuid::from_u128(1)),
        at: DateTime::<Utc>::from_timestamp(0, 5_000_000).unwrap(),
        r#type: "q\"?",
        units: None,
        is_open: true,
        sku: Some(&sku),
        lines: Json(&[1, 2]),
        shortage: None,
    };
    let one = text(Row::bind([&row]));
    assert_eq!(
        one,
        r#"[["00000000000000000000000000000001","1970-01-01T00:00:00.005+00:00","q\"?",null,1,"A -1-",[1,2],null]]"#
    );
    row.units = Some(-3);
    row.shortage = Some(Json(vec![7]));
    let two = text(Row::bind([&row, &row]));
    assert_eq!(two.matches("-3,1,\"A -1-\",[1,2],[7]]").count(), 2, "{two}");
    assert!(serde_json::from_str::<serde_json::Value>(&two).is_ok(), "{two}");
    assert_eq!(text(Row::bind::<Row<'_>>([])), "[]");
}

#[test]
fn ids_and_texts_are_rows_of_one_cell() {
    assert_eq!(text(ids([Uuid::from_u128(2)])), r#"[["00000000000000000000000000000002"]]"#);
    assert_eq!(text(texts(["a", "b"])), r#"[["a"],["b"]]"#);
    assert_eq!(text(texts(Vec::<String>::new())), "[]");
}

/// A map with keys that are no text cannot be JSON.
#[test]
fn a_row_that_cannot_be_written_is_no_row() {
    #[derive(Rows)]
    struct Odd {
        map: Json<std::collections::BTreeMap<(u8, u8), u8>>,
    }
    assert_eq!(text(Odd::bind([Odd { map: Json([((1, 2), 3)].into()) }])), "");
}
