//! A feed whose events a test makes up.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use kernel::{Envelope, Event, EventId, event::SpecVersion};
use kernel_db::{DbError, Feed, Place};
use tokio::sync::watch;
use uuid::Uuid;

pub(super) struct FakeFeed {
    source: &'static str,
    events: Mutex<Vec<Envelope>>,
    reached: watch::Sender<i64>,
}

impl FakeFeed {
    pub(super) fn of(source: &'static str) -> Self {
        Self { source, events: Mutex::default(), reached: watch::Sender::new(0) }
    }

    pub(super) fn publish<E: Event>(&self, event: &E) {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        let position = i64::try_from(events.len()).unwrap() + 1;
        events.push(Envelope {
            specversion: SpecVersion::V1,
            id: EventId::new(Uuid::from_u128(position.unsigned_abs().into())),
            source: self.source.to_owned(),
            event_type: event.event_type().to_owned(),
            time: kernel::clock::Clock::now(&kernel::clock::SystemClock),
            stream: event.stream(),
            streamversion: position,
            position,
            correlationid: None,
            causationid: None,
            traceparent: None,
            data: serde_json::value::to_raw_value(&event.data().unwrap()).unwrap(),
        });
        self.reached.send_replace(position);
    }
}

#[async_trait]
impl Feed for FakeFeed {
    fn source(&self) -> &'static str {
        self.source
    }

    async fn read(&self, after: Place, limit: u64) -> Result<Vec<Envelope>, DbError> {
        let events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        let limit = usize::try_from(limit).unwrap();
        Ok(events.iter().filter(|event| event.position > after.position).take(limit).cloned().collect())
    }

    async fn head(&self) -> Result<i64, DbError> {
        Ok(*self.reached.borrow())
    }

    fn news(&self) -> watch::Receiver<i64> {
        self.reached.subscribe()
    }
}
