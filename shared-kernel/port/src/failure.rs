//! The failures that all ports share: everything that can go wrong except a refusal.

use std::time::Duration;

use kernel::{Kind, Problem};
use serde::{Deserialize, Serialize};

use crate::{Executed, PortError};

/// Why a transport brought no answer back. These are also the members of the problem document by which a
/// server says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "code")]
pub enum TransportError {
    #[error("the module cannot be reached")]
    #[serde(rename = "module-unavailable")]
    Unavailable { executed: Executed },
    #[error("the module did not answer in time")]
    #[serde(rename = "module-too-slow")]
    Deadline { executed: Executed },
    #[error("the module has too much to do")]
    #[serde(rename = "module-overloaded")]
    Overloaded {
        #[serde(rename = "retry_after_ms", with = "milliseconds")]
        retry_after: Duration,
    },
    #[error("the module speaks another contract")]
    #[serde(rename = "incompatible-module")]
    Incompatible,
}

impl TransportError {
    /// The same failure as the caller sees it. (Not a `From`: that one is the refusal's.)
    pub const fn into_port_error<E>(self) -> PortError<E> {
        match self {
            Self::Unavailable { executed } => PortError::Unavailable { executed },
            Self::Deadline { executed } => PortError::Deadline { executed },
            Self::Overloaded { retry_after } => PortError::Overloaded { retry_after },
            Self::Incompatible => PortError::Incompatible,
        }
    }
}

impl Problem for TransportError {
    fn kind(&self) -> Kind {
        match self {
            Self::Unavailable { .. } | Self::Deadline { .. } | Self::Overloaded { .. } => Kind::Unavailable,
            Self::Incompatible => Kind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } => "module-unavailable",
            Self::Deadline { .. } => "module-too-slow",
            Self::Overloaded { .. } => "module-overloaded",
            Self::Incompatible => "incompatible-module",
        }
    }
}

/// Whole milliseconds, rounded up, so that no client comes back too early.
mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        let whole = u64::try_from(duration.as_micros().div_ceil(1000)).unwrap_or(u64::MAX);
        serializer.serialize_u64(whole)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}
