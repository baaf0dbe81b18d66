//! What the stream below a connection and the exchange above it tell each other.

use std::{
    cell::{Cell, RefCell},
    task::Waker,
};

use tokio::time::Instant;

use crate::{Refusal, Share};

/// Why a body did not come whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyFailure {
    TooSlow,
    Malformed,
}

/// One connection. Stream and exchange run in one task, so that nothing here is locked.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) share: Share,
    /// From the last byte of a request's head until its answer is written.
    in_flight: Cell<bool>,
    /// When the last answer was written.
    idle_since: Cell<Option<Instant>>,
    refusal: Cell<Option<Refusal>>,
    body_failure: Cell<Option<BodyFailure>>,
    evicted: Cell<bool>,
    /// Whether there is a later request, or the end, behind the one that is answered.
    has_more: Cell<bool>,
    /// Of the task that reads: something else than the socket may let it go on.
    reader: RefCell<Option<Waker>>,
}

impl Connection {
    pub(crate) fn new(share: Share) -> Self {
        Self {
            share,
            in_flight: Cell::default(),
            idle_since: Cell::default(),
            refusal: Cell::default(),
            body_failure: Cell::default(),
            evicted: Cell::default(),
            has_more: Cell::default(),
            reader: RefCell::default(),
        }
    }

    /// A head has been handed on.
    pub(crate) fn begin(&self) {
        self.in_flight.set(true);
        self.idle_since.set(None);
    }

    /// Its answer is written.
    pub(crate) fn finish(&self, now: Instant) {
        self.in_flight.set(false);
        self.idle_since.set(Some(now));
        if self.has_more.take() {
            self.wake();
        }
    }

    pub(crate) fn is_in_flight(&self) -> bool {
        self.in_flight.get()
    }

    pub(crate) fn idle_since(&self) -> Option<Instant> {
        self.idle_since.get()
    }

    pub(crate) fn refuse(&self, refusal: Refusal) {
        self.refusal.set(Some(refusal));
    }

    pub(crate) fn take_refusal(&self) -> Option<Refusal> {
        self.refusal.take()
    }

    pub(crate) fn fail_body(&self, failure: BodyFailure) {
        self.body_failure.set(Some(failure));
    }

    pub(crate) fn body_failure(&self) -> Option<BodyFailure> {
        self.body_failure.get()
    }

    /// Asks the stream to end. It does so when it is idle.
    pub(crate) fn evict(&self) {
        self.evicted.set(true);
        self.wake();
    }

    pub(crate) fn is_evicted(&self) -> bool {
        self.evicted.get()
    }

    /// Wakes the reader when the answer is written.
    pub(crate) fn expect_more(&self) {
        self.has_more.set(true);
    }

    pub(crate) fn wake_reader_with(&self, waker: &Waker) {
        let mut reader = self.reader.borrow_mut();
        if reader.as_ref().is_none_or(|known| !known.will_wake(waker)) {
            *reader = Some(waker.clone());
        }
    }

    fn wake(&self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }
}
