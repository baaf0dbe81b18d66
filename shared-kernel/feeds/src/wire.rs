//! What goes over the wire, the same for both sides.

use kernel::{Envelope, EventId};
use kernel_db::Place;
use serde::{Deserialize, Serialize};

/// The most events in one answer.
pub const MOST_EVENTS: u64 = 500;

/// The longest that a reader may have an answer wait, in milliseconds.
pub const MOST_WAIT_MS: u64 = 30_000;

/// What a reader asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FeedQuery {
    pub after: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_id: Option<EventId>,
    pub limit: u64,
    pub wait_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumer: Option<String>,
}

impl Default for FeedQuery {
    fn default() -> Self {
        Self { after: 0, after_id: None, limit: 100, wait_ms: 0, consumer: None }
    }
}

impl FeedQuery {
    pub(crate) fn place(&self) -> Place {
        Place { position: self.after, event_id: self.after_id }
    }
}

/// What it gets.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FeedPage {
    /// The module whose events these are.
    pub source: String,
    /// The position of its newest event.
    pub head: i64,
    pub events: Vec<Envelope>,
}
