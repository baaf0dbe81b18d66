//! The in-memory bus: "outbox X now reaches position N". It makes delivery fast and is never the truth.
//!
//! It also knows when this process committed what it hears of, and so how long the reactions took.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, time::Instant};

/// Of so many commits the bus remembers when they were; a reader further behind is not measured.
const REMEMBERED: usize = 1_024;

/// A consumer has applied what one commit of this process had published.
#[derive(Debug, Clone, Copy)]
pub struct Reacted {
    pub consumer: &'static str,
    pub source: &'static str,
    /// From that commit to the commit of the effect.
    pub after: Duration,
}

type Observer = Box<dyn Fn(Reacted) + Send + Sync>;

/// One process's bus. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Bus {
    lines: Arc<Mutex<HashMap<&'static str, Line>>>,
    observer: Arc<Observed>,
    deaf: bool,
}

#[derive(Default)]
struct Observed(OnceLock<Observer>);

impl std::fmt::Debug for Observed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Observed")
    }
}

#[derive(Debug)]
struct Line {
    reached: watch::Sender<i64>,
    /// As far as this process has brought it.
    committed: watch::Sender<i64>,
    /// The position that each commit has reached, and when it was; in the order of positions.
    commits: VecDeque<(i64, Instant)>,
}

impl Bus {
    /// A bus that drops every message: everything must still arrive, by polling.
    pub fn deaf() -> Self {
        Self { deaf: true, ..Self::default() }
    }

    /// Tells `observer`, the first who comes, of every reaction to what this process has committed.
    pub fn observe(&self, observer: impl Fn(Reacted) + Send + Sync + 'static) {
        // A second one has nobody to be told by.
        let _ = self.observer.0.set(Box::new(observer));
    }

    /// `source`'s outbox now reaches `position`.
    pub fn reached(&self, source: &'static str, position: i64) {
        if !self.deaf {
            self.with(source, |line| grow(&line.reached, position));
        }
    }

    /// The same, by a commit of this process at `at`.
    pub(crate) fn committed(&self, source: &'static str, position: i64, at: Instant) {
        if !self.deaf {
            self.with(source, |line| {
                line.remember(position, at);
                grow(&line.committed, position);
                grow(&line.reached, position);
            });
        }
    }

    /// `consumer` has applied what `source` has published after `after` and up to `to`.
    pub(crate) fn reacted(&self, (consumer, source): (&'static str, &'static str), (after, to): (i64, i64)) {
        let Some(observer) = self.observer.0.get() else { return };
        let now = Instant::now();
        let mut commits = Vec::new();
        self.with(source, |line| {
            let newest_first = line.commits.iter().rev().skip_while(|(position, _)| *position > to);
            commits.extend(newest_first.take_while(|(position, _)| *position > after).map(|(_, at)| *at));
        });
        for at in commits {
            observer(Reacted { consumer, source, after: now.saturating_duration_since(at) });
        }
    }

    /// Changes whenever `source`'s outbox has grown.
    pub fn watch_reached(&self, source: &'static str) -> watch::Receiver<i64> {
        self.with(source, |line| line.reached.subscribe())
    }

    /// Changes whenever this process has brought `source`'s outbox further.
    pub(crate) fn watch_committed(&self, source: &'static str) -> watch::Receiver<i64> {
        self.with(source, |line| line.committed.subscribe())
    }

    fn with<T>(&self, source: &'static str, use_line: impl FnOnce(&mut Line) -> T) -> T {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        use_line(lines.entry(source).or_insert_with(Line::new))
    }
}

impl Line {
    fn new() -> Self {
        Self { reached: watch::Sender::new(0), committed: watch::Sender::new(0), commits: VecDeque::new() }
    }

    fn remember(&mut self, position: i64, at: Instant) {
        if self.commits.len() == REMEMBERED {
            self.commits.pop_front();
        }
        // Those who have committed tell it in any order.
        let place = self.commits.partition_point(|(known, _)| *known < position);
        self.commits.insert(place, (position, at));
    }
}

fn grow(to: &watch::Sender<i64>, position: i64) {
    to.send_if_modified(|known| {
        let grown = position > *known;
        *known = position.max(*known);
        grown
    });
}
