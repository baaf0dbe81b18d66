//! Publishes events in the transaction that makes them true. Nothing else may publish.
//!
//! Positions are given in the order of commits, without gaps, so a reader who goes by them skips nothing. On Postgres
//! transactions commit out of order, and a number that a sequence gave would become visible after a higher one; so
//! those who publish take turns, and each takes its turn at the very end of its transaction, see [`Tx::save`].

use kernel::{CallContext, Envelope, Event, event::SpecVersion};
use serde::Serialize;
use uuid::Uuid;

use crate::{DbError, Dialect, Tx, Write, dialect};

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
pub type NewEvent<'a, E> = (&'a Cause, i64, &'a E);

/// Publishes `events` with the transaction, each with its stream's next version.
///
/// The version of a stream counts its events from 1; the aggregate's row keeps it and its lock orders
/// writers. The outbox is written when the work is done, see [`Tx::save`].
pub fn publish<E: Event>(tx: &Tx, cause: &Cause, events: &[(i64, E)]) -> Result<(), DbError> {
    let news: Vec<NewEvent<'_, E>> = events.iter().map(|(version, event)| (cause, *version, event)).collect();
    publish_all(tx, &news)
}

/// As [`publish`], for events that have not one cause.
pub fn publish_all<E: Event>(tx: &Tx, news: &[NewEvent<'_, E>]) -> Result<(), DbError> {
    let events: Result<Vec<_>, DbError> = news.iter().map(|news| envelope(tx, news)).collect();
    tx.publish(events?);
    Ok(())
}

/// The event as it will stand in the outbox, but for its position.
fn envelope<E: Event>(tx: &Tx, (cause, version, event): &NewEvent<'_, E>) -> Result<Envelope, DbError> {
    let corrupt = |error| DbError::corrupt("event", error);
    let data = event.data().and_then(|data| serde_json::value::to_raw_value(&data)).map_err(corrupt)?;
    Ok(Envelope {
        specversion: SpecVersion::V1,
        id: tx.seams().id(),
        source: tx.module().to_owned(),
        event_type: event.event_type().to_owned(),
        time: tx.seams().now(),
        stream: event.stream(),
        streamversion: *version,
        position: 0,
        correlationid: cause.correlation,
        causationid: cause.causation,
        traceparent: cause.traceparent.clone(),
        data,
    })
}

/// Where the positions come from stands in the place of `{position}`.
const WRITE: &str = "INSERT INTO outbox (position, id, type, stream, stream_version, time, correlation_id, \
     causation_id, traceparent, data) SELECT {position}, {id}(value ->> 0), value ->> 1, value ->> 2, \
     CAST(value ->> 3 AS bigint), {time}(value ->> 4), {id}(value ->> 5), {id}(value ->> 6), value ->> 7, value ->> 8 \
     FROM {rows}";

/// What writes `events`. On SQLite there is one writer, and the row id is the position.
///
/// On Postgres it is a part of a statement that has `turn`: the position of the newest of them.
pub(crate) fn write(dialect: Dialect, events: &[Envelope]) -> Write {
    let sql = match dialect {
        Dialect::Sqlite => WRITE.replace("{position}", "NULL"),
        Dialect::Postgres => WRITE.replace("{position}", "turn.position - CAST(value ->> 9 AS bigint)") + ", turn",
    };
    Write::new(sql, [dialect::rows(&events.iter().zip((0..events.len()).rev()).map(row).collect::<Vec<_>>())])
}

/// The cells of an event that so many are to follow.
fn row((event, followers): (&Envelope, usize)) -> impl Serialize {
    let id = |id: Uuid| id.simple().to_string();
    (
        id(event.id.uuid()),
        &event.event_type,
        &event.stream,
        event.streamversion,
        event.time.to_rfc3339(),
        event.correlationid.map(id),
        event.causationid.map(id),
        &event.traceparent,
        event.data.get(),
        followers,
    )
}

/// Gives each of `events` its position, of which the last is `newest`.
pub(crate) fn number(events: &mut [Envelope], newest: i64) {
    for (event, position) in events.iter_mut().rev().zip((1..=newest).rev()) {
        event.position = position;
    }
}
