//! A consumer that keeps what it hears, so that it can be held against what was published.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering::SeqCst},
    },
    time::Duration,
};

use async_trait::async_trait;
use kernel::Envelope;
use kernel_db::{Db, Feed, Reaction, ReactionError, Subscription, Tx};
use kernel_feeds::RemoteFeed;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::harness::{ClockEvent, count, figures};

/// Keeps the position and the bytes of each event. The same event twice breaks a key, and is set aside.
#[derive(Default)]
pub(crate) struct Listener {
    /// Refuses the third event of the stream `poison`.
    pub(crate) is_choosy: AtomicBool,
    /// Stands still for ever at this event, in the middle of its transaction; 0 at none.
    pub(crate) freezes_at: AtomicI64,
}

#[async_trait]
impl Reaction for Listener {
    async fn react(&self, tx: &Tx, event: &Envelope) -> Result<(), ReactionError> {
        let ClockEvent::Ticked(ticked) = event.event()? else { return Ok(()) };
        if ticked.stream == "poison" && ticked.n == 3 && self.is_choosy.load(SeqCst) {
            return Err(ReactionError::new("cannot swallow this"));
        }
        let values = [event.position.into(), ticked.stream.into(), ticked.n.into(), event.data.get().into()];
        tx.run("INSERT INTO heard VALUES (?, ?, ?, ?)", values).await?;
        if self.freezes_at.load(SeqCst) == event.position {
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

pub(crate) fn subscribe(db: &Db, feed: impl Feed + 'static, listener: &Arc<Listener>) -> Subscription {
    let reaction: Arc<dyn Reaction> = Arc::<Listener>::clone(listener);
    Subscription::new(db, "listener", Arc::new(feed), reaction)
}

pub(crate) async fn heard(db: &Db) -> i64 {
    count(db, "SELECT COUNT(*) FROM heard").await
}

pub(crate) async fn until_heard(db: &Db, events: i64) -> Duration {
    let began = Instant::now();
    while heard(db).await < events {
        let so_far = (heard(db).await, db.subscription_failures());
        assert!(began.elapsed() < Duration::from_mins(2), "{events} expected: {so_far:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    began.elapsed()
}

/// The first round that succeeds ends a failure, just after its commit.
pub(crate) async fn until_well(subscription: &Subscription) {
    let began = Instant::now();
    while let Some(failure) = subscription.failure() {
        assert!(began.elapsed() < Duration::from_secs(10), "{failure:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Whatever was published was heard, once, in order, byte for byte.
pub(crate) async fn assert_all_heard(producer: &Db, consumer: &Db) {
    let published: Vec<String> = figures(producer, "SELECT data FROM outbox ORDER BY position").await;
    let received: Vec<String> = figures(consumer, "SELECT data FROM heard ORDER BY position").await;
    assert_eq!(received.len(), published.len());
    let differing = published.iter().zip(&received).find(|(one, other)| one != other);
    assert_eq!(differing, None);
}

/// Runs the subscription, and the watcher of a remote feed, beside `work`.
pub(crate) async fn while_running<T>(
    subscription: &Subscription,
    watcher: Option<&RemoteFeed>,
    work: impl Future<Output = T>,
) -> T {
    let work = Box::pin(work);
    let stop = CancellationToken::new();
    let watch = async {
        if let Some(watcher) = watcher {
            watcher.watch(stop.clone()).await;
        }
    };
    let ending = async {
        let result = work.await;
        stop.cancel();
        result
    };
    let ((), (), result) = tokio::join!(subscription.clone().run(stop.clone()), watch, ending);
    result
}
