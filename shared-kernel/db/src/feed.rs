//! Reads an outbox in commit order.

use async_trait::async_trait;
use kernel::{DateTime, Envelope, EventId, Utc, event::SpecVersion};
use sea_orm::{ConnectionTrait as _, FromQueryResult};
use serde_json::value::RawValue;
use tokio::sync::watch;
use uuid::Uuid;

use crate::{Db, DbError, Sql};

mod log_cache;
mod pending_events;

pub(crate) use log_cache::LogCache;
pub(crate) use pending_events::PendingEvents;

/// Where a reader stands in a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// The position of the last event that was read.
    pub position: i64,
    /// That event's id: by it a log that went back is noticed, even when it has grown again.
    pub event_id: Option<EventId>,
}

impl Place {
    /// Before the first event.
    pub const START: Self = Self { position: 0, event_id: None };

    pub fn after(event: &Envelope) -> Self {
        Self { position: event.position, event_id: Some(event.id) }
    }
}

/// A module's published events, wherever they are kept.
#[async_trait]
pub trait Feed: Send + Sync {
    /// The publishing module.
    fn source(&self) -> &'static str;

    /// At most `limit` events that come after `after`, without gaps.
    ///
    /// # Errors
    ///
    /// [`DbError::FeedWentBack`] when the event at `after` is not there any more, or is another one;
    /// [`DbError::FeedRetired`] when the event that comes next was deleted already. Neither is ever skipped.
    async fn read(&self, after: Place, limit: u64) -> Result<Vec<Envelope>, DbError>;

    /// The position of the newest event; 0 when there is none.
    async fn head(&self) -> Result<i64, DbError>;

    /// Changes when there is more to read. It may miss news: poll as well.
    fn news(&self) -> watch::Receiver<i64>;
}

/// The outbox of a module in this process.
#[derive(Debug, Clone)]
pub struct LocalFeed {
    db: Db,
}

impl LocalFeed {
    pub fn of(db: &Db) -> Self {
        Self { db: db.clone() }
    }
}

#[async_trait]
impl Feed for LocalFeed {
    fn source(&self) -> &'static str {
        self.db.module()
    }

    /// Of several who wait for the same news one reads the table, and the others what that one has found.
    async fn read(&self, after: Place, limit: u64) -> Result<Vec<Envelope>, DbError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        if let Some(events) = self.read_log_cache(after, limit).await {
            return Ok(events);
        }
        let events = self.read_table(after, limit).await?;
        self.db.inner.log_cache.lock().await.keep(&events);
        Ok(events)
    }

    async fn head(&self) -> Result<i64, DbError> {
        head(&self.db).await
    }

    fn news(&self) -> watch::Receiver<i64> {
        self.db.bus().watch_reached(self.db.module())
    }
}

/// An event as the outbox has it.
#[derive(FromQueryResult)]
struct Row {
    position: i64,
    id: Uuid,
    r#type: String,
    stream: String,
    stream_version: i64,
    time: DateTime<Utc>,
    correlation_id: Option<Uuid>,
    causation_id: Option<Uuid>,
    traceparent: Option<String>,
    data: String,
}

static READ: Sql = Sql::new("kernel.read-outbox", || {
    "SELECT position, id, type, stream, stream_version, time, correlation_id, causation_id, traceparent, data \
     FROM outbox WHERE position >= ? ORDER BY position LIMIT ?"
        .to_owned()
});

impl LocalFeed {
    /// What is in memory, read on to where the bus says that the log reaches, and for a reader at its end in any case.
    /// `None` for whoever stands elsewhere, and when the table cannot be read: that is told to each for his own place.
    async fn read_log_cache(&self, after: Place, limit: usize) -> Option<Vec<Envelope>> {
        let mut cache = self.db.inner.log_cache.lock().await;
        self.db.inner.pending_events.take_up(&mut cache);
        let end = cache.end_after(after)?;
        if end.position == after.position || end.position < *self.news().borrow() {
            match self.read_table(end, limit).await {
                Ok(events) => cache.keep(&events),
                Err(_) => *cache = LogCache::default(),
            }
        }
        cache.after(after, limit)
    }

    /// Reads the event at `after` with those that follow it, so that looking at it costs no statement of its own.
    async fn read_table(&self, after: Place, limit: usize) -> Result<Vec<Envelope>, DbError> {
        let rows = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
        let mut rows: Vec<Row> = self.db.all(&READ, [after.position.into(), rows.into()]).await?;
        let following = rows.split_off(self.before_following(after, &rows).await?);
        following.into_iter().take(limit).map(|row| row.envelope(self.source())).collect()
    }

    /// How many of `rows`, which begin at `after`, do not come after it: one or none.
    async fn before_following(&self, after: Place, rows: &[Row]) -> Result<usize, DbError> {
        let feed = || self.source().to_owned();
        let went_back = |head| DbError::FeedWentBack { feed: feed(), position: after.position, head };
        let Some(first) = rows.first() else {
            let head = self.head().await?;
            return if head < after.position { Err(went_back(head)) } else { Ok(0) };
        };
        if first.position == after.position {
            let same = after.event_id.is_none_or(|known| known.uuid() == first.id);
            return if same { Ok(1) } else { Err(went_back(self.head().await?)) };
        }
        if first.position == after.position + 1 {
            Ok(0)
        } else {
            Err(DbError::FeedRetired { feed: feed(), position: after.position, first: first.position })
        }
    }
}

/// The position of the newest event in `db`'s outbox, kept or already retired; 0 when there was none.
pub async fn head(db: &Db) -> Result<i64, DbError> {
    let sql = match db.dialect() {
        crate::Dialect::Sqlite => "SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'outbox'",
        crate::Dialect::Postgres => "SELECT position FROM outbox_head",
    };
    let row = db.reader().query_one_raw(db.dialect().statement(sql, [])).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0))
}

impl Row {
    fn envelope(self, source: &str) -> Result<Envelope, DbError> {
        Ok(Envelope {
            specversion: SpecVersion::V1,
            id: EventId::new(self.id),
            source: source.to_owned(),
            event_type: self.r#type,
            time: self.time,
            stream: self.stream,
            streamversion: self.stream_version,
            position: self.position,
            correlationid: self.correlation_id,
            causationid: self.causation_id,
            traceparent: self.traceparent,
            data: RawValue::from_string(self.data).map_err(|error| DbError::corrupt("event", error))?,
        })
    }
}
