use std::collections::{BTreeMap, BTreeSet, HashMap};

use inventory_contract::{Demand, InventoryEvent, Shortage, StockLow};
use kernel::{DateTime, OrderId, Sku, Utc};
use kernel_db::{Cause, Tx, guard};

use crate::{
    domain::{Act, Claim, Delta, Entry, Holding, Kind, Share, StockLevel, shortages},
    error::InventoryError,
    persistence::hot::{self, Changes, Note},
};

/// The claims and levels that some commands touch, as they become while one command after the other is decided.
///
/// Load it, decide, save it: the commands of a batch, the events of a reaction, and a single correction all pass here.
/// Deciding makes no call, so the order of the commands is all that counts.
#[derive(Debug)]
pub(crate) struct UnitOfWork {
    now: DateTime<Utc>,
    claims: HashMap<OrderId, Tracked>,
    levels: BTreeMap<Sku, StockLevel>,
    /// The SKUs whose levels were looked for.
    loaded: BTreeSet<Sku>,
    holdings: HashMap<Sku, Holding>,
    moved: BTreeMap<Sku, Moved>,
    entries: Vec<(Act, Entry)>,
    events: Vec<(Cause, i64, InventoryEvent)>,
}

#[derive(Debug)]
struct Tracked {
    /// Missing for a claim that is new.
    kept: Option<Claim>,
    now: Claim,
}

/// What a level has moved by, how many events it has got, and what moved it last.
#[derive(Debug, Default)]
struct Moved {
    delta: Delta,
    told: i64,
    cause: Cause,
}

impl UnitOfWork {
    /// Loads and locks the claims of `orders`.
    pub(crate) async fn load(tx: &Tx, orders: impl Iterator<Item = OrderId> + Send) -> Result<Self, InventoryError> {
        let claims = hot::lock_claims(tx, orders).await?;
        let tracked = |claim: Claim| (claim.order, Tracked { kept: Some(claim.clone()), now: claim });
        Ok(Self { claims: claims.into_iter().map(tracked).collect(), ..Self::empty(tx.seams().now()) })
    }

    /// Without any claim.
    pub(crate) fn empty(now: DateTime<Utc>) -> Self {
        Self {
            now,
            claims: HashMap::new(),
            levels: BTreeMap::new(),
            loaded: BTreeSet::new(),
            holdings: HashMap::new(),
            moved: BTreeMap::new(),
            entries: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Loads and locks the levels of `skus`, after the claims, and once.
    pub(crate) async fn load_levels(&mut self, tx: &Tx, skus: BTreeSet<Sku>) -> Result<(), InventoryError> {
        if !skus.is_empty() {
            let levels = hot::lock_levels(tx, skus.iter()).await?;
            self.levels = levels.into_iter().map(|level| (level.sku.clone(), level)).collect();
            self.loaded = skus;
        }
        Ok(())
    }

    /// Loads what open holds hold of `skus`, whose levels are loaded.
    pub(crate) async fn load_holdings(&mut self, tx: &Tx, skus: &BTreeSet<Sku>) -> Result<(), InventoryError> {
        if !skus.is_empty() {
            self.holdings = hot::holdings_in(tx, skus.iter()).await?;
        }
        Ok(())
    }

    pub(crate) const fn now(&self) -> DateTime<Utc> {
        self.now
    }

    pub(crate) fn claim(&self, order: OrderId) -> Option<&Claim> {
        self.claims.get(&order).map(|tracked| &tracked.now)
    }

    pub(crate) fn level(&self, sku: &Sku) -> Option<&StockLevel> {
        self.levels.get(sku)
    }

    pub(crate) fn act(&self, note: &Note) -> Act {
        Act { at: self.now, actor: note.actor.clone() }
    }

    /// Every demand that is not met by what is available.
    ///
    /// # Errors
    ///
    /// [`InventoryError::NotLoaded`] when the commands before have made the claim another than it was loaded for.
    pub(crate) fn short(&self, demands: &[Demand]) -> Result<Vec<Shortage>, InventoryError> {
        if demands.iter().any(|demand| !self.loaded.contains(&demand.sku)) {
            return Err(InventoryError::NotLoaded);
        }
        if guard::sabotaged("stock.condition") {
            return Ok(Vec::new());
        }
        Ok(shortages(demands, |sku| self.available(sku)))
    }

    /// Every demand that unpaid orders have no room for.
    pub(crate) fn excess(&self, share: Share, demands: &[Demand]) -> Vec<Shortage> {
        if guard::sabotaged("stock.unpaid_share") {
            return Vec::new();
        }
        share.excess(demands, |sku| (self.available(sku), self.holdings.get(sku).copied().unwrap_or_default()))
    }

    fn available(&self, sku: &Sku) -> i64 {
        self.level(sku).map_or(0, |level| level.available)
    }

    /// Puts a claim in the place of the one that there is, or was not.
    pub(crate) fn put(&mut self, claim: Claim) {
        let order = claim.order;
        self.count_unpaid(order, -1);
        let kept = self.claims.remove(&order).and_then(|tracked| tracked.kept);
        self.claims.insert(order, Tracked { kept, now: claim });
        self.count_unpaid(order, 1);
    }

    fn count_unpaid(&mut self, order: OrderId, sign: i64) {
        let claim = self.claims.get(&order).map(|tracked| &tracked.now);
        for line in claim.filter(|claim| claim.counts_unpaid()).map(Claim::outstanding).unwrap_or_default() {
            self.holdings.entry(line.sku).or_default().unpaid += sign * line.quantity;
        }
    }

    /// Moves levels, and enters the movements into the ledger.
    pub(crate) fn post(&mut self, note: &Note, entries: Vec<Entry>) -> Result<(), InventoryError> {
        self.shift(note, &entries)?;
        let act = self.act(note);
        self.entries.extend(entries.into_iter().map(|entry| (act.clone(), entry)));
        Ok(())
    }

    /// Moves levels by movements that are read from their claim.
    pub(crate) fn shift(&mut self, note: &Note, entries: &[Entry]) -> Result<(), InventoryError> {
        for Entry { sku, delta, .. } in entries {
            self.holdings.entry(sku.clone()).or_default().held += delta.held;
            if delta.on_hand == 0 && delta.available() == 0 {
                continue;
            }
            if !self.loaded.contains(sku) {
                return Err(InventoryError::NotLoaded);
            }
            let level = self.levels.get_mut(sku).ok_or(InventoryError::Short)?;
            level.move_by(*delta);
            if level.available < 0 && !guard::sabotaged("stock.condition") {
                return Err(InventoryError::Short);
            }
            let moved = self.moved.entry(sku.clone()).or_default();
            moved.delta = moved.delta.and(*delta);
            moved.cause = note.cause.clone();
        }
        Ok(())
    }

    /// Moves goods of an order that has a claim, and enters the movements into the ledger.
    pub(crate) fn move_goods(
        &mut self,
        note: &Note,
        order: OrderId,
        moves: impl FnOnce(&mut Claim) -> Result<Vec<Entry>, InventoryError>,
    ) -> Result<(), InventoryError> {
        let detail = "its goods move, and it never claimed any";
        let mut claim = self.claim(order).cloned().ok_or(InventoryError::Contradicted { order, detail })?;
        let entries = moves(&mut claim)?;
        self.post(note, entries)?;
        self.put(claim);
        Ok(())
    }

    /// Enters the movements into the ledger that were read from the claim until now.
    pub(crate) fn enter(&mut self, claim: &mut Claim) {
        self.entries.extend(claim.enter());
    }

    /// Tells something about a level, in the order of its stream.
    pub(crate) fn tell_of_level(&mut self, note: &Note, sku: &Sku, event: InventoryEvent) {
        let moved = self.moved.entry(sku.clone()).or_default();
        moved.told += 1;
        moved.cause = note.cause.clone();
        let version = self.levels.get(sku).map_or(0, |level| level.version) + moved.told;
        self.events.push((note.cause.clone(), version, event));
    }

    /// Tells something about an order's claim.
    pub(crate) fn tell(&mut self, note: &Note, version: i64, event: InventoryEvent) {
        self.events.push((note.cause.clone(), version, event));
    }

    /// Writes all that has changed. Says `stock.low.v1` for every level that has fallen below its threshold.
    pub(crate) async fn save(mut self, tx: &Tx) -> Result<(), InventoryError> {
        self.tell_low();
        let (mut made, mut changed) = (Vec::new(), Vec::new());
        for Tracked { kept, now } in self.claims.values() {
            match kept {
                None => made.push(now),
                Some(kept) if kept != now => changed.push(now),
                Some(_) => {}
            }
        }
        made.sort_by_key(|claim| claim.order);
        let levels = self.moved.iter().map(|(sku, moved)| (sku, (moved.delta, moved.told))).collect();
        let events = self.events.iter().map(|(cause, version, event)| (cause, *version, event.clone())).collect();
        Ok(hot::save(tx, &Changes { made, changed, levels, entries: self.entries, events }).await?)
    }

    fn tell_low(&mut self) {
        let fell = |sku: &Sku, moved: &Moved| {
            let level = self.levels.get(sku)?;
            let before = level.available.saturating_sub(moved.delta.available());
            (level.is_low() && before >= level.low_stock_threshold).then(|| level.clone())
        };
        let low: Vec<_> =
            self.moved.iter().filter_map(|(sku, moved)| Some((fell(sku, moved)?, moved.cause.clone()))).collect();
        for (StockLevel { sku, available, low_stock_threshold: threshold, .. }, cause) in low {
            let note = Note { actor: String::new(), cause };
            let event = InventoryEvent::from(StockLow { sku: sku.clone(), available, threshold });
            self.tell_of_level(&note, &sku, event);
        }
    }
}

/// The SKUs of what is demanded.
pub(crate) fn skus_of(demands: &[Demand]) -> impl Iterator<Item = Sku> {
    demands.iter().map(|demand| demand.sku.clone())
}

/// A movement of no order.
pub(crate) fn moved(kind: Kind, sku: &Sku, units: i64) -> Entry {
    Entry::new(kind, None, sku.clone(), Delta::on_hand(units))
}
