//! A store whose tables an earlier version made is brought up to date, and goes on.

use kernel::Seams;
use kernel_db::{Bus, Db, Dialect, Durability, Feed as _, LocalFeed, Place, Target, ddl};
use sea_orm::ConnectionTrait as _;

use super::migrate;
use crate::wiring;

async fn open(module: &'static str, target: &Target) -> Db {
    Db::open(module, target, Durability::Full, Bus::default(), Seams::system()).await.unwrap()
}

#[tokio::test]
async fn what_is_there_is_not_made_again() {
    let folder = tempfile::tempdir().unwrap();
    for module in wiring::names() {
        let db = open(module, &Target::sqlite(folder.path().join(format!("{module}.db")))).await;
        let steps = wiring::find(module).unwrap().migrations().len();
        assert!(steps > 0, "{module}");
        assert_eq!((migrate(&db).await.unwrap(), migrate(&db).await.unwrap()), (steps, 0), "{module}");
    }
}

/// As an earlier build left it: rows wait for their numbers, and processes of that build go on.
#[tokio::test]
async fn an_outbox_of_before_is_numbered() {
    let Some(url) = std::env::var_os("BANYAN_TEST_POSTGRES").map(|url| url.into_string().unwrap()) else {
        return eprintln!("SKIPPED: BANYAN_TEST_POSTGRES is not set");
    };
    for module in wiring::names() {
        let schema = format!("upgrade_{}", Seams::system().ids.secret().simple());
        let db = open(module, &Target::postgres(url.clone(), schema)).await;
        migrate(&db).await.unwrap();
        let back = "DROP TRIGGER outbox_in_turn ON outbox; DROP FUNCTION number_in_turn; \
                    ALTER TABLE outbox ALTER position DROP NOT NULL; \
                    CREATE INDEX outbox_unnumbered ON outbox (id) WHERE position IS NULL; \
                    DELETE FROM seaql_migrations WHERE version = 'm0006_numbered_in_turn'";
        let back = format!("{back}; {}{}", ddl::number_outbox(db.dialect()), ddl::number_news(db.dialect()));
        run(&db, &back).await;
        insert(&db, "a", 2, 1).await;
        insert(&db, "b", 1, 2).await;
        assert_eq!(ask(&db, "SELECT COUNT(*) FROM number_news(10)").await, 2);
        insert(&db, "a", 4, 4).await;
        insert(&db, "a", 3, 5).await;
        insert(&db, "b", 2, 6).await;

        assert_eq!(migrate(&db).await.unwrap(), 1, "{module}");
        assert_eq!(ask(&db, "SELECT position FROM outbox_head").await, 5);
        insert(&db, "b", 3, 7).await;
        assert_eq!(ask(&db, "SELECT COUNT(*) FROM number_news(10)").await, 0);
        assert_eq!(ask(&db, "SELECT numbered FROM number_outbox(10)").await, 0);
        let events = LocalFeed::of(&db).read(Place::START, 9).await.unwrap();
        let read: Vec<_> =
            events.iter().map(|event| (event.position, event.stream.as_str(), event.streamversion)).collect();
        assert_eq!(read, [(1, "a", 2), (2, "b", 1), (3, "a", 3), (4, "a", 4), (5, "b", 2), (6, "b", 3)]);
    }
}

/// Returns of before were received at once, and an order of which nothing was left to send stayed `confirmed`.
#[tokio::test]
async fn orders_and_returns_of_before_are_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let mut targets = vec![Target::sqlite(folder.path().join("order.db"))];
    match std::env::var_os("BANYAN_TEST_POSTGRES").map(|url| url.into_string().unwrap()) {
        Some(url) if !url.is_empty() => {
            let schema = format!("upgrade_{}", Seams::system().ids.secret().simple());
            targets.push(Target::postgres(url, schema));
        }
        _ => eprintln!("SKIPPED on Postgres: BANYAN_TEST_POSTGRES is not set"),
    }
    for target in targets {
        let db = open("order", &target).await;
        let of_before = wiring::find("order").unwrap().migrations().into_iter().take(5).collect();
        kernel_module::migrate(&db, of_before).await.unwrap();
        // Called off whole, sent in part and the rest called off, and one with something left to send.
        for (number, fulfilled, called_off) in [(1, 0, 3), (2, 1, 2), (3, 1, 1)] {
            run(&db, &order_of_before(db.dialect(), number, fulfilled, called_off)).await;
        }
        assert!(migrate(&db).await.unwrap() >= 2);
        let count = async |what: &str| ask(&db, &format!("SELECT COUNT(*) FROM {what}")).await;
        for (number, status) in [(1, "cancelled"), (2, "fulfilled"), (3, "confirmed")] {
            let found = count(&format!("orders WHERE number = {number} AND status = '{status}'")).await;
            assert_eq!(found, 1, "{number} is {status}");
        }
        assert_eq!(count("goods_return WHERE status = 'received'").await, 3);
        assert_eq!(count("orders WHERE email_folded IS NULL").await, 3, "their keys are made by the store");
    }
}

fn order_of_before(dialect: Dialect, number: i64, fulfilled: i64, called_off: i64) -> String {
    let at = "'2026-11-27T10:00:00+00:00'";
    let id = match dialect {
        Dialect::Sqlite => format!("x'0000000000000000000000000000000{number}'"),
        Dialect::Postgres => format!("'00000000-0000-0000-0000-00000000000{number}'"),
    };
    format!(
        "INSERT INTO orders (number, id, status, email, currency, total, version, created_at, updated_at) \
         VALUES ({number}, {id}, 'confirmed', 'Ada@example.com', 'GBP', 3, 1, {at}, {at}); \
         INSERT INTO order_line (order_id, number, sku, title, quantity, unit_price, fulfilled, returned_unshipped) \
         VALUES ({id}, 1, 'CUP', 'Cup', 3, 1, {fulfilled}, {called_off}); \
         INSERT INTO goods_return (id, order_id, refund_id, amount, lines, restock, reason, actor, created_at) \
         VALUES ({id}, {id}, {id}, 1, '[]', 1, 'x', 'guest', {at})"
    )
}

/// Publishes as that build did.
async fn insert(db: &Db, stream: &str, version: i64, id: i64) {
    run(
        db,
        &format!(
            "INSERT INTO outbox (id, type, stream, stream_version, time, data) VALUES \
             ('00000000-0000-7000-8000-{id:012}', 'x.happened.v1', '{stream}', {version}, now(), '{{}}')"
        ),
    )
    .await;
}

async fn run(db: &Db, sql: &str) {
    db.migration_connection().execute_unprepared(sql).await.unwrap();
}

async fn ask(db: &Db, sql: &str) -> i64 {
    let row = db.reader().query_one_raw(db.dialect().statement(sql, [])).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}
