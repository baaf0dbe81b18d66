//! A named statement whose text or plan is not as its file has it is told.

use std::path::Path;

use kernel_db::{Sql, snapshot};

use crate::harness::{databases, together};

const TABLES: &str = "CREATE TABLE thing (id @int PRIMARY KEY, amount @int NOT NULL) @strict;";

static BY_ID: Sql = Sql::new("clock.by-id", || "SELECT amount FROM thing WHERE id = ?".to_owned());
static CHANGED: Sql = Sql::new("clock.by-id", || "SELECT amount FROM thing WHERE id > ?".to_owned());

fn write(file: &Path, text: &str) {
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}

#[tokio::test]
async fn a_changed_statement_or_plan_is_told() {
    let turn = together().await;
    for fresh in databases(&turn, TABLES).await {
        let (db, folder) = (&fresh.db, tempfile::tempdir().unwrap());
        let (manifest, name) = (folder.path().to_str().unwrap(), fresh.db.dialect().name());
        let file = folder.path().join(format!("src/persistence/snapshots/{name}.sql"));
        let held = async |sql| snapshot::hold(db, manifest, &[sql]).await;
        let text = snapshot::text(db, &[&BY_ID]).await.unwrap();
        assert!(text.contains("\n-- clock.by-id\nSELECT amount\nFROM thing\nWHERE id = "), "{text}");
        assert!(text.contains("SEARCH thing USING") || text.contains("Index Scan using thing_pkey"), "{text}");

        let none = held(&BY_ID).await.unwrap_err();
        assert!(none.contains("BANYAN_WRITE_SNAPSHOTS"), "{none}");
        write(&file, &text);
        held(&BY_ID).await.unwrap();
        let changed = held(&CHANGED).await.unwrap_err();
        assert!(changed.starts_with("clock.by-id is not as") && changed.contains("WHERE id > "), "{changed}");
        write(&file, &text.replace("--   ", "--   SCAN "));
        let planned = held(&BY_ID).await.unwrap_err();
        assert!(planned.contains("kept: --   SCAN"), "{planned}");
        // Another version may plan otherwise; its statements are the same.
        let other = |text: &str| text.replace("--   ", "--   SCAN ").replace("Planned by ", "Planned by another ");
        write(&file, &other(&text));
        held(&BY_ID).await.unwrap();
        write(&file, &other(&text).replace("WHERE", "where"));
        held(&BY_ID).await.unwrap_err();
        db.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_statement_that_is_not_listed_is_told() {
    let turn = together().await;
    for fresh in databases(&turn, TABLES).await {
        let folder = tempfile::tempdir().unwrap();
        let manifest = folder.path().to_str().unwrap();
        write(
            &folder.path().join("src/persistence/hot.rs"),
            "static X: Sql = Sql::new(\n    \"clock.left-out\", || x);",
        );
        let told = snapshot::hold(&fresh.db, manifest, &[&BY_ID]).await.unwrap_err();
        assert_eq!(told, "clock.left-out has no snapshot: add it to the list of statements");
        let told = snapshot::hold(&fresh.db, manifest, &[&BY_ID, &CHANGED]).await.unwrap_err();
        assert_eq!(told, "two statements are named clock.by-id");
        fresh.db.close().await.unwrap();
    }
}
