//! A store whose tables an earlier version made is brought up to date, and goes on.

#[cfg(test)]
mod tests {
    use kernel::Seams;
    use kernel_db::{Bus, Db, Durability, Feed as _, LocalFeed, Place, Target, ddl};
    use sea_orm::ConnectionTrait as _;

    const MODULES: [&str; 4] = ["catalog", "inventory", "order", "payment"];

    async fn open(module: &'static str, target: &Target) -> Db {
        Db::open(module, target, Durability::Full, Bus::default(), Seams::system()).await.unwrap()
    }

    #[tokio::test]
    async fn what_is_there_is_not_made_again() {
        let folder = tempfile::tempdir().unwrap();
        for module in MODULES {
            let db = open(module, &Target::sqlite(folder.path().join(format!("{module}.db")))).await;
            let steps = match module {
                "payment" | "order" => 10,
                _ => 7,
            };
            assert_eq!(
                (migrations::run(&db).await.unwrap(), migrations::run(&db).await.unwrap()),
                (steps, 0),
                "{module}"
            );
        }
    }

    /// As an earlier build left it: rows wait for their numbers, and processes of that build go on.
    #[tokio::test]
    async fn an_outbox_of_before_is_numbered() {
        let Some(url) = std::env::var_os("BANYAN_TEST_POSTGRES").map(|url| url.into_string().unwrap()) else {
            return eprintln!("SKIPPED: BANYAN_TEST_POSTGRES is not set");
        };
        for module in MODULES {
            let schema = format!("upgrade_{}", Seams::system().ids.secret().simple());
            let db = open(module, &Target::postgres(url.clone(), schema)).await;
            migrations::run(&db).await.unwrap();
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

            assert_eq!(migrations::run(&db).await.unwrap(), 1, "{module}");
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
}
