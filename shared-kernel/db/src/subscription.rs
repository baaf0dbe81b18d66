//! A consumer's cursor over a producer's outbox.
//!
//! A batch's effects and the cursor's move share one transaction of the consumer, so delivery is at
//! least once and the effect exactly once, without remembering ids. An event that cannot be applied is
//! set aside with its stream (see [`crate::parking`]), and the others go on.

use std::{collections::HashSet, sync::Arc, time::Duration};

use async_trait::async_trait;
use kernel::Envelope;
use tokio_util::sync::CancellationToken;

use crate::{Db, DbError, Feed, Tx, guard, parking};

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
    /// Nothing new, or another process has the cursor.
    Idle,
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

    /// Applies events until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        let mut news = self.feed.news();
        while !stop.is_cancelled() {
            news.mark_unchanged();
            let applied = self.step().await;
            let retried = parking::retry_due(&self).await;
            match (applied, retried) {
                (Ok(Step::Applied(_)), Ok(_)) | (Ok(_), Ok(1..)) => continue,
                (Ok(Step::Idle), Ok(0)) => {}
                (Err(error), _) | (_, Err(error)) => {
                    tracing::warn!(subscription = ?self, ?error, "events could not be applied; trying again");
                }
            }
            let wait = parking::next_wait(&self).await.unwrap_or(POLL).min(POLL);
            tokio::select! {
                () = stop.cancelled() => {}
                _ = tokio::time::timeout(wait, news.changed()) => {}
            }
        }
    }

    /// Reads one batch and applies it.
    pub async fn step(&self) -> Result<Step, DbError> {
        let after = self.position().await?;
        let events = self.feed.read(after, BATCH).await?;
        let Some(last) = events.last() else { return Ok(Step::Idle) };
        guard::pass("subscription::read");
        match self.apply(after, last.position, &events).await {
            Ok(true) => Ok(Step::Applied(events.len())),
            Ok(false) => Ok(Step::Idle),
            Err(_) => self.apply_one_by_one(after, &events).await,
        }
    }

    /// The position of the last event applied or set aside; 0 at first.
    pub async fn position(&self) -> Result<i64, DbError> {
        use sea_orm::ConnectionTrait as _;
        let statement = self.db.dialect().statement(READ_CURSOR, [self.consumer.into(), self.source().into()]);
        let row = self.db.reader().query_one_raw(statement).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0))
    }

    /// Applies `events` and moves the cursor, all or nothing; `false` when the cursor was elsewhere.
    async fn apply(&self, after: i64, to: i64, events: &[Envelope]) -> Result<bool, ReactionError> {
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
            let moved = match self.apply(after, event.position, alone).await {
                Ok(moved) => moved,
                Err(error) => self.set_aside(after, event, &error).await?,
            };
            if !moved {
                return Ok(Step::Idle);
            }
            after = event.position;
        }
        Ok(Step::Applied(events.len()))
    }

    async fn set_aside(&self, after: i64, event: &Envelope, error: &ReactionError) -> Result<bool, DbError> {
        tracing::warn!(subscription = ?self, event = %event.id, stream = event.stream, %error, "an event could not be applied; its stream waits");
        self.db
            .transact(|tx| async move {
                let moved = self.move_cursor(&tx, after, event.position).await?;
                if moved {
                    parking::set_aside(&tx, self, event, error).await?;
                }
                Ok(moved)
            })
            .await
    }

    /// Moves the cursor from `after` to `to`. `false` when it is not at `after`: another process moved it.
    async fn move_cursor(&self, tx: &Tx, after: i64, to: i64) -> Result<bool, DbError> {
        let key = [self.consumer.into(), self.source().into()];
        let moved = if after == 0 {
            let [consumer, source] = key.clone();
            tx.run(FIRST_CURSOR, [consumer, source, to.into()]).await?
        } else {
            0
        };
        if moved == 1 {
            return Ok(true);
        }
        let [consumer, source] = key;
        Ok(tx.run(MOVE_CURSOR, [to.into(), consumer, source, after.into()]).await? == 1)
    }
}

const READ_CURSOR: &str = "SELECT position FROM subscription WHERE consumer = ? AND source = ?";
const FIRST_CURSOR: &str =
    "INSERT INTO subscription (consumer, source, position) VALUES (?, ?, ?) ON CONFLICT (consumer, source) DO NOTHING";
const MOVE_CURSOR: &str = "UPDATE subscription SET position = ? WHERE consumer = ? AND source = ? AND position = ?";
