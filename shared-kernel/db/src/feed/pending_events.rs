//! What this process has just committed, on its way to the readers.

use std::sync::{Mutex, MutexGuard, PoisonError};

use kernel::Envelope;

use super::LogCache;

/// So much waits for a reader. Should there be none, the table has it.
const MOST: usize = 1_024;

/// Events of finished commits. Those who have committed hand them over in any order.
#[derive(Debug, Default)]
pub(crate) struct PendingEvents {
    waiting: Mutex<Vec<Envelope>>,
}

impl PendingEvents {
    pub(crate) fn hand_over(&self, events: Vec<Envelope>) {
        let mut waiting = self.lock();
        if waiting.len() >= MOST {
            waiting.clear();
        }
        waiting.extend(events);
    }

    /// Lets `cache` grow by what follows it without a gap; the rest waits for what is between.
    pub(super) fn take_up(&self, cache: &mut LogCache) {
        let mut waiting = self.lock();
        waiting.sort_unstable_by_key(|event| event.position);
        *waiting = cache.grow(std::mem::take(&mut waiting));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Envelope>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
