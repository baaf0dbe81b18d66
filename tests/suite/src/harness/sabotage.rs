//! Takes guards away, to show that a test would notice.
//!
//! Failpoints are global to the process, so a test that sets one runs alone, and the others together.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

static TURN: RwLock<()> = RwLock::new(());

/// Held by a test that needs every guard in its place.
pub(crate) fn together() -> RwLockReadGuard<'static, ()> {
    TURN.read().unwrap_or_else(PoisonError::into_inner)
}

/// Held by a test that takes a guard away. No other test runs at the same time.
pub(crate) fn alone() -> RwLockWriteGuard<'static, ()> {
    TURN.write().unwrap_or_else(PoisonError::into_inner)
}

/// A guard that is missing until this is dropped.
#[derive(Debug)]
pub(crate) struct Sabotage(&'static str);

impl Sabotage {
    pub(crate) fn of(guard: &'static str) -> Self {
        Self::doing(guard, "return")
    }

    /// Makes the failpoint do something else than take a guard away, in the words of the crate `fail`.
    pub(crate) fn doing(failpoint: &'static str, action: &str) -> Self {
        fail::cfg(failpoint, action).unwrap();
        Self(failpoint)
    }
}

impl Drop for Sabotage {
    fn drop(&mut self) {
        fail::remove(self.0);
    }
}
