//! A database is brought up to date once.

use kernel::Seams;
use kernel_db::{Bus, Db, Durability, Target};

use super::migrate;
use crate::wiring;

#[tokio::test]
async fn what_is_there_is_not_made_again() {
    let folder = tempfile::tempdir().unwrap();
    for module in wiring::names() {
        let target = Target::sqlite(folder.path().join(format!("{module}.db")));
        let db = Db::open(module, &target, Durability::Full, Bus::default(), Seams::system()).await.unwrap();
        let steps = wiring::find(module).unwrap().migrations().len();
        assert!(steps > 0, "{module}");
        assert_eq!((migrate(&db).await.unwrap(), migrate(&db).await.unwrap()), (steps, 0), "{module}");
    }
}
