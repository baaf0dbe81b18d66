//! Goods that a buyer wants to give back, and what the shop makes of that.

use std::{fmt, str::FromStr};

use kernel::{DateTime, Money, OrderId, RefundId, ReturnId, Sku, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Refusal, Units};

/// How far a return has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReturnStatus {
    /// The buyer asks for it. Neither money nor stock has moved.
    Requested,
    /// The money is given back; the goods are still with the buyer.
    Approved,
    /// The goods are here, and the money is given back.
    Received,
    /// The shop takes nothing back.
    Refused,
}

/// The text is not the name of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a status of a return")]
pub(crate) struct ReturnStatusError;

impl ReturnStatus {
    const ALL: [Self; 4] = [Self::Requested, Self::Approved, Self::Received, Self::Refused];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Received => "received",
            Self::Refused => "refused",
        }
    }

    /// The whole state machine; every move asks this table.
    const fn may_become(self, to: Self) -> bool {
        match self {
            Self::Requested => matches!(to, Self::Approved | Self::Received | Self::Refused),
            Self::Approved => matches!(to, Self::Received),
            Self::Received | Self::Refused => false,
        }
    }
}

impl fmt::Display for ReturnStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ReturnStatus {
    type Err = ReturnStatusError;

    fn from_str(text: &str) -> Result<Self, ReturnStatusError> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(ReturnStatusError)
    }
}

/// Goods that a buyer gives back, after they were sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Return {
    pub(crate) id: ReturnId,
    pub(crate) order: OrderId,
    /// Names the giving back of the money, so that it happens once.
    pub(crate) refund: RefundId,
    pub(crate) units: Units,
    /// What is given back for it. Only an estimate while the return is requested.
    pub(crate) amount: Money,
    /// So much of it was accepted without a person.
    pub(crate) accepted: Money,
    /// What the buyer says of the units. The shop decides.
    pub(crate) restock: bool,
    pub(crate) reason: String,
    pub(crate) by: String,
    pub(crate) at: DateTime<Utc>,
    status: ReturnStatus,
    received: Vec<ReceivedLine>,
    decision: Option<Decision>,
}

/// Units that arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReceivedLine {
    pub(crate) sku: Sku,
    pub(crate) quantity: i64,
    /// In the words of who unpacked them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) condition: Option<String>,
    /// Whether they can be sold again.
    pub(crate) restock: bool,
}

/// Who decided last about a return, when and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) by: String,
    pub(crate) at: DateTime<Utc>,
    pub(crate) reason: Option<String>,
}

/// What a return begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReturnTerms {
    pub(crate) id: ReturnId,
    pub(crate) refund: RefundId,
    pub(crate) units: Units,
    pub(crate) restock: bool,
    pub(crate) reason: String,
}

/// How far a return has come, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) status: ReturnStatus,
    pub(crate) received: Vec<ReceivedLine>,
    pub(crate) decision: Option<Decision>,
}

impl Return {
    /// A return that is asked for.
    pub(crate) fn requested(order: OrderId, terms: ReturnTerms, amount: Money, by: &super::Act) -> Self {
        let ReturnTerms { id, refund, units, restock, reason } = terms;
        Self {
            id,
            order,
            refund,
            units,
            amount,
            accepted: Money::zero(amount.currency()),
            restock,
            reason,
            by: by.by.clone(),
            at: by.at,
            status: ReturnStatus::Requested,
            received: Vec::new(),
            decision: None,
        }
    }

    /// A return as it is stored.
    pub(crate) fn restore(self, progress: Progress) -> Self {
        let Progress { status, received, decision } = progress;
        Self { status, received, decision, ..self }
    }

    pub(crate) const fn status(&self) -> ReturnStatus {
        self.status
    }

    pub(crate) fn received(&self) -> &[ReceivedLine] {
        &self.received
    }

    pub(crate) const fn decision(&self) -> Option<&Decision> {
        self.decision.as_ref()
    }

    pub(super) fn decide(&mut self, to: ReturnStatus, reason: Option<String>, by: &super::Act) -> Result<(), Refusal> {
        let from = self.status;
        if !from.may_become(to) {
            return Err(Refusal::IllegalReturnMove { from, to });
        }
        self.status = to;
        self.decision = Some(Decision { by: by.by.clone(), at: by.at, reason });
        Ok(())
    }

    pub(super) fn arrived(&mut self, lines: Vec<ReceivedLine>) {
        self.received = lines;
    }
}

#[cfg(test)]
mod tests {
    use super::ReturnStatus;

    #[test]
    fn every_legal_move() {
        let moves: Vec<String> = ReturnStatus::ALL
            .into_iter()
            .flat_map(|from| ReturnStatus::ALL.map(|to| (from, to)))
            .filter(|&(from, to)| from.may_become(to))
            .map(|(from, to)| format!("{from} -> {to}"))
            .collect();
        assert_eq!(
            moves,
            ["requested -> approved", "requested -> received", "requested -> refused", "approved -> received",]
        );
    }

    #[test]
    fn a_status_is_read_as_it_is_written() {
        for status in ReturnStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
        assert!("Requested".parse::<ReturnStatus>().is_err());
    }
}
