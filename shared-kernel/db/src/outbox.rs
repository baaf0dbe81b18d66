//! Publishes events in the transaction that makes them true. Nothing else may publish.

use std::fmt::Write as _;

use kernel::{CallContext, Envelope, Event};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use crate::{DbError, Dialect, Tx};

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

/// So many rows go into one statement.
const ROWS: usize = 200;

/// Writes `events` to the module's outbox, each with its stream's next version.
///
/// The version of a stream counts its events from 1; the aggregate's row keeps it and its lock orders
/// writers.
pub async fn publish<E: Event>(tx: &Tx, cause: &Cause, events: &[(i64, E)]) -> Result<(), DbError> {
    for chunk in events.chunks(ROWS) {
        let mut sql = "INSERT INTO outbox (id, type, stream, stream_version, time, correlation_id, causation_id, \
                       traceparent, data) VALUES "
            .to_owned();
        let mut values: Vec<Value> = Vec::with_capacity(chunk.len() * 9);
        for (index, (version, event)) in chunk.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            let _ = write!(sql, "{comma}(?, ?, ?, ?, ?, ?, ?, ?, ?)");
            let data = event.data().map_err(|error| DbError::corrupt("event", error))?;
            values.extend([
                tx.seams().ids.next().into(),
                event.event_type().into(),
                event.stream().into(),
                (*version).into(),
                tx.seams().now().into(),
                cause.correlation.into(),
                cause.causation.into(),
                cause.traceparent.clone().into(),
                data.to_string().into(),
            ]);
        }
        let result = tx.execute_raw(tx.dialect().statement(&sql, values)).await?;
        tx.note_published(match tx.dialect() {
            Dialect::Sqlite => i64::try_from(result.last_insert_id()).unwrap_or(i64::MAX),
            Dialect::Postgres => -1,
        });
    }
    Ok(())
}
