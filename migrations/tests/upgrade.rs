//! A database is brought up to date once.

#[cfg(test)]
mod tests {
    use kernel::Seams;
    use kernel_db::{Bus, Db, Durability, Target};

    #[tokio::test]
    async fn what_is_there_is_not_made_again() {
        let folder = tempfile::tempdir().unwrap();
        for module in ["catalog", "inventory", "order", "payment"] {
            let target = Target::sqlite(folder.path().join(format!("{module}.db")));
            let db = Db::open(module, &target, Durability::Full, Bus::default(), Seams::system()).await.unwrap();
            assert_eq!((migrations::run(&db).await.unwrap(), migrations::run(&db).await.unwrap()), (2, 0), "{module}");
        }
    }
}
