//! A consumer's cursor over a producer's outbox.
//!
//! A batch's effects and the cursor's move share one transaction of the consumer, so delivery is at
//! least once and the effect exactly once, without remembering ids. An event that cannot be applied is
//! set aside with its stream (see [`crate::parking`]), and the others go on.

use std::{collections::HashSet, sync::Arc};

use async_trait::async_trait;
use kernel::Envelope;

use crate::{Db, DbError, Feed, Place, Tx, guard, parking};

mod cursor;
mod run;

use cursor::Moved;

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
    /// Applied one by one, because some could not be: those are set aside.
    SetAside(usize),
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

    /// Reads one batch and applies it.
    pub async fn step(&self) -> Result<Step, DbError> {
        self.step_from(&mut None).await
    }

    /// As [`Subscription::step`], for one who remembers where the cursor stood and need not look. Should it have been
    /// moved by another, the batch is not applied, and the memory is gone.
    async fn step_from(&self, known: &mut Option<Place>) -> Result<Step, DbError> {
        let (after, is_new) = match known.take() {
            Some(place) => (place, false),
            None => self.place().await?.map_or((Place::START, true), |place| (place, false)),
        };
        let events = self.feed.read(after, BATCH).await?;
        let Some(last) = events.last() else {
            *known = (!is_new).then_some(after);
            return Ok(Step::Idle);
        };
        if is_new {
            self.open_cursor().await?;
        }
        guard::pass("subscription::read");
        let step = match self.apply(after.position, &events).await {
            Ok(true) => Step::Applied(events.len()),
            Ok(false) => return Ok(Step::Elsewhere),
            Err(_) => self.apply_one_by_one(after.position, &events).await?,
        };
        *known = (step != Step::Elsewhere).then(|| Place::after(last));
        Ok(step)
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
                let moved = if guard::sabotaged("subscription::cursor_apart") {
                    Moved::WithSomeHeldBack
                } else {
                    self.move_cursor(&tx, after, to).await?
                };
                match moved {
                    Moved::Not => return Ok(false),
                    Moved::WithNoneHeldBack => self.reaction.react_all(&tx, events).await?,
                    Moved::WithSomeHeldBack => {
                        let held_back = parking::streams(&tx, self).await?;
                        self.apply_around(&tx, &held_back, events).await?;
                    }
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
        Ok(Step::SetAside(events.len()))
    }

    async fn set_aside(&self, after: i64, event: &Envelope, error: &ReactionError) -> Result<bool, DbError> {
        tracing::warn!(subscription = ?self, event = %event.id, stream = event.stream, %error, "an event could not be applied; its stream waits");
        self.db
            .transact(|tx| async move {
                let moved = self.move_cursor(&tx, after, event).await? != Moved::Not;
                if moved {
                    parking::set_aside(&tx, self, event, error).await?;
                }
                Ok(moved)
            })
            .await
    }
}
