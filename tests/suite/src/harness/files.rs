//! The files of a module: how they are moved and copied by hand, after a first sale.

use std::path::Path;

use super::Cluster;

/// Opening stock of the one thing that is sold here, and its price.
pub(crate) const UNITS: i64 = 20;
const PENCE: i64 = 255;

impl Cluster {
    /// The store sells `units` cups in one process, and stops.
    pub(crate) async fn has_sold(&self, units: i64) {
        let store = self.opens_store().await;
        store.admin().stocks("cup", UNITS, PENCE).await;
        store.guest("ada").has_bought(&[("cup", units)]).await;
        store.stops().await;
    }
}

/// Moves the file of a module, with what SQLite keeps beside it.
pub(crate) fn move_file(module: &str, from: &Path, to: &Path) {
    each_file(module, from, to, |from, to| std::fs::rename(from, to).unwrap());
}

pub(crate) fn copy_file(module: &str, from: &Path, to: &Path) {
    each_file(module, from, to, |from, to| assert!(std::fs::copy(from, to).is_ok()));
}

fn each_file(module: &str, from: &Path, to: &Path, act: impl Fn(&Path, &Path)) {
    std::fs::create_dir_all(to).unwrap();
    for name in [format!("{module}.db"), format!("{module}.db-wal"), format!("{module}.db-shm")] {
        let file = from.join(&name);
        if file.exists() {
            act(&file, &to.join(&name));
        } else {
            std::fs::remove_file(to.join(&name)).ok();
        }
    }
}
