use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use kernel::{CallContext, Clock, DateTime, OrderId, Sku, Utc};
use port::{Executed, PortError, PortResult};

use crate::{Demand, Held, Hold, Level, Shortage, Stock, StockRefusal};

/// Stock in memory, for the tests of other modules. It keeps the same contract as the real one, and lets unpaid orders
/// hold everything.
#[derive(Debug)]
pub struct FakeStock {
    clock: Arc<dyn Clock>,
    shelves: Mutex<Shelves>,
}

#[derive(Debug, Default)]
struct Shelves {
    available: HashMap<Sku, i64>,
    claims: HashMap<OrderId, Claim>,
}

#[derive(Debug, Clone)]
enum Claim {
    Held { until: DateTime<Utc>, lines: BTreeMap<Sku, i64> },
    Committed { until: DateTime<Utc>, lines: BTreeMap<Sku, i64> },
    Expired { lines: BTreeMap<Sku, i64> },
    Refused(Vec<Shortage>),
    Released,
}

impl FakeStock {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, shelves: Mutex::default() }
    }

    /// Puts units on the shelf, and makes the SKU known.
    pub fn put(&self, sku: &Sku, units: i64) {
        *self.shelves().available.entry(sku.clone()).or_default() += units;
    }

    /// What can be sold of `sku`; `None` when it is not known.
    pub fn available(&self, sku: &Sku) -> Option<i64> {
        self.shelves().available.get(sku).copied()
    }

    /// Whether `order` has a commitment.
    pub fn is_committed(&self, order: OrderId) -> bool {
        matches!(self.shelves().claims.get(&order), Some(Claim::Committed { .. }))
    }

    /// Whether `order` has units, held or committed.
    pub fn is_claiming(&self, order: OrderId) -> bool {
        matches!(self.shelves().claims.get(&order), Some(Claim::Held { .. } | Claim::Committed { .. }))
    }

    /// Gives back the units of every hold whose time is over.
    pub fn sweep(&self) {
        let now = self.clock.now();
        let mut shelves = self.shelves();
        let lapsed = |claim: &Claim| matches!(claim, Claim::Held { until, .. } if *until < now);
        let orders: Vec<OrderId> =
            shelves.claims.iter().filter(|(_, claim)| lapsed(claim)).map(|(order, _)| *order).collect();
        for order in orders {
            let lines = shelves.give_back(order);
            shelves.claims.insert(order, Claim::Expired { lines });
        }
    }

    fn shelves(&self) -> MutexGuard<'_, Shelves> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelves {
    /// Takes every line, or none.
    fn take(&mut self, lines: &BTreeMap<Sku, i64>) -> Result<(), Vec<Shortage>> {
        let short = |(sku, requested): (&Sku, &i64)| {
            let available = self.available.get(sku).copied().unwrap_or_default();
            (*requested > available).then(|| Shortage { sku: sku.clone(), requested: *requested, available })
        };
        let shortages: Vec<Shortage> = lines.iter().filter_map(short).collect();
        if !shortages.is_empty() {
            return Err(shortages);
        }
        self.add(lines, -1);
        Ok(())
    }

    /// Puts back what `order` has; answers what that was.
    fn give_back(&mut self, order: OrderId) -> BTreeMap<Sku, i64> {
        let Some(Claim::Held { lines, .. } | Claim::Committed { lines, .. }) = self.claims.get(&order).cloned() else {
            return BTreeMap::new();
        };
        self.add(&lines, 1);
        lines
    }

    fn add(&mut self, lines: &BTreeMap<Sku, i64>, sign: i64) {
        for (sku, units) in lines {
            *self.available.entry(sku.clone()).or_default() += sign * units;
        }
    }
}

#[async_trait]
impl Stock for FakeStock {
    async fn hold(&self, cx: &CallContext, hold: Hold) -> PortResult<Held, StockRefusal> {
        in_time(cx)?;
        let lines = add_up(&hold.lines)?;
        let mut shelves = self.shelves();
        let Hold { order, until, .. } = hold;
        match shelves.claims.get(&order).cloned() {
            Some(Claim::Released) => return Err(StockRefusal::Released { order }.into()),
            Some(Claim::Refused(lines)) => return Err(StockRefusal::OutOfStock { lines }.into()),
            Some(Claim::Committed { until, .. }) => return Ok(Held { order, until }),
            Some(Claim::Held { until, .. }) if until >= self.clock.now() => return Ok(Held { order, until }),
            Some(Claim::Held { .. }) => drop(shelves.give_back(order)),
            Some(Claim::Expired { .. }) | None => {}
        }
        match shelves.take(&lines) {
            Ok(()) => {
                shelves.claims.insert(order, Claim::Held { until, lines });
                Ok(Held { order, until })
            }
            Err(lines) => {
                shelves.claims.insert(order, Claim::Refused(lines.clone()));
                Err(StockRefusal::OutOfStock { lines }.into())
            }
        }
    }

    async fn commit(&self, cx: &CallContext, order: OrderId) -> PortResult<(), StockRefusal> {
        in_time(cx)?;
        let mut shelves = self.shelves();
        match shelves.claims.get(&order).cloned() {
            None | Some(Claim::Refused(_)) => return Err(StockRefusal::NotHeld { order }.into()),
            Some(Claim::Released) => return Err(StockRefusal::Released { order }.into()),
            Some(Claim::Committed { .. }) => {}
            Some(Claim::Held { until, lines }) => {
                shelves.claims.insert(order, Claim::Committed { until, lines });
            }
            Some(Claim::Expired { lines }) => {
                shelves.take(&lines).map_err(|lines| StockRefusal::OutOfStock { lines })?;
                shelves.claims.insert(order, Claim::Committed { until: self.clock.now(), lines });
            }
        }
        Ok(())
    }

    async fn release(&self, cx: &CallContext, order: OrderId) -> PortResult<(), StockRefusal> {
        in_time(cx)?;
        let mut shelves = self.shelves();
        if !matches!(shelves.claims.get(&order), Some(Claim::Refused(_))) {
            shelves.give_back(order);
            shelves.claims.insert(order, Claim::Released);
        }
        Ok(())
    }

    async fn levels(&self, cx: &CallContext, skus: Vec<Sku>) -> PortResult<Vec<Level>, StockRefusal> {
        in_time(cx)?;
        let shelves = self.shelves();
        let level =
            |sku: &Sku| shelves.available.get(sku).map(|available| Level { sku: sku.clone(), available: *available });
        Ok(skus.iter().filter_map(level).collect())
    }
}

fn in_time(cx: &CallContext) -> PortResult<(), StockRefusal> {
    if cx.is_spent() { Err(PortError::Deadline { executed: Executed::No }) } else { Ok(()) }
}

fn add_up(lines: &[Demand]) -> Result<BTreeMap<Sku, i64>, StockRefusal> {
    let mut sums = BTreeMap::new();
    for Demand { sku, quantity } in lines {
        if *quantity < 1 {
            return Err(StockRefusal::InvalidQuantity { sku: sku.clone() });
        }
        let sum: &mut i64 = sums.entry(sku.clone()).or_default();
        *sum = sum.saturating_add(*quantity);
    }
    Ok(sums)
}
