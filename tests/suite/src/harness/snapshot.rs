//! What a store holds, counted, to show that a refused request changed nothing.

use std::collections::BTreeMap;

use kernel_db::{Dialect, feed};

use super::Shop;

/// Rows of every table, units on the shelf, and how far every outbox reaches.
pub(crate) type StateSnapshot = BTreeMap<String, i64>;

/// Cursors, here and of readers elsewhere, and leases move by themselves.
const MOVING: [&str; 3] = ["subscription", "feed_reader", "lease"];

impl Shop {
    pub(crate) async fn snapshot(&self) -> StateSnapshot {
        let mut snapshot = StateSnapshot::new();
        for db in self.databases() {
            let module = db.module();
            let tables = match db.dialect() {
                Dialect::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
                Dialect::Postgres => {
                    "SELECT CAST(table_name AS text) FROM information_schema.tables WHERE table_schema = current_schema()"
                }
            };
            for row in self.rows(module, tables).await {
                let table: String = row.try_get_by_index(0).unwrap();
                if !MOVING.contains(&table.as_str()) {
                    let count = self.figure(module, &format!("SELECT COUNT(*) FROM {table}")).await;
                    snapshot.insert(format!("{module}.{table}"), count);
                }
            }
            snapshot.insert(format!("{module} has published"), feed::head(db).await.unwrap());
        }
        let units = "SELECT CAST(COALESCE(SUM(on_hand + 3 * available), 0) AS bigint) FROM level";
        snapshot.insert("units, by where they are".to_owned(), self.figure("inventory", units).await);
        snapshot
    }
}
