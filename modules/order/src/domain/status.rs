use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Taken; whether it can be met is not known yet.
    Placed,
    /// Stock is held and the money is set aside: it will be delivered.
    Confirmed,
    /// All of it has left the house.
    Fulfilled,
    /// Called off before it was fulfilled.
    Cancelled,
    /// It could not be met.
    Rejected,
}

/// The text is not the name of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a status of an order")]
pub struct StatusError;

impl Status {
    pub const ALL: [Self; 5] = [Self::Placed, Self::Confirmed, Self::Fulfilled, Self::Cancelled, Self::Rejected];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Confirmed => "confirmed",
            Self::Fulfilled => "fulfilled",
            Self::Cancelled => "cancelled",
            Self::Rejected => "rejected",
        }
    }

    /// The whole state machine; every move asks this table.
    pub(crate) const fn may_become(self, to: Self) -> bool {
        match self {
            Self::Placed => matches!(to, Self::Confirmed | Self::Rejected | Self::Cancelled),
            Self::Confirmed => matches!(to, Self::Fulfilled | Self::Cancelled),
            Self::Rejected | Self::Fulfilled | Self::Cancelled => false,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Status {
    type Err = StatusError;

    fn from_str(text: &str) -> Result<Self, StatusError> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(StatusError)
    }
}

#[cfg(test)]
mod tests {
    use super::Status;

    #[test]
    fn every_legal_move() {
        let moves: Vec<String> = Status::ALL
            .into_iter()
            .flat_map(|from| Status::ALL.map(|to| (from, to)))
            .filter(|&(from, to)| from.may_become(to))
            .map(|(from, to)| format!("{from} -> {to}"))
            .collect();

        assert_eq!(
            moves,
            [
                "placed -> confirmed",
                "placed -> cancelled",
                "placed -> rejected",
                "confirmed -> fulfilled",
                "confirmed -> cancelled",
            ]
        );
    }

    #[test]
    fn a_status_is_read_as_it_is_written() {
        for status in Status::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
        assert!("Placed".parse::<Status>().is_err());
    }
}
