use inventory_contract::{Demand, Held, Shortage, StockRefusal};
use kernel::{DateTime, OrderId, Sku, Utc};
use order_contract::{OrderLine, ReturnedLine};

use super::{Delta, Entry, Kind, entries};
use crate::error::InventoryError;

/// Where one order's claim on stock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Held,
    Committed,
    Released,
    Expired,
    Refused,
}

impl Status {
    pub(crate) const ALL: [Self; 5] = [Self::Held, Self::Committed, Self::Released, Self::Expired, Self::Refused];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Committed => "committed",
            Self::Released => "released",
            Self::Expired => "expired",
            Self::Refused => "refused",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// The whole state machine; every move asks this table.
    pub(crate) const fn may_become(self, to: Self) -> bool {
        match self {
            Self::Held => matches!(to, Self::Committed | Self::Released | Self::Expired),
            Self::Committed => matches!(to, Self::Released),
            Self::Expired => matches!(to, Self::Held | Self::Committed | Self::Released | Self::Refused),
            Self::Released | Self::Refused => false,
        }
    }

    /// What a level gets back when so many units of a claim in this state are let go.
    const fn freed(self, units: i64) -> Delta {
        match self {
            Self::Held => Delta::held(-units),
            Self::Committed => Delta::committed(-units),
            Self::Released | Self::Expired | Self::Refused => Delta::on_hand(0),
        }
    }
}

/// One order's claim on stock, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) order: OrderId,
    pub(crate) status: Status,
    /// Missing where the order gave up a claim that it never made.
    pub(crate) until: Option<DateTime<Utc>>,
    /// What was missing when the claim was refused.
    pub(crate) shortage: Vec<Shortage>,
    /// It counts among what unpaid orders hold.
    pub(crate) unpaid: bool,
    /// What was missing was room among the orders that are not paid for.
    pub(crate) crowded_out: bool,
    /// One for each SKU, in their order.
    pub(crate) lines: Vec<Line>,
    /// All its movements are entries of the ledger. Else its hold, and its commitment if it has one, are read from the claim
    /// itself: they moved all units of all lines.
    pub(crate) in_ledger: bool,
    /// The making of the claim.
    pub(crate) made: Act,
    /// The commitment that is not an entry of the ledger.
    pub(crate) committed: Option<Act>,
    /// Counts the events of the order's stream.
    pub(crate) version: i64,
}

/// The time and the actor of something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Act {
    pub(crate) at: DateTime<Utc>,
    pub(crate) actor: String,
}

/// What an order claims of one SKU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) sku: Sku,
    /// The units claimed at first.
    pub(crate) quantity: i64,
    /// The units that have not been sent or given up yet.
    pub(crate) outstanding: i64,
}

impl From<&Demand> for Line {
    fn from(demand: &Demand) -> Self {
        Self { sku: demand.sku.clone(), quantity: demand.quantity, outstanding: demand.quantity }
    }
}

/// What another hold for the same order comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Again {
    /// The first answer stands.
    Stands(Held),
    /// Nobody has swept the claim yet: its units are still there, only its time is new.
    Prolong,
    /// Its units were given back; they are claimed anew.
    Anew,
}

impl Claim {
    /// A hold that begins.
    pub(crate) fn held(order: OrderId, until: DateTime<Utc>, unpaid: bool, demands: &[Demand], made: Act) -> Self {
        let lines = demands.iter().map(Line::from).collect();
        Self { status: Status::Held, until: Some(until), unpaid, lines, in_ledger: false, ..Self::barred(order, made) }
    }

    /// A claim that the order gives up before it makes it.
    pub(crate) const fn barred(order: OrderId, made: Act) -> Self {
        Self {
            order,
            status: Status::Released,
            until: None,
            shortage: Vec::new(),
            unpaid: false,
            crowded_out: false,
            lines: Vec::new(),
            in_ledger: true,
            made,
            committed: None,
            version: 0,
        }
    }

    /// The units that have not been sent or given up yet.
    pub(crate) fn outstanding(&self) -> Vec<Demand> {
        let lines = self.lines.iter().filter(|line| line.outstanding > 0);
        lines.map(|line| Demand { sku: line.sku.clone(), quantity: line.outstanding }).collect()
    }

    /// Whether it is among what unpaid orders hold.
    pub(crate) fn counts_unpaid(&self) -> bool {
        self.unpaid && self.status == Status::Held
    }

    /// Whether a commitment now would move all units of all lines, as it can be read from the claim.
    pub(crate) fn is_plain(&self) -> bool {
        self.status == Status::Held
            && !self.in_ledger
            && self.lines.iter().all(|line| line.outstanding == line.quantity)
    }

    /// The movements that were read from the claim until now, as entries of the ledger, each with its time and actor. From
    /// now on all its movements are entries.
    pub(crate) fn enter(&mut self) -> Vec<(Act, Entry)> {
        let movements = self.plain_movements();
        self.in_ledger = true;
        self.committed = None;
        movements
    }

    /// The movements that are read from the claim, the oldest first.
    pub(crate) fn plain_movements(&self) -> Vec<(Act, Entry)> {
        if self.in_ledger {
            return Vec::new();
        }
        let all: Vec<Demand> =
            self.lines.iter().map(|line| Demand { sku: line.sku.clone(), quantity: line.quantity }).collect();
        let held = entries(Kind::Hold, self.order, &all, Delta::held);
        let mut movements: Vec<_> = held.into_iter().map(|entry| (self.made.clone(), entry)).collect();
        if let Some(act) = &self.committed {
            let moved = |units: i64| Delta::held(-units).and(Delta::committed(units));
            let committed = entries(Kind::Commit, self.order, &all, moved);
            movements.extend(committed.into_iter().map(|entry| (act.clone(), entry)));
        }
        movements
    }

    /// What a repeated hold is answered.
    pub(crate) fn again(&self, now: DateTime<Utc>) -> Result<Again, StockRefusal> {
        let order = self.order;
        match (self.status, self.until) {
            (Status::Released, _) => Err(StockRefusal::Released { order }),
            (Status::Refused, _) if self.crowded_out => {
                Err(StockRefusal::HeldByUnpaidOrders { lines: self.shortage.clone() })
            }
            (Status::Refused, _) => Err(StockRefusal::OutOfStock { lines: self.shortage.clone() }),
            (Status::Held, Some(until)) if until < now => Ok(Again::Prolong),
            (Status::Held | Status::Committed, Some(until)) => Ok(Again::Stands(Held { order, until })),
            (Status::Expired | Status::Held | Status::Committed, _) => Ok(Again::Anew),
        }
    }

    /// The movements that commit the claim; `None` when it is committed already. An expired claim takes from
    /// what is free, which may not be enough.
    pub(crate) fn commit(&self) -> Result<Option<Vec<Entry>>, StockRefusal> {
        match self.status {
            Status::Released => Err(StockRefusal::Released { order: self.order }),
            Status::Refused => Err(StockRefusal::NotHeld { order: self.order }),
            Status::Committed => Ok(None),
            Status::Held | Status::Expired => {
                let committed = |units| self.status.freed(units).and(Delta::committed(units));
                Ok(Some(entries(Kind::Commit, self.order, &self.outstanding(), committed)))
            }
        }
    }

    /// The movements that give back all that is left; `None` when the claim is over already.
    pub(crate) fn release(&mut self) -> Option<Vec<Entry>> {
        self.ended(Kind::Release, Status::Released)
    }

    /// The movements of a hold whose time is over.
    pub(crate) fn expire(&mut self) -> Option<Vec<Entry>> {
        self.ended(Kind::Expire, Status::Expired)
    }

    fn ended(&mut self, kind: Kind, end: Status) -> Option<Vec<Entry>> {
        if !self.status.may_become(end) {
            return None;
        }
        let status = std::mem::replace(&mut self.status, end);
        let moved = entries(kind, self.order, &self.outstanding(), |units| status.freed(units));
        Some(moved.into_iter().filter(|entry| entry.delta != Delta::default()).collect())
    }

    /// The movements of goods that left the house. They may leave before the hold was committed, and even
    /// after it expired: then they come from what is free.
    pub(crate) fn fulfil(&mut self, lines: &[OrderLine]) -> Result<Vec<Entry>, InventoryError> {
        self.alive()?;
        self.sane(lines.iter().all(|line| line.quantity > 0))?;
        let sent: Vec<Demand> =
            lines.iter().map(|line| Demand { sku: line.sku.clone(), quantity: line.quantity }).collect();
        self.let_go(sent.iter().map(|line| (&line.sku, line.quantity)))?;
        let gone = |units: i64| self.status.freed(units).and(Delta::on_hand(-units));
        Ok(entries(Kind::Fulfil, self.order, &sent, gone))
    }

    /// The movements of goods that came back, or were never sent. What is not fit to be sold again leaves
    /// what is on hand, unless it had left already.
    pub(crate) fn take_back(&mut self, lines: &[ReturnedLine], restock: bool) -> Result<Vec<Entry>, InventoryError> {
        self.alive()?;
        self.sane(lines.iter().all(|line| line.quantity > 0 && (0..=line.quantity).contains(&line.shipped)))?;
        self.let_go(lines.iter().map(|line| (&line.sku, line.quantity - line.shipped)))?;
        let back = |line: &ReturnedLine| {
            let kept = line.quantity - line.shipped;
            let on_hand = if restock { line.shipped } else { -kept };
            let delta = self.status.freed(kept).and(Delta::on_hand(on_hand));
            Entry::new(Kind::Return, Some(self.order), line.sku.clone(), delta)
        };
        Ok(lines.iter().map(back).filter(|entry| entry.delta != Delta::default()).collect())
    }

    /// Takes units off what is outstanding.
    fn let_go<'a>(&mut self, lines: impl Iterator<Item = (&'a Sku, i64)>) -> Result<(), InventoryError> {
        for (sku, units) in lines.filter(|&(_, units)| units > 0) {
            let mut claimed = self.lines.iter_mut();
            match claimed.find(|line| line.sku == *sku && line.outstanding >= units) {
                Some(line) => line.outstanding -= units,
                None => return Err(self.contradicted("more of its goods move than it had left")),
            }
        }
        Ok(())
    }

    /// Goods move only for an order that has, or had, a claim which it did not give back.
    fn alive(&self) -> Result<(), InventoryError> {
        match self.status {
            Status::Held | Status::Committed | Status::Expired => Ok(()),
            Status::Released => Err(self.contradicted("its claim was given back, and yet its goods move")),
            Status::Refused => Err(self.contradicted("its claim was refused, and yet its goods move")),
        }
    }

    fn sane(&self, quantities: bool) -> Result<(), InventoryError> {
        if quantities { Ok(()) } else { Err(self.contradicted("its goods move in quantities that cannot be")) }
    }

    const fn contradicted(&self, detail: &'static str) -> InventoryError {
        InventoryError::Contradicted { order: self.order, detail }
    }
}

#[cfg(test)]
mod tests;
