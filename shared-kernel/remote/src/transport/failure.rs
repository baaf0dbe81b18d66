use port::{Executed, TransportError};
use tower_resilience_circuitbreaker::CircuitBreakerError;

/// Why one attempt brought no answer: what the caller learns, and where it went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) error: TransportError,
    pub(super) at: Stage,
}

/// How far an attempt came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The breaker let nothing through.
    Breaker,
    /// The call cannot be written down as a request.
    Writing,
    /// There was no connection, so nothing was sent.
    Connecting,
    /// The far side does not accept our token.
    Admission,
    /// The request may have been sent; the time ran out, or the connection broke.
    Waiting,
    /// An answer came that is none.
    Reading,
    /// The far side itself says that it failed.
    Told,
}

impl Failure {
    pub(super) const fn new(at: Stage, error: TransportError) -> Self {
        Self { error, at }
    }

    pub(super) const fn unavailable(at: Stage, executed: Executed) -> Self {
        Self::new(at, TransportError::Unavailable { executed })
    }

    pub(super) const fn late(executed: Executed) -> Self {
        Self::new(Stage::Waiting, TransportError::Deadline { executed })
    }

    pub(super) fn flatten(error: CircuitBreakerError<Self>) -> Self {
        error.into_inner().unwrap_or(Self::unavailable(Stage::Breaker, Executed::No))
    }

    /// Whether the effect may have happened.
    pub(super) const fn may_have_executed(&self) -> bool {
        matches!(
            self.error,
            TransportError::Unavailable { executed: Executed::Maybe }
                | TransportError::Deadline { executed: Executed::Maybe }
        )
    }

    /// Whether the same call might do better in a moment.
    pub(super) const fn may_pass(&self, repeatable: bool) -> bool {
        match self.at {
            Stage::Connecting => true,
            Stage::Waiting | Stage::Told => repeatable && matches!(self.error, TransportError::Unavailable { .. }),
            Stage::Breaker | Stage::Writing | Stage::Admission | Stage::Reading => false,
        }
    }

    /// Whether it says that the far side is unwell. A call that cannot be understood there, or came too late, does
    /// not.
    pub(super) const fn counts(&self) -> bool {
        !matches!(self.error, TransportError::Incompatible | TransportError::Deadline { executed: Executed::No })
    }
}
