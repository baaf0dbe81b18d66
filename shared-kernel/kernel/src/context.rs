//! What a port call carries besides its arguments.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// On whose behalf something is done.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Principal {
    /// A buyer who has no account, or shows no credential.
    #[default]
    Guest,
    /// A client with the admin key.
    Admin,
    /// The store itself: a saga, a sweeper, a reaction.
    System {
        /// The module that acts.
        module: String,
    },
}

impl Principal {
    pub fn system(module: &str) -> Self {
        Self::System { module: module.to_owned() }
    }

    /// As an audit trail writes it: `guest`, `admin`, `system:order`.
    pub fn label(&self) -> String {
        match self {
            Self::Guest => "guest".to_owned(),
            Self::Admin => "admin".to_owned(),
            Self::System { module } => format!("system:{module}"),
        }
    }
}

/// Deadline, trace, idempotency key and acting principal. Never a transaction: across modules each
/// side commits its own data.
#[derive(Debug, Clone, Default)]
pub struct CallContext {
    pub principal: Principal,
    /// Ties together everything that one request caused, over all modules.
    pub correlation: Option<Uuid>,
    /// W3C trace context, as it stands in the `traceparent` header.
    pub traceparent: Option<String>,
    /// Names the effect, for callees that keep one answer per key.
    pub idempotency_key: Option<String>,
    deadline: Option<Instant>,
}

impl CallContext {
    pub fn for_principal(principal: Principal) -> Self {
        Self { principal, ..Self::default() }
    }

    /// The context of work that a module does by itself.
    pub fn system(module: &str) -> Self {
        Self::for_principal(Principal::system(module))
    }

    /// The same context with at most `limit` from now. A nearer deadline stays.
    #[must_use]
    pub fn within(mut self, limit: Duration) -> Self {
        let limit = now() + limit;
        self.deadline = Some(self.deadline.map_or(limit, |deadline| deadline.min(limit)));
        self
    }

    /// The time that is left; `None` when there is no limit, zero when it is spent.
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(now()))
    }

    /// Whether a callee should refuse at once, because the caller no longer waits for the answer.
    pub fn is_spent(&self) -> bool {
        self.remaining().is_some_and(|left| left.is_zero())
    }
}

#[expect(clippy::disallowed_methods, reason = "deadlines run on the monotonic clock, which no test needs to turn")]
fn now() -> Instant {
    Instant::now()
}
