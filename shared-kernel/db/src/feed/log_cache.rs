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
pub(crate) struct LogCache {
    events: VecDeque<Envelope>,
    bytes: usize,
}

impl LogCache {
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

    /// Keeps those of `committed`, by position, that follow without a gap; answers those that do not yet.
    ///
    /// Where one of them should be here and is not, the log went back: then all of it is forgotten, and whoever reads the
    /// table notices.
    pub(super) fn grow(&mut self, mut committed: Vec<Envelope>) -> Vec<Envelope> {
        let went_back = |event: &Envelope| event.position <= self.newest() && !self.has(event);
        if committed.iter().any(went_back) {
            *self = Self::default();
        }
        let newest = self.newest();
        committed.retain(|event| event.position > newest);
        let first =
            if self.events.is_empty() { committed.first().map_or(0, |event| event.position) } else { newest + 1 };
        let follow = committed.iter().zip(first..).take_while(|(event, position)| event.position == *position).count();
        let later = committed.split_off(follow);
        self.keep(&committed);
        later
    }

    fn newest(&self) -> i64 {
        self.events.back().map_or(0, |event| event.position)
    }

    fn has(&self, event: &Envelope) -> bool {
        self.index(Place::after(event)).is_some()
    }

    /// Keeps `events`, neighbours in the log, when they are newer than what is here.
    pub(super) fn keep(&mut self, events: &[Envelope]) {
        let newest = self.newest();
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
