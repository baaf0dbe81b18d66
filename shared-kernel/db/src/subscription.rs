//! A consumer's cursor over a producer's outbox.
//!
//! A batch's effects and the cursor's move share one transaction of the consumer, so delivery is at
//! least once and the effect exactly once, without remembering ids. An event that cannot be applied is
//! set aside with its stream (see [`crate::parking`]), and the others go on.

use std::{collections::HashSet, sync::Arc, time::Duration};

use async_trait::async_trait;
use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use kernel::{Envelope, EventId};
use sea_orm::ConnectionTrait as _;
use tokio_util::sync::CancellationToken;

use crate::{Db, DbError, Feed, Place, Trouble, Tx, guard, parking};

/// Why an event could not be applied. Any error will do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ReactionError(Box<dyn std::error::Error + Send + Sync>);

impl ReactionError {
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

impl From<DbError> for ReactionError {
    fn from(error: DbError) -> Self {
        Self::new(error)
    }
}

impl From<sea_orm::DbErr> for ReactionError {
    fn from(error: sea_orm::DbErr) -> Self {
        DbError::from(error).into()
    }
}

impl From<serde_json::Error> for ReactionError {
    fn from(error: serde_json::Error) -> Self {
        Self::new(error)
    }
}

/// What a module does when another (or itself) has published. It writes rows and calls nobody.
#[async_trait]
pub trait Reaction: Send + Sync {
    async fn react(&self, tx: &Tx, event: &Envelope) -> Result<(), ReactionError>;

    /// Applies a batch, in order. Override it where many events cost less together than one by one.
    async fn react_all(&self, tx: &Tx, events: &[Envelope]) -> Result<(), ReactionError> {
        for event in events {
            self.react(tx, event).await?;
        }
        Ok(())
    }
}

/// Events applied in one transaction.
const BATCH: u64 = 500;

/// The log is read this often, whatever the bus says.
const POLL: Duration = Duration::from_secs(1);

/// One consumer of one feed.
#[derive(Clone)]
pub struct Subscription {
    pub(crate) db: Db,
    pub(crate) consumer: &'static str,
    pub(crate) feed: Arc<dyn Feed>,
    pub(crate) reaction: Arc<dyn Reaction>,
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Subscription({} <- {})", self.consumer, self.feed.source())
    }
}

/// What one step found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Applied(usize),
    /// Nothing new.
    Idle,
    /// Another process has the cursor.
    Elsewhere,
}

impl Subscription {
    /// `consumer` names the cursor; one module may read one feed with several.
    pub fn new(db: &Db, consumer: &'static str, feed: Arc<dyn Feed>, reaction: Arc<dyn Reaction>) -> Self {
        Self { db: db.clone(), consumer, feed, reaction }
    }

    pub fn consumer(&self) -> &'static str {
        self.consumer
    }

    pub fn source(&self) -> &'static str {
        self.feed.source()
    }

    /// Why it does not get on, as far as it runs in this process.
    pub fn trouble(&self) -> Option<Trouble> {
        self.db.inner.troubles.of((self.consumer, self.source()))
    }

    /// Applies events until told to stop.
    ///
    /// A feed that went back or has lost what comes next is not read on: it says so, again and again, until a person
    /// has mended the feed or moved the cursor. Of several processes one applies; the others look once a poll whether
    /// it still does.
    pub async fn run(self, stop: CancellationToken) {
        let mut news = self.feed.news();
        let mut pauses = pauses();
        while !stop.is_cancelled() {
            news.mark_unchanged();
            let round = self.round().await;
            self.tell(round.as_ref().err());
            if round.is_ok() {
                pauses = self::pauses();
            }
            let (wait, may_be_woken) = match round {
                Ok(Step::Applied(_)) => continue,
                Ok(Step::Idle) => (parking::next_wait(&self).await.unwrap_or(POLL).min(POLL), true),
                Ok(Step::Elsewhere) => (POLL, false),
                Err(error) => (pauses.next().unwrap_or(POLL), !error.strands_reader()),
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(wait) => {}
                Ok(()) = news.changed(), if may_be_woken => {}
            }
        }
    }

    /// One batch, and the held events whose time has come. While a feed is away these go on.
    async fn round(&self) -> Result<Step, DbError> {
        let step = self.step().await;
        if step.as_ref().is_err_and(DbError::strands_reader) {
            return step;
        }
        match parking::retry_due(self).await? {
            0 => step,
            retried => Ok(Step::Applied(retried)),
        }
    }

    /// Keeps what is wrong for whoever asks, and says it in the log once in a while.
    fn tell(&self, error: Option<&DbError>) {
        let (key, troubles) = ((self.consumer, self.source()), &self.db.inner.troubles);
        match error {
            None if troubles.clear(key) => tracing::info!(subscription = ?self, "events are applied again"),
            None => {}
            Some(error) if !troubles.note(key, error, self.db.seams().now()) => {}
            Some(error @ (DbError::FeedWentBack { .. } | DbError::FeedRetired { .. })) => {
                tracing::error!(subscription = ?self, %error, "no event is applied any more");
            }
            Some(error @ DbError::FeedRefused { .. }) => {
                tracing::error!(subscription = ?self, %error, "events cannot be read; trying again");
            }
            Some(error) => {
                tracing::warn!(subscription = ?self, ?error, "events could not be applied; trying again");
            }
        }
    }

    /// Reads one batch and applies it.
    pub async fn step(&self) -> Result<Step, DbError> {
        let place = self.place().await?;
        let after = place.unwrap_or(Place::START);
        let events = self.feed.read(after, BATCH).await?;
        if events.is_empty() {
            return Ok(Step::Idle);
        }
        if place.is_none() {
            self.open_cursor().await?;
        }
        guard::pass("subscription::read");
        match self.apply(after.position, &events).await {
            Ok(true) => Ok(Step::Applied(events.len())),
            Ok(false) => Ok(Step::Elsewhere),
            Err(_) => self.apply_one_by_one(after.position, &events).await,
        }
    }

    /// The position of the last event applied or set aside; 0 at first.
    pub async fn position(&self) -> Result<i64, DbError> {
        Ok(self.place().await?.unwrap_or(Place::START).position)
    }

    async fn place(&self) -> Result<Option<Place>, DbError> {
        let statement = self.db.dialect().statement(READ_CURSOR, [self.consumer.into(), self.source().into()]);
        let Some(row) = self.db.reader().query_one_raw(statement).await? else { return Ok(None) };
        let event_id: Option<uuid::Uuid> = row.try_get_by_index(1)?;
        Ok(Some(Place { position: row.try_get_by_index(0)?, event_id: event_id.map(EventId::new) }))
    }

    async fn open_cursor(&self) -> Result<(), DbError> {
        self.db.write_one(OPEN_CURSOR, [self.consumer.into(), self.source().into()]).await?;
        Ok(())
    }

    /// Puts the cursor after `position`, for a person who knows what that repeats or leaves out. The next event is
    /// taken as it comes; from then on the feed is watched again for going back.
    pub async fn seek(&self, position: i64) -> Result<(), DbError> {
        self.open_cursor().await?;
        self.db
            .transact(|tx| async move {
                tx.run(SEEK_CURSOR, [position.into(), self.consumer.into(), self.source().into()]).await
            })
            .await?;
        Ok(())
    }

    /// Applies `events` and moves the cursor, all or nothing; `false` when the cursor was elsewhere.
    async fn apply(&self, after: i64, events: &[Envelope]) -> Result<bool, ReactionError> {
        let Some(to) = events.last() else { return Ok(true) };
        if guard::sabotaged("subscription::cursor_apart") {
            self.db.transact(|tx| async move { self.move_cursor(&tx, after, to).await }).await?;
            guard::pass("subscription::between");
        }
        self.db
            .transact(|tx| async move {
                if !guard::sabotaged("subscription::cursor_apart") && !self.move_cursor(&tx, after, to).await? {
                    return Ok(false);
                }
                let held_back = parking::streams(&tx, self).await?;
                if held_back.is_empty() {
                    self.reaction.react_all(&tx, events).await?;
                } else {
                    self.apply_around(&tx, &held_back, events).await?;
                }
                guard::pass("subscription::before_commit");
                Ok(true)
            })
            .await
    }

    /// Events of streams that are held back queue behind what holds them.
    async fn apply_around(
        &self,
        tx: &Tx,
        held_back: &HashSet<String>,
        events: &[Envelope],
    ) -> Result<(), ReactionError> {
        for event in events {
            if held_back.contains(&event.stream) {
                parking::queue(tx, self, event).await?;
            } else {
                self.reaction.react(tx, event).await?;
            }
        }
        Ok(())
    }

    /// A batch failed: finds out which events did, and sets those aside.
    async fn apply_one_by_one(&self, mut after: i64, events: &[Envelope]) -> Result<Step, DbError> {
        for event in events {
            let alone = std::slice::from_ref(event);
            let moved = match self.apply(after, alone).await {
                Ok(moved) => moved,
                Err(error) => self.set_aside(after, event, &error).await?,
            };
            if !moved {
                return Ok(Step::Elsewhere);
            }
            after = event.position;
        }
        Ok(Step::Applied(events.len()))
    }

    async fn set_aside(&self, after: i64, event: &Envelope, error: &ReactionError) -> Result<bool, DbError> {
        tracing::warn!(subscription = ?self, event = %event.id, stream = event.stream, %error, "an event could not be applied; its stream waits");
        self.db
            .transact(|tx| async move {
                let moved = self.move_cursor(&tx, after, event).await?;
                if moved {
                    parking::set_aside(&tx, self, event, error).await?;
                }
                Ok(moved)
            })
            .await
    }

    /// Moves the cursor from `after` behind `to`. `false` when it is not at `after`, or another process is about to
    /// move it: nobody waits for a cursor.
    async fn move_cursor(&self, tx: &Tx, after: i64, to: &Envelope) -> Result<bool, DbError> {
        let (consumer, source) = (self.consumer.into(), self.source().into());
        let values = [to.position.into(), to.id.uuid().into(), consumer, source, after.into()];
        Ok(tx.run(MOVE_CURSOR, values).await? == 1)
    }
}

/// How long to wait after a failure, and after the next.
fn pauses() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(POLL / 2)
        .with_max_delay(POLL * 3)
        .without_max_times()
        .with_jitter()
        .build()
}

const READ_CURSOR: &str = "SELECT position, event_id FROM subscription WHERE consumer = ? AND source = ?";
const OPEN_CURSOR: &str = "INSERT INTO subscription (consumer, source, position) VALUES (?, ?, 0) \
                           ON CONFLICT (consumer, source) DO NOTHING RETURNING position";
const MOVE_CURSOR: &str = "UPDATE subscription SET position = ?, event_id = ? WHERE (consumer, source) IN \
                           (SELECT consumer, source FROM subscription WHERE consumer = ? AND source = ? \
                           AND position = ? {skip_locked})";
const SEEK_CURSOR: &str = "UPDATE subscription SET position = ?, event_id = NULL WHERE consumer = ? AND source = ?";
