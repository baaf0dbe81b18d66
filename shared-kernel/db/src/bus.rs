//! The in-memory bus: "outbox X now reaches position N". It makes delivery fast and is never the truth.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::watch;

/// One process's bus. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Bus {
    lines: Arc<Mutex<HashMap<&'static str, Line>>>,
    deaf: bool,
}

#[derive(Debug)]
struct Line {
    reached: watch::Sender<i64>,
    unnumbered: watch::Sender<u64>,
}

impl Bus {
    /// A bus that drops every message: everything must still arrive, by polling.
    pub fn deaf() -> Self {
        Self { deaf: true, ..Self::default() }
    }

    /// `source`'s outbox now reaches `position`.
    pub fn reached(&self, source: &'static str, position: i64) {
        if !self.deaf {
            self.with(source, |line| {
                line.reached.send_if_modified(|reached| {
                    let grown = position > *reached;
                    *reached = position.max(*reached);
                    grown
                })
            });
        }
    }

    /// `source`'s outbox has rows that wait for a number.
    pub fn unnumbered(&self, source: &'static str) {
        if !self.deaf {
            self.with(source, |line| line.unnumbered.send_modify(|count| *count = count.wrapping_add(1)));
        }
    }

    /// Changes whenever `source`'s outbox has grown.
    pub fn watch_reached(&self, source: &'static str) -> watch::Receiver<i64> {
        self.with(source, |line| line.reached.subscribe())
    }

    pub(crate) fn watch_unnumbered(&self, source: &'static str) -> watch::Receiver<u64> {
        self.with(source, |line| line.unnumbered.subscribe())
    }

    fn with<T>(&self, source: &'static str, use_line: impl FnOnce(&Line) -> T) -> T {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Line { reached: watch::Sender::new(0), unnumbered: watch::Sender::new(0) };
        use_line(lines.entry(source).or_insert_with(new))
    }
}
