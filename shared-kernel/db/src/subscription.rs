//! A consumer's cursor over a producer's outbox.
//!
//! A batch's effects and the cursor's move share one transaction of the consumer, so delivery is at
//! least once and the effect exactly once, without remembering ids. An event that cannot be applied is
//! set aside with its stream (see [`crate::parking`]), and the others go on.
//!
//! Most news concerns few of its readers. A reader whom none of a batch concerns reads on in memory, and its cursor
//! follows once in a while: a crash in between makes it read that batch again, which has no effect.

use std::{collections::HashSet, sync::Arc};

use async_trait::async_trait;
use kernel::Envelope;

use crate::{Db, DbError, Feed, Place, Tx, guard, parking};

mod cursor;
mod run;

use cursor::{CursorState, Moved};

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
    /// Whether this event may have an effect; told from its type, without looking into its data. What concerns
    /// nobody is never given to [`Reaction::react`], and costs no transaction.
    fn concerns(&self, event: &Envelope) -> bool {
        let _ = event;
        true
    }

    async fn react(&self, tx: &Tx, event: &Envelope) -> Result<(), ReactionError>;

    /// Applies those of a batch that concern it, in order. Override it where many events cost less together than one by
    /// one.
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
    /// So many events were read, and those that concern the consumer applied.
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

    /// Reads one batch and applies it. The cursor then stands behind it.
    pub async fn step(&self) -> Result<Step, DbError> {
        let mut standing = None;
        let step = self.step_from(&mut standing).await?;
        self.rest(&mut standing).await?;
        Ok(step)
    }

    /// As [`Subscription::step`], for one who remembers where the consumer stands, and brings the cursor there by
    /// [`Subscription::rest`]. Should the cursor have been moved by another, the batch is not applied, and the memory
    /// is gone.
    async fn step_from(&self, known: &mut Option<CursorState>) -> Result<Step, DbError> {
        let remembered = known.take();
        let (at, is_new) = match remembered {
            Some(at) => (at, false),
            None => self.place().await?.map_or((CursorState::START, true), |place| (CursorState::at(place), false)),
        };
        let events = self.feed.read(at.read, BATCH).await?;
        let (read, Some(last)) = (events.len(), events.last().map(Place::after)) else {
            *known = (!is_new).then_some(at);
            return Ok(Step::Idle);
        };
        if is_new {
            self.open_cursor().await?;
        }
        let concerning: Vec<Envelope> = events.into_iter().filter(|event| self.reaction.concerns(event)).collect();
        if concerning.is_empty() {
            *known = Some(CursorState { read: last, ..at });
            return Ok(Step::Applied(read));
        }
        guard::pass("subscription::read");
        let applied = match remembered {
            Some(_) => self.apply_as_before(at.cursor, &concerning, last).await,
            None => self.apply(at.cursor, &concerning, last).await,
        };
        match applied {
            Ok(true) => {
                self.db.bus().reacted((self.consumer, self.source()), (at.read.position, last.position));
                *known = Some(CursorState::at(last));
            }
            // Another process has brought the cursor after us; it need not be at work now.
            Ok(false) if remembered.is_some_and(CursorState::is_ahead) => return Box::pin(self.step_from(known)).await,
            Ok(false) => return Ok(Step::Elsewhere),
            Err(_) => return self.apply_one_by_one(at, &concerning, last, known).await,
        }
        Ok(Step::Applied(read))
    }

    /// Applies `events` and moves the cursor from `after` to `to`, all or nothing; `false` when it was elsewhere.
    async fn apply(&self, after: i64, events: &[Envelope], to: Place) -> Result<bool, ReactionError> {
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

    /// As [`Subscription::apply`], for one who moved the cursor last: nobody else is likely to have it, and no stream to be
    /// held back. So the move goes beside what the reaction writes, and should it not have been made nothing is kept.
    async fn apply_as_before(&self, after: i64, events: &[Envelope], to: Place) -> Result<bool, ReactionError> {
        if !guard::sabotaged("subscription::cursor_apart") {
            let applied = self.db.transact(|tx| async move {
                let move_cursor = self.moving_alone(after, to);
                let unchecked = guard::sabotaged("subscription::cursor_unchecked");
                tx.run_beside(if unchecked { move_cursor } else { move_cursor.changing(1) });
                self.reaction.react_all(&tx, events).await?;
                guard::pass("subscription::before_commit");
                Ok::<_, ReactionError>(())
            });
            if applied.await.is_ok() {
                return Ok(true);
            }
        }
        self.apply(after, events, to).await
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
    async fn apply_one_by_one(
        &self,
        at: CursorState,
        events: &[Envelope],
        last: Place,
        known: &mut Option<CursorState>,
    ) -> Result<Step, DbError> {
        let mut cursor = at.cursor;
        for event in events {
            let moved = match self.apply(cursor, std::slice::from_ref(event), Place::after(event)).await {
                Ok(moved) => moved,
                Err(error) => self.set_aside(cursor, event, &error).await?,
            };
            if !moved {
                return Ok(Step::Elsewhere);
            }
            cursor = event.position;
        }
        *known = Some(CursorState { cursor, read: last });
        Ok(Step::SetAside(events.len()))
    }

    async fn set_aside(&self, after: i64, event: &Envelope, error: &ReactionError) -> Result<bool, DbError> {
        tracing::warn!(subscription = ?self, event = %event.id, stream = event.stream, %error, "an event could not be applied; its stream waits");
        self.db
            .transact(|tx| async move {
                let moved = self.move_cursor(&tx, after, Place::after(event)).await? != Moved::Not;
                if moved {
                    parking::set_aside(&tx, self, event, error).await?;
                }
                Ok(moved)
            })
            .await
    }
}
