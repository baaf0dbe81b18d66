//! The newest events of an outbox, in memory, so that readers who stand close together read the table once.
//!
//! Events never change once they can be read, so what is here is what the table says, or said before it was retired.

use std::collections::VecDeque;

use kernel::Envelope;

use super::Place;

/// So much of the log is kept, but always the newest event.
const MOST_BYTES: usize = 1024 * 1024;

/// What an event costs beside its data and its stream.
const FRAME_BYTES: usize = 256;

/// Neighbours in the log, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    events: VecDeque<Envelope>,
    bytes: usize,
}

impl Tail {
    /// At most `limit` events after `place`; `None` for a reader whose place is not here, or is another event's.
    pub(super) fn after(&self, place: Place, limit: usize) -> Option<Vec<Envelope>> {
        let at = self.index(place)?;
        Some(self.events.iter().skip(at + 1).take(limit).cloned().collect())
    }

    /// The place of the newest event, for a reader whose place is here too.
    pub(super) fn end_after(&self, place: Place) -> Option<Place> {
        self.index(place)?;
        self.events.back().map(Place::after)
    }

    fn index(&self, place: Place) -> Option<usize> {
        let first = self.events.front()?.position;
        let at = usize::try_from(place.position.checked_sub(first)?).ok()?;
        let here = self.events.get(at)?;
        place.event_id.is_none_or(|known| known == here.id).then_some(at)
    }

    /// Keeps `events`, which have just got their positions. What they do not follow is forgotten: another process has
    /// numbered meanwhile, or the log went back, which whoever reads the table notices.
    pub(super) fn keep_numbered(&mut self, events: &[Envelope]) {
        let newest = self.events.back().map_or(0, |event| event.position);
        if events.first().is_some_and(|first| first.position != newest + 1) {
            *self = Self::default();
        }
        self.keep(events);
    }

    /// Keeps `events`, neighbours in the log, when they are newer than what is here.
    pub(super) fn keep(&mut self, events: &[Envelope]) {
        let newest = self.events.back().map_or(0, |event| event.position);
        let newer = events.get(events.partition_point(|event| event.position <= newest)..).unwrap_or_default();
        let Some(first) = newer.first() else { return };
        if first.position != newest + 1 {
            *self = Self::default();
        }
        self.bytes += newer.iter().map(size).sum::<usize>();
        self.events.extend(newer.iter().cloned());
        while self.bytes > MOST_BYTES && self.events.len() > 1 {
            self.bytes -= self.events.pop_front().as_ref().map_or(0, size);
        }
    }
}

fn size(event: &Envelope) -> usize {
    event.data.get().len() + event.stream.len() + FRAME_BYTES
}

#[cfg(test)]
mod tests;
