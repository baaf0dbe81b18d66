//! A store whose tables an earlier version made is brought up to date, and goes on.

#[cfg(test)]
mod tests {
    use kernel::Seams;
    use kernel_db::{Bus, Db, Durability, Target, sequencer};
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
            let steps = if module == "payment" { 5 } else { 4 };
            assert_eq!(
                (migrations::run(&db).await.unwrap(), migrations::run(&db).await.unwrap()),
                (steps, 0),
                "{module}"
            );
        }
    }

    /// As an earlier build left it: no function numbers the outbox.
    #[tokio::test]
    async fn an_outbox_of_before_is_numbered() {
        let Some(url) = std::env::var_os("BANYAN_TEST_POSTGRES").map(|url| url.into_string().unwrap()) else {
            return eprintln!("SKIPPED: BANYAN_TEST_POSTGRES is not set");
        };
        for module in MODULES {
            let schema = format!("upgrade_{}", Seams::system().ids.secret().simple());
            let db = open(module, &Target::postgres(url.clone(), schema)).await;
            migrations::run(&db).await.unwrap();
            let back = "DROP FUNCTION number_outbox; DROP FUNCTION number_news; \
                        DELETE FROM seaql_migrations WHERE version IN ('m0003_number_outbox', 'm0004_number_news')";
            db.migration_connection().execute_unprepared(back).await.unwrap();
            sequencer::number(&db).await.expect_err("there is no function");
            assert_eq!(migrations::run(&db).await.unwrap(), 2, "{module}");
            assert_eq!(sequencer::number(&db).await.unwrap(), 0);
        }
    }
}
