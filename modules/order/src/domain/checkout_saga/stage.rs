use super::{Effect, State};
use crate::domain::Rejection;

/// As much of a saga as is stored. Between holding and confirming nothing is: both calls may be repeated, so a
/// saga that lost its process simply makes them again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Before the pivot.
    Placing,
    /// Before the pivot, and the provider will tell later.
    Pending,
    /// Turned back.
    Undoing(Rejection),
    /// After the pivot.
    Settling,
}

impl Stage {
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Placing => "placing",
            Self::Pending => "pending",
            Self::Undoing(_) => "undoing",
            Self::Settling => "settling",
        }
    }

    /// `None` when there is no such stage, or the reason for undoing is missing.
    pub(crate) fn restore(name: &str, rejection: Option<Rejection>) -> Option<Self> {
        match name {
            "placing" => Some(Self::Placing),
            "pending" => Some(Self::Pending),
            "undoing" => rejection.map(Self::Undoing),
            "settling" => Some(Self::Settling),
            _ => None,
        }
    }

    /// Takes the saga up where it was left.
    pub(crate) fn resume(self) -> (State, Vec<Effect>) {
        match self {
            Self::Placing | Self::Pending => (State::Holding { resumed: true }, vec![Effect::Hold]),
            Self::Undoing(because) => {
                (State::Undoing { because, voided: false, released: false }, vec![Effect::Void, Effect::Release])
            }
            Self::Settling => {
                (State::Settling { captured: None, committed: false }, vec![Effect::Capture, Effect::Commit])
            }
        }
    }
}
