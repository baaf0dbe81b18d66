//! Reads an outbox in commit order.

use async_trait::async_trait;
use kernel::{DateTime, Envelope, EventId, Utc, event::SpecVersion};
use sea_orm::{ConnectionTrait, QueryResult};
use serde_json::value::RawValue;
use tokio::sync::watch;
use uuid::Uuid;

use crate::{Db, DbError};

/// A module's published events, wherever they are kept.
#[async_trait]
pub trait Feed: Send + Sync {
    /// The publishing module.
    fn source(&self) -> &'static str;

    /// At most `limit` events that come after position `after`, without gaps.
    async fn read(&self, after: i64, limit: u64) -> Result<Vec<Envelope>, DbError>;

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

    async fn read(&self, after: i64, limit: u64) -> Result<Vec<Envelope>, DbError> {
        let sql = "SELECT position, id, type, stream, stream_version, time, correlation_id, causation_id, traceparent, \
                   data FROM outbox WHERE position > ? ORDER BY position LIMIT ?";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let statement = self.db.dialect().statement(sql, [after.into(), limit.into()]);
        let rows = self.db.reader().query_all_raw(statement).await?;
        rows.iter().map(|row| envelope(self.db.module(), row)).collect()
    }

    async fn head(&self) -> Result<i64, DbError> {
        head(&self.db).await
    }

    fn news(&self) -> watch::Receiver<i64> {
        self.db.bus().watch_reached(self.db.module())
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

fn envelope(source: &str, row: &QueryResult) -> Result<Envelope, DbError> {
    let data: String = row.try_get_by_index(9)?;
    Ok(Envelope {
        specversion: SpecVersion::V1,
        id: EventId::new(row.try_get_by_index::<Uuid>(1)?),
        source: source.to_owned(),
        event_type: row.try_get_by_index(2)?,
        time: row.try_get_by_index::<DateTime<Utc>>(5)?,
        stream: row.try_get_by_index(3)?,
        streamversion: row.try_get_by_index(4)?,
        position: row.try_get_by_index(0)?,
        correlationid: row.try_get_by_index(6)?,
        causationid: row.try_get_by_index(7)?,
        traceparent: row.try_get_by_index(8)?,
        data: RawValue::from_string(data).map_err(|error| DbError::corrupt("event", error))?,
    })
}
