//! The statements of inventory and their plans.

use kernel::Seams;
use kernel_db::{Bus, Db, Durability, Target, snapshot};

/// A database of each kind with the tables of inventory.
pub(super) async fn databases(folder: &std::path::Path) -> Vec<Db> {
    let schema = format!("inventory_{}", Seams::system().ids.secret().simple());
    let postgres = std::env::var_os("BANYAN_TEST_POSTGRES").map(|url| Target::postgres(url.to_string_lossy(), schema));
    let mut databases = Vec::new();
    for target in std::iter::once(Target::sqlite(folder.join("inventory.db"))).chain(postgres) {
        let db = Db::open("inventory", &target, Durability::Relaxed, Bus::default(), Seams::system()).await.unwrap();
        kernel_module::migrate(&db, super::migrations::steps()).await.unwrap();
        databases.push(db);
    }
    databases
}

#[tokio::test]
async fn snapshots() {
    let folder = tempfile::tempdir().unwrap();
    for db in databases(folder.path()).await {
        snapshot::hold(&db, env!("CARGO_MANIFEST_DIR"), &super::statements()).await.unwrap();
        db.close().await.unwrap();
    }
}
