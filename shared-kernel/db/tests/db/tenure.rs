//! A database knows its store, itself and its role, and the databases of the others.

use futures_util::future::join_all;
use kernel::Seams;
use kernel_db::tenure::{self, Role};
use sea_orm::ConnectionTrait as _;

use crate::harness::{databases, together};

#[tokio::test(flavor = "multi_thread")]
async fn a_store_is_named_once_and_a_role_is_changed_with_who_and_when() {
    let turn = together().await;
    for fresh in databases(&turn, "").await {
        let db = &fresh.db;
        assert_eq!(tenure::read(db).await.unwrap(), None);
        let made = tenure::open(db, None).await.unwrap();
        assert_eq!((made.store, made.role, made.epoch, &made.peer), (None, Role::Leader, 1, &None));
        let (one, two) = (Seams::system().ids.secret(), Seams::system().ids.secret());
        let named = tenure::open(db, Some(one)).await.unwrap();
        let again = tenure::open(db, Some(two)).await.unwrap();
        assert_eq!((named.store, again.store, again.database), (Some(one), Some(one), made.database));

        tenure::change(db, Role::Left, Some("http://far"), "an operator").await.unwrap();
        let left = tenure::read(&fresh.reopened().await).await.unwrap().unwrap();
        assert_eq!((left.role, left.epoch, left.peer.as_deref()), (Role::Left, 2, Some("http://far")));
        assert_eq!((left.changed_by.as_str(), left.changed_at >= made.changed_at), ("an operator", true));
        let second =
            "INSERT INTO tenure SELECT 2, store, database_id, role, epoch, peer, changed_by, changed_at FROM tenure";
        db.migration_connection().execute_unprepared(second).await.unwrap_err();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_that_start_together_name_one_store() {
    let turn = together().await;
    for fresh in databases(&turn, "").await {
        let names = (0..6).map(|_| tenure::open(&fresh.db, Some(Seams::system().ids.secret())));
        let opened = join_all(names).await;
        let first = opened[0].as_ref().unwrap();
        assert!(opened.iter().all(|tenure| tenure.as_ref().unwrap() == first), "{opened:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_latest_database_of_a_module_is_remembered() {
    let turn = together().await;
    for fresh in databases(&turn, "").await {
        let (db, ids) = (&fresh.db, Seams::system().ids);
        let (old, new) = (ids.secret(), ids.secret());
        for database in [old, new] {
            tenure::note_peer(db, "inventory", database, "a start").await.unwrap();
        }
        tenure::note_peer(db, "order", old, "a start").await.unwrap();
        let found: Vec<_> =
            tenure::peers(db).await.unwrap().into_iter().map(|peer| (peer.module, peer.database)).collect();
        assert_eq!(found, [("inventory".to_owned(), new), ("order".to_owned(), old)]);
        tenure::forget_peer(db, "order").await.unwrap();
        assert_eq!(tenure::peers(db).await.unwrap().len(), 1);
    }
}
