//! Where time and entropy enter. Everything else is handed a time or an id, so a seed can replay a run.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use uuid::Uuid;

mod steady;

pub use steady::{Hearsay, SteadyClock};

/// What time it is.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present, in whole microseconds: what both databases can keep.
    fn now(&self) -> DateTime<Utc>;

    /// What the machine's clock shows, with every jump of it: for times that are compared with another machine's.
    fn wall(&self) -> DateTime<Utc> {
        self.now()
    }

    /// Hears what time it is by a database that was just opened. Most clocks do not listen.
    fn hear(&self, _: Hearsay) {}
}

/// Makes identifiers.
pub trait Ids: Send + Sync + std::fmt::Debug {
    /// A UUIDv7: unique, and later ones sort later.
    fn next(&self) -> Uuid;

    /// A UUIDv4, which cannot be guessed.
    fn secret(&self) -> Uuid;
}

/// Time and ids together, as a module is handed them.
#[derive(Debug, Clone)]
pub struct Seams {
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
}

impl Seams {
    /// The machine's own clock, made steady, and its entropy.
    pub fn system() -> Self {
        Self { clock: Arc::new(SteadyClock::over(Arc::new(SystemClock))), ids: Arc::new(SystemIds) }
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// As [`Clock::wall`].
    pub fn wall(&self) -> DateTime<Utc> {
        self.clock.wall()
    }

    /// A new id of whatever kind the caller needs.
    pub fn id<I: From<Uuid>>(&self) -> I {
        I::from(self.ids.next())
    }
}

/// The machine's clock, which an operator or a time server may turn at any moment.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now(&self) -> DateTime<Utc> {
        whole_microseconds(Utc::now())
    }
}

/// What both databases can keep.
fn whole_microseconds(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(at)
}

/// The machine's entropy.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl Ids for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "the one place that makes ids")]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that makes unguessable ids")]
    fn secret(&self) -> Uuid {
        Uuid::new_v4()
    }
}

/// A clock that stands still until it is told to move. Clones share the same hands.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Mutex<DateTime<Utc>>>);

impl ManualClock {
    pub fn at(now: DateTime<Utc>) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    pub fn advance(&self, by: TimeDelta) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A clock moved by an offset, so that a test can make a running store's minutes pass. By default it is the machine's.
#[derive(Debug, Clone)]
pub struct OffsetClock {
    under: Arc<dyn Clock>,
    offset: Arc<Mutex<TimeDelta>>,
}

impl Default for OffsetClock {
    fn default() -> Self {
        Self::over(Arc::new(SystemClock))
    }
}

impl OffsetClock {
    pub fn over(under: Arc<dyn Clock>) -> Self {
        Self { under, offset: Arc::default() }
    }

    pub fn advance(&self, by: TimeDelta) {
        let mut offset = self.offset.lock().unwrap_or_else(PoisonError::into_inner);
        *offset += by;
    }

    fn offset(&self) -> TimeDelta {
        *self.offset.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for OffsetClock {
    fn now(&self) -> DateTime<Utc> {
        self.under.now() + self.offset()
    }

    fn wall(&self) -> DateTime<Utc> {
        self.under.wall() + self.offset()
    }

    fn hear(&self, hearsay: Hearsay) {
        self.under.hear(hearsay.moved(-self.offset()));
    }
}

/// Ids that a seed decides: the same seed, the same ids in the same order.
#[derive(Debug)]
pub struct SeededIds {
    seed: u64,
    made: AtomicU64,
}

impl SeededIds {
    pub const fn new(seed: u64) -> Self {
        Self { seed, made: AtomicU64::new(0) }
    }
}

impl Ids for SeededIds {
    fn next(&self) -> Uuid {
        let made = self.made.fetch_add(1, Ordering::Relaxed);
        uuid::Builder::from_unix_timestamp_millis(made, &seed_bytes(self.seed)).into_uuid()
    }

    fn secret(&self) -> Uuid {
        let made = self.made.fetch_add(1, Ordering::Relaxed);
        Uuid::from_u64_pair(self.seed, made)
    }
}

fn seed_bytes(seed: u64) -> [u8; 10] {
    let mut bytes = [0; 10];
    for (to, from) in bytes.iter_mut().zip(seed.to_be_bytes()) {
        *to = from;
    }
    bytes
}
