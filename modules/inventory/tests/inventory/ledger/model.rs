//! What stock should do, as simply as it can be said.

use std::collections::BTreeMap;

use proptest::prelude::*;

pub(super) const SKUS: [&str; 3] = ["CUP", "JUG", "POT"];
pub(super) const OPENING: i64 = 20;
pub(super) const ORDERS: usize = 4;

/// Something that happens; orders and SKUs by their place.
#[derive(Debug, Clone)]
pub(super) enum Move {
    Hold(usize, Vec<(usize, i64)>),
    Commit(usize),
    Release(usize),
    /// Twenty minutes pass, and the sweeper comes.
    Lapse,
    Cancel(usize),
    Fulfil {
        order: usize,
        sku: usize,
        units: i64,
    },
    TakeBack {
        order: usize,
        sku: usize,
        sent: i64,
        kept: i64,
        restock: bool,
    },
    Adjust(usize, i64),
}

pub(super) fn moves() -> impl Strategy<Value = Move> {
    let (order, sku, units) = (0..ORDERS, 0..SKUS.len(), 1..9_i64);
    prop_oneof![
        4 => (order.clone(), prop::collection::vec((sku.clone(), units.clone()), 1..4))
            .prop_map(|(order, lines)| Move::Hold(order, lines)),
        4 => order.clone().prop_map(Move::Commit),
        1 => order.clone().prop_map(Move::Release),
        1 => Just(Move::Lapse),
        1 => order.clone().prop_map(Move::Cancel),
        3 => (order.clone(), sku.clone(), units.clone())
            .prop_map(|(order, sku, units)| Move::Fulfil { order, sku, units }),
        3 => (order, sku.clone(), units.clone(), units.clone(), any::<bool>())
            .prop_map(|(order, sku, sent, kept, restock)| Move::TakeBack { order, sku, sent, kept, restock }),
        2 => (sku, -12..12_i64).prop_filter("no change", |(_, units)| *units != 0)
            .prop_map(|(sku, units)| Move::Adjust(sku, units)),
    ]
}

#[derive(Debug, Clone, Copy)]
struct Counts {
    on_hand: i64,
    held: i64,
    committed: i64,
}

impl Counts {
    const fn free(self) -> i64 {
        self.on_hand - self.held - self.committed
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Unknown,
    Held,
    Committed,
    Expired,
    Over,
}

#[derive(Debug, Clone)]
struct Order {
    status: Status,
    outstanding: BTreeMap<usize, i64>,
    sent: BTreeMap<usize, i64>,
}

#[derive(Debug)]
pub(super) struct Model {
    levels: [Counts; 3],
    orders: [Order; ORDERS],
}

impl Default for Model {
    fn default() -> Self {
        let order = || Order { status: Status::Unknown, outstanding: BTreeMap::new(), sent: BTreeMap::new() };
        let level = Counts { on_hand: OPENING, held: 0, committed: 0 };
        Self { levels: [level; 3], orders: std::array::from_fn(|_| order()) }
    }
}

impl Model {
    pub(super) fn shown(&self, sku: usize) -> String {
        let counts = self.levels[sku];
        format!("{}/{}/{}/{}", counts.on_hand, counts.held, counts.committed, counts.free())
    }

    /// Order never publishes what cannot be: no more is sent than stands, no more comes back than was bought.
    pub(super) fn possible(&self, wish: Move) -> Option<Move> {
        match wish {
            Move::Fulfil { order, sku, units } => {
                let units = units.min(self.can_leave(order, sku));
                (units > 0).then_some(Move::Fulfil { order, sku, units })
            }
            Move::TakeBack { order, sku, sent, kept, restock } => {
                let was_sent = self.orders[order].sent.get(&sku).copied().unwrap_or_default();
                let bought = self.orders[order].outstanding.contains_key(&sku);
                let can_keep = if restock { self.outstanding(order, sku) } else { self.can_leave(order, sku) };
                let (sent, kept) = (sent.min(was_sent), kept.min(can_keep));
                let alive = self.orders[order].status != Status::Over;
                (alive && bought && sent + kept > 0).then_some(Move::TakeBack { order, sku, sent, kept, restock })
            }
            other => Some(other),
        }
    }

    fn outstanding(&self, order: usize, sku: usize) -> i64 {
        let order = &self.orders[order];
        if matches!(order.status, Status::Held | Status::Committed | Status::Expired) {
            order.outstanding.get(&sku).copied().unwrap_or_default()
        } else {
            0
        }
    }

    fn can_leave(&self, order: usize, sku: usize) -> i64 {
        let outstanding = self.outstanding(order, sku);
        if self.orders[order].status == Status::Expired {
            outstanding.min(self.levels[sku].free())
        } else {
            outstanding
        }
    }

    /// Whether the house says yes.
    pub(super) fn play(&mut self, next: &Move) -> bool {
        match next {
            Move::Hold(order, lines) => self.hold(*order, lines),
            Move::Commit(order) => self.commit(*order),
            Move::Release(order) | Move::Cancel(order) => {
                self.end(*order, Status::Over);
                true
            }
            Move::Lapse => {
                for order in 0..ORDERS {
                    if self.orders[order].status == Status::Held {
                        self.end(order, Status::Expired);
                    }
                }
                true
            }
            Move::Fulfil { order, sku, units } => {
                self.let_go(*order, *sku, *units);
                *self.orders[*order].sent.entry(*sku).or_default() += units;
                self.levels[*sku].on_hand -= units;
                true
            }
            Move::TakeBack { order, sku, sent, kept, restock } => {
                self.let_go(*order, *sku, *kept);
                *self.orders[*order].sent.entry(*sku).or_default() -= sent;
                self.levels[*sku].on_hand += if *restock { *sent } else { -kept };
                true
            }
            Move::Adjust(sku, units) => {
                let fits = self.levels[*sku].free() + units >= 0;
                self.levels[*sku].on_hand += if fits { *units } else { 0 };
                fits
            }
        }
    }

    fn hold(&mut self, order: usize, lines: &[(usize, i64)]) -> bool {
        match self.orders[order].status {
            Status::Held | Status::Committed => return true,
            Status::Over => return false,
            Status::Unknown | Status::Expired => {}
        }
        let mut demand: BTreeMap<usize, i64> = BTreeMap::new();
        for (sku, units) in lines {
            *demand.entry(*sku).or_default() += units;
        }
        let enough = demand.iter().all(|(sku, units)| self.levels[*sku].free() >= *units);
        if enough {
            for (sku, units) in &demand {
                self.levels[*sku].held += units;
            }
            self.orders[order].outstanding = demand;
        }
        self.orders[order].status = if enough { Status::Held } else { Status::Over };
        enough
    }

    fn commit(&mut self, order: usize) -> bool {
        let Order { status, outstanding, .. } = self.orders[order].clone();
        let enough = outstanding.iter().all(|(sku, units)| self.levels[*sku].free() >= *units);
        match status {
            Status::Committed => return true,
            Status::Held => outstanding.iter().for_each(|(sku, units)| self.levels[*sku].held -= units),
            Status::Expired if enough => {}
            Status::Expired | Status::Unknown | Status::Over => return false,
        }
        for (sku, units) in &outstanding {
            self.levels[*sku].committed += units;
        }
        self.orders[order].status = Status::Committed;
        true
    }

    /// The units of one line are claimed no longer.
    fn let_go(&mut self, order: usize, sku: usize, units: i64) {
        match self.orders[order].status {
            Status::Held => self.levels[sku].held -= units,
            Status::Committed => self.levels[sku].committed -= units,
            Status::Unknown | Status::Expired | Status::Over => {}
        }
        *self.orders[order].outstanding.entry(sku).or_default() -= units;
    }

    fn end(&mut self, order: usize, end: Status) {
        for (sku, units) in self.orders[order].outstanding.clone() {
            match self.orders[order].status {
                Status::Held => self.levels[sku].held -= units,
                Status::Committed => self.levels[sku].committed -= units,
                Status::Unknown | Status::Expired | Status::Over => {}
            }
        }
        self.orders[order].status = end;
    }
}
