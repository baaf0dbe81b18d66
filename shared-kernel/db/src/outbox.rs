//! Publishes events in the transaction that makes them true. Nothing else may publish.

use kernel::{CallContext, Envelope, Event};
use serde::Serialize;
use uuid::Uuid;

use crate::{DbError, Tx, Write, dialect};

/// What led to an event: it ties the events of one request together.
#[derive(Debug, Clone, Default)]
pub struct Cause {
    pub correlation: Option<Uuid>,
    pub causation: Option<Uuid>,
    pub traceparent: Option<String>,
}

impl From<&CallContext> for Cause {
    fn from(cx: &CallContext) -> Self {
        Self { correlation: cx.correlation, causation: cx.correlation, traceparent: cx.traceparent.clone() }
    }
}

impl From<&Envelope> for Cause {
    fn from(event: &Envelope) -> Self {
        Self {
            correlation: event.correlationid,
            causation: Some(event.id.uuid()),
            traceparent: event.traceparent.clone(),
        }
    }
}

/// An event to publish: what led to it, its place in its stream, and itself.
pub type News<'a, E> = (&'a Cause, i64, &'a E);

/// So many rows go into one statement.
const ROWS: usize = 500;

/// Writes `events` to the module's outbox, each with its stream's next version.
///
/// The version of a stream counts its events from 1; the aggregate's row keeps it and its lock orders
/// writers.
pub async fn publish<E: Event>(tx: &Tx, cause: &Cause, events: &[(i64, E)]) -> Result<(), DbError> {
    let news: Vec<News<'_, E>> = events.iter().map(|(version, event)| (cause, *version, event)).collect();
    publish_all(tx, &news).await
}

/// As [`publish`], for events that have not one cause.
pub async fn publish_all<E: Event>(tx: &Tx, news: &[News<'_, E>]) -> Result<(), DbError> {
    tx.run_all(writes(tx, news)?).await?;
    Ok(())
}

/// What [`publish_all`] writes, to be run beside other writes; nothing where there is no news.
pub fn writes<E: Event>(tx: &Tx, news: &[News<'_, E>]) -> Result<Vec<Write>, DbError> {
    let sql = "INSERT INTO outbox (id, type, stream, stream_version, time, correlation_id, causation_id, traceparent, \
               data) SELECT {id}(value ->> 0), value ->> 1, value ->> 2, CAST(value ->> 3 AS bigint), \
               {time}(value ->> 4), {id}(value ->> 5), {id}(value ->> 6), value ->> 7, value ->> 8 FROM {rows}";
    let write = |chunk: &[News<'_, E>]| {
        let rows: Result<Vec<_>, DbError> = chunk.iter().map(|news| row(tx, news)).collect();
        Ok(Write::new(sql, [dialect::rows(&rows?)]).publishing())
    };
    news.chunks(ROWS).map(write).collect()
}

fn row<E: Event>(tx: &Tx, (cause, version, event): &News<'_, E>) -> Result<impl Serialize, DbError> {
    let data = event.data().map_err(|error| DbError::corrupt("event", error))?;
    let id = |id: Uuid| id.simple().to_string();
    let (correlation, causation) = (cause.correlation.map(id), cause.causation.map(id));
    Ok((
        id(tx.seams().ids.next()),
        event.event_type().to_owned(),
        event.stream(),
        *version,
        tx.seams().now().to_rfc3339(),
        correlation,
        causation,
        cause.traceparent.clone(),
        data.to_string(),
    ))
}
