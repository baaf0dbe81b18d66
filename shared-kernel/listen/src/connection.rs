//! What the stream below a connection and the exchange above it tell each other.

use std::{
    cell::{Cell, RefCell},
    io,
    task::Waker,
};

use tokio::{net::TcpStream, time::Instant};

use crate::{Ended, Refusal, Share, addresses::Counted, connections::Place};

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
    pub(crate) admitted: Instant,
    /// Gone once the connection is evicted.
    held: RefCell<Option<(TcpStream, Place, Counted)>>,
    /// From the last byte of a request's head until its answer is written.
    in_flight: Cell<bool>,
    /// When the last answer was written.
    idle_since: Cell<Option<Instant>>,
    refusal: Cell<Option<Refusal>>,
    body_failure: Cell<Option<BodyFailure>>,
    /// Whether there is a later request, or the end, behind the one that is answered.
    has_more: Cell<bool>,
    /// Of the task that reads: something else than the socket may let it go on.
    reader: RefCell<Option<Waker>>,
}

impl Connection {
    pub(crate) fn new(socket: TcpStream, place: Place, counted: Counted) -> Self {
        Self {
            share: place.share,
            admitted: Instant::now(),
            held: RefCell::new(Some((socket, place, counted))),
            in_flight: Cell::default(),
            idle_since: Cell::default(),
            refusal: Cell::default(),
            body_failure: Cell::default(),
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

    /// Closes the socket and leaves the place at once; the task of the connection ends when it finds that out.
    pub(crate) fn evict(&self) {
        if let Some((_socket, place, _counted)) = self.held.take() {
            place.note(Ended::Evicted);
        }
        self.wake();
    }

    pub(crate) fn is_evicted(&self) -> bool {
        self.held.borrow().is_none()
    }

    /// # Errors
    ///
    /// When the connection was evicted.
    pub(crate) fn with_socket<T>(&self, work: impl FnOnce(&mut TcpStream) -> T) -> io::Result<T> {
        let mut held = self.held.borrow_mut();
        let (socket, ..) = held.as_mut().ok_or(io::ErrorKind::ConnectionAborted)?;
        Ok(work(socket))
    }

    pub(crate) fn note(&self, why: Ended) {
        if let Some((_, place, _)) = self.held.borrow().as_ref() {
            place.note(why);
        }
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
