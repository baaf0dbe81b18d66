//! The row that says how far a consumer has come.

use kernel::EventId;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::Subscription;
use crate::{DbError, Place, Sql, Tx, Write};

/// How far a consumer has read, and how far its cursor follows: they differ while nothing concerned it.
#[derive(Debug, Clone, Copy)]
pub(super) struct CursorState {
    /// The position that the cursor's row has.
    pub(super) cursor: i64,
    pub(super) read: Place,
}

impl CursorState {
    pub(super) const START: Self = Self::at(Place::START);

    pub(super) const fn at(place: Place) -> Self {
        Self { cursor: place.position, read: place }
    }

    /// Whether it has read on without its cursor.
    pub(super) const fn is_ahead(self) -> bool {
        self.read.position > self.cursor
    }
}

impl Subscription {
    /// The position of the last event applied or set aside; 0 at first.
    pub async fn position(&self) -> Result<i64, DbError> {
        Ok(self.place().await?.unwrap_or(Place::START).position)
    }

    pub(super) async fn place(&self) -> Result<Option<Place>, DbError> {
        let cursor = self.db.one::<Cursor>(READ_CURSOR, [self.consumer.into(), self.source().into()]).await?;
        Ok(cursor.map(|Cursor { position, event_id }| Place { position, event_id: event_id.map(EventId::new) }))
    }

    pub(super) async fn open_cursor(&self) -> Result<(), DbError> {
        self.db.write_one(OPEN_CURSOR, [self.consumer.into(), self.source().into()]).await?;
        Ok(())
    }

    /// Puts the cursor after `position`, for a person who knows what that repeats or leaves out. The next event is
    /// taken as it comes; from then on the feed is watched again for going back.
    pub async fn seek(&self, position: i64) -> Result<(), DbError> {
        let (source, head) = (self.source(), self.feed.head().await?);
        if !(0..=head).contains(&position) {
            return Err(DbError::BeyondFeed { feed: source.to_owned(), position, head });
        }
        self.open_cursor().await?;
        self.db
            .transact(|tx| async move {
                tx.run(SEEK_CURSOR, [position.into(), self.consumer.into(), self.source().into()]).await
            })
            .await?;
        Ok(())
    }

    /// Lets the cursor follow to where the consumer has read. Forgets where that is when another has moved the cursor.
    pub(super) async fn rest(&self, known: &mut Option<CursorState>) -> Result<(), DbError> {
        let Some(at) = known.filter(|at| at.is_ahead()) else { return Ok(()) };
        let moved = self.db.transact(|tx| async move { self.move_cursor(&tx, at.cursor, at.read).await }).await?;
        *known = (moved != Moved::Not).then_some(CursorState::at(at.read));
        Ok(())
    }

    /// Forgets where the consumer stands when its cursor is elsewhere, as after [`Subscription::seek`] in another process. One
    /// that reads events notices by itself; one that waits for an event would not.
    pub(super) async fn look_for_seek(&self, known: &mut Option<CursorState>) -> Result<(), DbError> {
        if let Some(at) = *known {
            let kept = self.place().await?.is_some_and(|place| place.position == at.cursor);
            *known = known.filter(|_| kept);
        }
        Ok(())
    }

    /// Moves the cursor from `after` behind `to`, and says whether any stream is held back.
    ///
    /// It is not moved when it is not at `after`, or another process is about to move it: nobody waits for a cursor.
    ///
    /// Nor for the disk: what a crash of the server undoes is the move with its effects, and they are had again. Only what
    /// publishes waits, see [`Tx::save`].
    pub(super) async fn move_cursor(&self, tx: &Tx, after: i64, to: Place) -> Result<Moved, DbError> {
        let (consumer, source) = (self.consumer.into(), self.source().into());
        let event_id = to.event_id.map(EventId::uuid);
        let values = [to.position.into(), event_id.into(), consumer, source, after.into()];
        let Some(moved) = tx.one::<MovedCursor>(&MOVE_CURSOR, values).await? else { return Ok(Moved::Not) };
        Ok(if moved.held_back == 0 { Moved::WithNoneHeldBack } else { Moved::WithSomeHeldBack })
    }

    /// As [`Subscription::move_cursor`], to be run beside the effects; it changes nothing when a stream is held back.
    pub(super) fn moving_alone(&self, after: i64, to: Place) -> Write {
        let event_id = to.event_id.map(EventId::uuid);
        let (consumer, source) = (self.consumer.into(), self.source().into());
        Write::new(MOVE_ALONE, [to.position.into(), event_id.into(), consumer, source, after.into()]).without_sync()
    }
}

#[derive(FromQueryResult)]
struct Cursor {
    position: i64,
    event_id: Option<Uuid>,
}

#[derive(FromQueryResult)]
struct MovedCursor {
    held_back: i64,
}

/// What became of a cursor that was to be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moved {
    Not,
    WithNoneHeldBack,
    WithSomeHeldBack,
}

const READ_CURSOR: &str = "SELECT position, event_id FROM subscription WHERE consumer = ? AND source = ?";
const OPEN_CURSOR: &str = "INSERT INTO subscription (consumer, source, position) VALUES (?, ?, 0) \
                           ON CONFLICT (consumer, source) DO NOTHING RETURNING position";
static MOVE_CURSOR: Sql = Sql::new("kernel.move-cursor", || {
    "UPDATE subscription SET position = ?, event_id = ? WHERE (consumer, source) IN \
                           (SELECT consumer, source FROM subscription WHERE consumer = ? AND source = ? \
                           AND position = ? {skip_locked}) \
                           RETURNING (SELECT COUNT(*) FROM parked_event \
                           WHERE parked_event.consumer = subscription.consumer \
                           AND parked_event.source = subscription.source) AS held_back {and_without_sync}"
        .to_owned()
});
const MOVE_ALONE: &str = "UPDATE subscription SET position = ?, event_id = ? WHERE (consumer, source) IN \
                          (SELECT consumer, source FROM subscription WHERE consumer = ? AND source = ? \
                          AND position = ? {skip_locked}) AND NOT EXISTS (SELECT 1 FROM parked_event \
                          WHERE parked_event.consumer = subscription.consumer \
                          AND parked_event.source = subscription.source)";
const SEEK_CURSOR: &str = "UPDATE subscription SET position = ?, event_id = NULL WHERE consumer = ? AND source = ?";
