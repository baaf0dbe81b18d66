//! The error of a call to another module.

use std::time::Duration;

use kernel::{Kind, Problem};
use serde::{Deserialize, Serialize};

use crate::TransportError;

pub type PortResult<T, E> = Result<T, PortError<E>>;

/// Why a call has no answer. A caller looks at each case: they ask for different things next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PortError<E> {
    /// The other module understood, and its business says no. Asking again will not help.
    #[error(transparent)]
    Refused(E),
    /// The other module is away, or failed.
    #[error("a part of the store cannot be reached right now")]
    Unavailable { executed: Executed },
    /// The time for the call ran out.
    #[error("a part of the store did not answer in time")]
    Deadline { executed: Executed },
    /// The other module has too much to do and has not begun.
    #[error("a part of the store has too much to do right now")]
    Overloaded { retry_after: Duration },
    /// The two sides do not speak the same contract. No call will do better until one of them is replaced.
    #[error("the two sides of a port do not understand each other")]
    Incompatible,
}

/// Whether a call that failed may have had its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Executed {
    /// Surely not: the same call may be made again, whatever it does.
    No,
    /// Unknown. Ask the other side what happened.
    Maybe,
}

impl<E> PortError<E> {
    /// For an implementer whose own database or provider failed in the middle of the work.
    ///
    /// A failed commit may have happened all the same, so the outcome is unknown.
    pub const fn internal() -> Self {
        Self::Unavailable { executed: Executed::Maybe }
    }

    /// The business reason, when there is one.
    pub fn refusal(self) -> Option<E> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// Whether the effect may have happened although no answer came.
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unavailable { executed: Executed::Maybe } | Self::Deadline { executed: Executed::Maybe })
    }
}

/// So that an implementer's `?` turns its own refusal into an answer.
impl<E> From<E> for PortError<E> {
    fn from(refusal: E) -> Self {
        Self::Refused(refusal)
    }
}

impl<E> PortError<E> {
    /// The refusal, or else the failure, which has nothing to do with this port's business.
    pub(crate) const fn cause(&self) -> Result<&E, TransportError> {
        Err(match self {
            Self::Refused(refusal) => return Ok(refusal),
            Self::Unavailable { executed } => TransportError::Unavailable { executed: *executed },
            Self::Deadline { executed } => TransportError::Deadline { executed: *executed },
            Self::Overloaded { retry_after } => TransportError::Overloaded { retry_after: *retry_after },
            Self::Incompatible => TransportError::Incompatible,
        })
    }
}

impl<E: Problem + 'static> Problem for PortError<E> {
    fn kind(&self) -> Kind {
        self.cause().map_or_else(|failure| failure.kind(), Problem::kind)
    }

    fn code(&self) -> &'static str {
        self.cause().map_or_else(|failure| failure.code(), Problem::code)
    }

    fn extensions(&self) -> Option<serde_json::Value> {
        self.cause().ok().and_then(Problem::extensions)
    }
}
