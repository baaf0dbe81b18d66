//! A producer that was restored from a backup, and one that has retired too much.

use std::{sync::Arc, time::Duration};

use kernel_db::{DbError, Feed as _, Subscription, Target};
use sea_orm::ConnectionTrait as _;

use crate::{
    harness::{Pair, pairs, publish_more, remote, reopen, serve, serve_db, sqlite_pair},
    listener::{Listener, heard, subscribe, until_heard, until_well, while_running},
};

/// A copy of the file as it was after 50 events, put back after the consumer has read 100, and grown by some more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_file_is_noticed_however_far_it_has_grown_again() {
    for grown in [0, 20, 50, 51, 200] {
        let pair = sqlite_pair().await;
        let subscription = read_a_hundred_and_restore(&pair, grown).await;
        let error = subscription.step().await.unwrap_err();
        let is_right = matches!(&error, DbError::FeedWentBack { feed, position: 100, head }
            if feed == "clock" && *head == 50 + grown);
        assert!(is_right, "grown by {grown}: {error:?}");
        assert_eq!(heard(&pair.listener.db).await, 100, "nothing was applied");
    }
}

async fn read_a_hundred_and_restore(pair: &Pair, grown: i64) -> Subscription {
    let (clock, listener) = (&pair.clock.db, &pair.listener.db);
    let backup = pair.clock.folder.path().join("backup.db");
    publish_more(clock, 1, 50).await;
    let copy = format!("VACUUM INTO '{}'", backup.display());
    clock.migration_connection().execute_unprepared(&copy).await.unwrap();
    publish_more(clock, 51, 50).await;
    let served = serve(&pair.clock).await;
    let subscription = subscribe(listener, remote(&served.url), &Arc::new(Listener::default()));
    subscription.step().await.unwrap();
    assert_eq!(heard(listener).await, 100);
    let port = served.port;
    served.stop().await;
    clock.close().await.unwrap();
    let restored = reopen(&Target::sqlite(backup)).await;
    publish_more(&restored, 51, grown).await;
    serve_db(&restored, port).await;
    subscription
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranded_subscription_shows_it_and_goes_on_when_told_where() {
    let pair = sqlite_pair().await;
    let subscription = read_a_hundred_and_restore(&pair, 70).await;
    let listener = &pair.listener.db;
    while_running(&subscription, None, async {
        while subscription.failure().is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let failure = subscription.failure().unwrap();
        assert!(failure.stranded && failure.detail.contains("went back"), "{failure:?}");
        assert_eq!(heard(listener).await, 100);
        subscription.seek(100).await.unwrap();
        until_heard(listener, 120).await;
        until_well(&subscription).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_retired_unread_is_noticed() {
    for Pair { clock, listener } in pairs().await {
        publish_more(&clock.db, 1, 100).await;
        let delete = "DELETE FROM outbox WHERE position <= 60";
        clock.db.transact(|tx| async move { tx.run(delete, []).await }).await.unwrap();
        let served = serve(&clock).await;
        let feed = remote(&served.url);
        let subscription = subscribe(&listener.db, feed.clone(), &Arc::new(Listener::default()));
        let error = subscription.step().await.unwrap_err();
        assert!(matches!(error, DbError::FeedRetired { position: 0, first: 61, .. }), "{error:?}");
        assert_eq!(feed.head().await.unwrap(), 100, "the head is known all the same");
        subscription.seek(60).await.unwrap();
        subscription.step().await.unwrap();
        assert_eq!(heard(&listener.db).await, 40);
        served.stop().await;
    }
}
