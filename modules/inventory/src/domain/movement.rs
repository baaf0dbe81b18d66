use inventory_contract::Demand;
use kernel::{OrderId, Sku};

/// Why a level moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Opening,
    Hold,
    Commit,
    Release,
    Expire,
    Fulfil,
    Return,
    Adjust,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::Opening,
        Self::Hold,
        Self::Commit,
        Self::Release,
        Self::Expire,
        Self::Fulfil,
        Self::Return,
        Self::Adjust,
    ];

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Hold => "hold",
            Self::Commit => "commit",
            Self::Release => "release",
            Self::Expire => "expire",
            Self::Fulfil => "fulfil",
            Self::Return => "return",
            Self::Adjust => "adjust",
        }
    }
}

/// What a movement does to the three counts of a level. What is available follows from them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Delta {
    pub(crate) on_hand: i64,
    pub(crate) held: i64,
    pub(crate) committed: i64,
}

impl Delta {
    pub(crate) const fn on_hand(units: i64) -> Self {
        Self { on_hand: units, held: 0, committed: 0 }
    }

    pub(crate) const fn held(units: i64) -> Self {
        Self { on_hand: 0, held: units, committed: 0 }
    }

    pub(crate) const fn committed(units: i64) -> Self {
        Self { on_hand: 0, held: 0, committed: units }
    }

    /// More than can be counted is still more than there can be.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self {
            on_hand: self.on_hand.saturating_add(other.on_hand),
            held: self.held.saturating_add(other.held),
            committed: self.committed.saturating_add(other.committed),
        }
    }

    pub(crate) const fn available(self) -> i64 {
        self.on_hand.saturating_sub(self.held).saturating_sub(self.committed)
    }
}

/// One movement of one level: a row of the ledger, and its effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    pub(crate) order: Option<OrderId>,
    pub(crate) sku: Sku,
    pub(crate) delta: Delta,
    /// Why, in somebody's words.
    pub(crate) reason: Option<String>,
}

impl Entry {
    pub(crate) const fn new(kind: Kind, order: Option<OrderId>, sku: Sku, delta: Delta) -> Self {
        Self { kind, order, sku, delta, reason: None }
    }

    #[must_use]
    pub(crate) fn because(self, reason: &str) -> Self {
        Self { reason: Some(reason.to_owned()), ..self }
    }
}

/// The movements of `lines` for `order`; `delta` says what so many units do.
pub(crate) fn entries(kind: Kind, order: OrderId, lines: &[Demand], delta: impl Fn(i64) -> Delta) -> Vec<Entry> {
    lines.iter().map(|line| Entry::new(kind, Some(order), line.sku.clone(), delta(line.quantity))).collect()
}
