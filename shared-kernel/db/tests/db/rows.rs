//! Rows that a struct names are written, changed and read back on both databases.

use std::borrow::Cow;

use kernel::{DateTime, OrderId, Utc};
use kernel_db::{Rows, Sql, Write, rows};
use sea_orm::{FromJsonQueryResult, FromQueryResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::harness::{databases, together};

const TABLES: &str = "CREATE TABLE thing (id @id PRIMARY KEY, at @time, type @text NOT NULL, units @int, is_open @int NOT NULL, \
     lines @json NOT NULL, shortage @json) @strict;";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, FromJsonQueryResult)]
struct Lines(Vec<(String, i64)>);

#[derive(Rows)]
struct Written<'a> {
    #[rows(key)]
    id: OrderId,
    at: Option<DateTime<Utc>>,
    r#type: Cow<'a, str>,
    units: Option<i64>,
    is_open: bool,
    lines: rows::Json<Lines>,
    shortage: Option<rows::Json<Vec<u8>>>,
}

#[derive(Debug, PartialEq, FromQueryResult)]
struct Thing {
    id: Uuid,
    at: Option<DateTime<Utc>>,
    r#type: String,
    units: Option<i64>,
    is_open: i64,
    lines: Lines,
    shortage: Option<serde_json::Value>,
}

static INSERT: Sql = Sql::new("clock.insert", || Written::insert("thing"));
static UPSERT: Sql = Sql::new("clock.upsert", || {
    format!("{} ON CONFLICT (id) DO UPDATE SET {}", Written::insert("thing"), Written::set("excluded"))
});
static CHANGE: Sql = Sql::new("clock.change", || {
    format!(
        "{} UPDATE thing SET {} FROM changed WHERE thing.id = changed.id",
        Written::with("changed"),
        Written::set("changed")
    )
});
static OF_IDS: Sql =
    Sql::new("clock.of-ids", || format!("SELECT {} FROM thing WHERE id IN {{ids}} ORDER BY id", Written::columns()));
static OF_TYPES: Sql = Sql::new("clock.of-types", || {
    format!("SELECT {} FROM thing WHERE at = ? AND type IN {{texts}} ORDER BY id", Written::columns())
});

fn written(id: OrderId, at: DateTime<Utc>) -> Written<'static> {
    Written {
        id,
        at: Some(at),
        r#type: "odd \"?\" {rows} 'x'".into(),
        units: None,
        is_open: true,
        lines: rows::Json(Lines(vec![("a".to_owned(), 1)])),
        shortage: None,
    }
}

fn read(written: &Written<'_>) -> Thing {
    Thing {
        id: written.id.uuid(),
        at: written.at,
        r#type: written.r#type.clone().into_owned(),
        units: written.units,
        is_open: i64::from(written.is_open),
        lines: written.lines.0.clone(),
        shortage: written.shortage.as_ref().map(|shortage| serde_json::json!(shortage.0)),
    }
}

#[tokio::test]
async fn what_is_written_by_name_is_read_by_name() {
    let turn = together().await;
    for fresh in databases(&turn, TABLES).await {
        let (db, at) = (&fresh.db, DateTime::<Utc>::from_timestamp(1_700_000_000, 5_000_000).unwrap());
        let id = |n: u128| OrderId::new(Uuid::from_u128(n));
        let (mut one, mut two) = (written(id(1), at), written(id(2), at));
        let insert = Written::bind([&one, &two]);
        let done = db.transact(|tx| {
            let insert = insert.clone();
            async move { tx.run(&INSERT, [insert]).await }
        });
        assert_eq!(done.await.unwrap(), 2);
        let both = rows::ids([id(1), id(2), id(3)]);
        assert_eq!(db.all::<Thing>(&OF_IDS, [both.clone()]).await.unwrap(), [read(&one), read(&two)]);

        one.units = Some(-4);
        one.shortage = Some(rows::Json(vec![1]));
        two.at = None;
        two.is_open = false;
        two.r#type = "even".into();
        let three = written(id(3), at);
        let (change, upsert) = (Written::bind([&one]), Written::bind([&two, &three]));
        db.transact(|tx| {
            let (change, upsert) = (change.clone(), upsert.clone());
            async move { tx.run_all(vec![Write::new(&CHANGE, [change]), Write::new(&UPSERT, [upsert])]).await }
        })
        .await
        .unwrap();
        let all = db.all::<Thing>(&OF_IDS, [both]).await.unwrap();
        assert_eq!(all, [read(&one), read(&two), read(&three)], "on {}", db.dialect().name());

        // A bound time is the same text as a written one.
        let odd = rows::texts([&one.r#type]);
        let found = db.all::<Thing>(&OF_TYPES, [at.into(), odd.clone()]).await.unwrap();
        assert_eq!(found, [read(&one), read(&three)]);
        let first = db.transact(|tx| {
            let odd = odd.clone();
            async move { tx.one::<Thing>(&OF_TYPES, [at.into(), odd]).await }
        });
        assert_eq!(first.await.unwrap(), Some(read(&one)));
        db.close().await.unwrap();
    }
}
