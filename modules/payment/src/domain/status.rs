use payment_contract::ChargeStatus;

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Status {
    Pending,
    Authorized,
    Captured,
    Declined,
    Voided,
    /// All that was captured has been given back.
    Refunded,
}

impl Status {
    pub(crate) const ALL: [Self; 6] =
        [Self::Pending, Self::Authorized, Self::Captured, Self::Declined, Self::Voided, Self::Refunded];

    /// The whole state machine; every move asks this table.
    pub(crate) const fn may_become(self, to: Self) -> bool {
        match self {
            Self::Pending => matches!(to, Self::Authorized | Self::Declined | Self::Voided),
            Self::Authorized => matches!(to, Self::Captured | Self::Voided),
            Self::Captured => matches!(to, Self::Refunded),
            // The provider approves what was abandoned: the money is set aside after all, and must be freed.
            Self::Voided => matches!(to, Self::Authorized),
            Self::Declined | Self::Refunded => false,
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        self.charge().as_str()
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// As other modules see it.
    pub(crate) const fn charge(self) -> ChargeStatus {
        match self {
            Self::Pending => ChargeStatus::Pending,
            Self::Authorized => ChargeStatus::Authorized,
            Self::Captured => ChargeStatus::Captured,
            Self::Declined => ChargeStatus::Declined,
            Self::Voided => ChargeStatus::Voided,
            Self::Refunded => ChargeStatus::Refunded,
        }
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
            .map(|(from, to)| format!("{} -> {}", from.as_str(), to.as_str()))
            .collect();
        assert_eq!(
            moves,
            [
                "pending -> authorized",
                "pending -> declined",
                "pending -> voided",
                "authorized -> captured",
                "authorized -> voided",
                "captured -> refunded",
                "voided -> authorized",
            ]
        );
    }

    #[test]
    fn every_status_round_trips() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
        assert_eq!(Status::parse("unknown"), None);
    }
}
