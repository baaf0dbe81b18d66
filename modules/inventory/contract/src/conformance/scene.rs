use std::{
    fmt::Debug,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use kernel::{CallContext, DateTime, OrderId, Seams, Sku, Utc, sku::SkuError};
use port::{PortError, PortResult};

use super::case::{CASES, Outcome};
use crate::{Demand, Held, Hold, Stock, StockRefusal};

/// What each SKU of the fixture has available at the start.
pub const UNITS: i64 = 50;

/// The stage on which the cases are played.
#[derive(Debug)]
pub struct Fixture {
    pub(super) seams: Seams,
    /// A pair for each case.
    pub(super) skus: Vec<[Sku; 2]>,
}

impl Fixture {
    /// The clock must be the implementation's, or near it.
    pub fn new(seams: Seams) -> Result<Self, SkuError> {
        let pair = |case: usize| {
            Ok([Sku::parse(&format!("CONFORM-{case}-CUP"))?, Sku::parse(&format!("CONFORM-{case}-PLATE"))?])
        };
        Ok(Self { seams, skus: (0..CASES).map(pair).collect::<Result<_, _>>()? })
    }

    /// The SKUs to be stocked before the cases are played, and how many units of each.
    pub fn opening(&self) -> Vec<(Sku, i64)> {
        self.skus.iter().flatten().map(|sku| (sku.clone(), UNITS)).collect()
    }
}

/// What one case works with: two SKUs of [`UNITS`] units each, and orders that are cleared away afterwards.
pub(super) struct Scene<'a> {
    pub(super) stock: &'a dyn Stock,
    pub(super) cx: CallContext,
    pub(super) cup: Sku,
    pub(super) plate: Sku,
    seams: &'a Seams,
    orders: Mutex<Vec<OrderId>>,
}

pub(super) type Refused<T> = PortResult<T, StockRefusal>;

impl<'a> Scene<'a> {
    pub(super) fn new(stock: &'a dyn Stock, seams: &'a Seams, [cup, plate]: &[Sku; 2]) -> Self {
        let cx = CallContext::system("conformance");
        Self { stock, cx, cup: cup.clone(), plate: plate.clone(), seams, orders: Mutex::default() }
    }

    /// A new order; whatever it claims is given back at the end.
    pub(super) fn order(&self) -> OrderId {
        let order = self.seams.id();
        self.orders.lock().unwrap_or_else(PoisonError::into_inner).push(order);
        order
    }

    /// So many minutes from now, or ago.
    pub(super) fn minutes(&self, minutes: i32) -> DateTime<Utc> {
        let span = Duration::from_secs(u64::from(minutes.unsigned_abs()) * 60);
        let now = self.seams.now();
        if minutes < 0 { now - span } else { now + span }
    }

    pub(super) async fn hold(&self, order: OrderId, lines: &[(&Sku, i64)]) -> Refused<Held> {
        self.hold_until(order, lines, self.minutes(15)).await
    }

    pub(super) async fn hold_until(
        &self,
        order: OrderId,
        lines: &[(&Sku, i64)],
        until: DateTime<Utc>,
    ) -> Refused<Held> {
        let lines = lines.iter().map(|&(sku, quantity)| Demand { sku: sku.clone(), quantity }).collect();
        self.stock.hold(&self.cx, Hold { order, lines, until, unpaid: false }).await
    }

    /// Tells that the order is not about to be paid for.
    pub(super) async fn hold_unpaid(&self, order: OrderId, sku: &Sku, quantity: i64) -> Refused<Held> {
        let lines = vec![Demand { sku: sku.clone(), quantity }];
        self.stock.hold(&self.cx, Hold { order, lines, until: self.minutes(15), unpaid: true }).await
    }

    /// How many cups and plates can be sold.
    pub(super) async fn left(&self) -> Refused<(i64, i64)> {
        let levels = self.stock.levels(&self.cx, vec![self.cup.clone(), self.plate.clone()]).await?;
        let of = |sku: &Sku| levels.iter().find(|level| level.sku == *sku).map_or(-1, |level| level.available);
        Ok((of(&self.cup), of(&self.plate)))
    }

    /// Gives back what the case has claimed, and sees that everything is there again.
    pub(super) async fn clear(&self) -> Outcome {
        let orders = std::mem::take(&mut *self.orders.lock().unwrap_or_else(PoisonError::into_inner));
        for order in orders {
            expect("release", self.stock.release(&self.cx, order).await, Ok(()))?;
        }
        expect("left at the end", self.left().await, Ok((UNITS, UNITS)))
    }
}

/// `Err` with both sides when they differ.
#[expect(clippy::needless_pass_by_value, reason = "cases read better without a reference on either side")]
pub(super) fn expect<T: PartialEq + Debug>(what: &str, got: T, expected: T) -> Outcome {
    if got == expected { Ok(()) } else { Err(format!("{what}: expected {expected:?}, got {got:?}")) }
}

pub(super) const fn refused<T>(refusal: StockRefusal) -> Refused<T> {
    Err(PortError::Refused(refusal))
}
