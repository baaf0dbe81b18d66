//! The ports that order calls, in memory, as their contracts say; and everything that may go wrong with a call.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering, Ordering::Relaxed},
    },
};

use async_trait::async_trait;
use catalog_contract::{Prices, PricesRefusal, Quote};
use inventory_contract::{Demand, Held, Hold, Level, Shortage, Stock, StockRefusal};
use kernel::{CallContext, Clock, Currency, DateTime, Money, OrderId, PaymentId, Sku, Utc};
use payment_contract::{
    Authorize, Charge, ChargeRefusal, ChargeStatus, Charges, PaymentAuthorized, PaymentCaptured, PaymentDeclined,
    PaymentEvent, PaymentVoided,
};
use port::{Executed, PortError, PortResult};
use tokio::sync::Notify;

use super::feeds::FakeFeed;

/// What befalls one call.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    /// It never arrives.
    Away,
    /// It arrives, and its answer is lost.
    LostAfter,
    /// The process that calls dies, before the call or after it.
    DieBefore,
    DieAfter,
    /// It waits until the test lets it go on.
    Wait,
}

/// The faults to come, by the name of the call.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults(Arc<Mutex<HashMap<&'static str, VecDeque<Fault>>>>, Arc<Notify>);

impl Faults {
    pub(super) fn next(&self, call: &'static str, faults: impl IntoIterator<Item = Fault>) {
        lock(&self.0).entry(call).or_default().extend(faults);
    }

    /// How many faults of `call` have not befallen it yet.
    pub(super) fn left(&self, call: &'static str) -> usize {
        lock(&self.0).get(call).map_or(0, VecDeque::len)
    }

    /// Lets the call go on that waits, or the next one that would.
    pub(super) fn go_on(&self) {
        self.1.notify_one();
    }

    async fn around<T, E>(&self, call: &'static str, effect: impl FnOnce() -> PortResult<T, E>) -> PortResult<T, E> {
        let fault = lock(&self.0).get_mut(call).and_then(VecDeque::pop_front);
        match fault {
            None => effect(),
            Some(Fault::Away) => Err(PortError::Unavailable { executed: Executed::No }),
            Some(Fault::LostAfter) => effect().and(Err(PortError::Deadline { executed: Executed::Maybe })),
            Some(Fault::DieBefore) => die(),
            Some(Fault::DieAfter) => {
                drop(effect());
                die()
            }
            Some(Fault::Wait) => {
                self.1.notified().await;
                effect()
            }
        }
    }
}

/// Without a word on the terminal.
fn die() -> ! {
    std::panic::resume_unwind(Box::new("the process dies, on purpose"))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) struct FakePrices {
    pub(super) faults: Faults,
}

#[async_trait]
impl Prices for FakePrices {
    async fn quote(&self, _: &CallContext, skus: Vec<Sku>) -> PortResult<Vec<Quote>, PricesRefusal> {
        let known = [
            ("CUP", 255, Currency::GBP, true),
            ("POT", 1_000, Currency::GBP, true),
            ("RARE", 500, Currency::GBP, true),
            ("OLD", 100, Currency::GBP, false),
            ("TASSE", 300, Currency::EUR, true),
            ("SHIP", i64::MAX / 2, Currency::GBP, true),
        ];
        let quote = |sku: &Sku| {
            let (_, minor, currency, sellable) = *known.iter().find(|(known, ..)| *known == sku.as_str())?;
            let (title, price) = (format!("A {sku}"), Money::new(minor, currency));
            Some(Quote { sku: sku.clone(), title, price, sellable })
        };
        self.faults.around("quote", || Ok(skus.iter().filter_map(quote).collect())).await
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Claim {
    Refused(Vec<Shortage>),
    Held(BTreeMap<Sku, i64>, DateTime<Utc>),
    Committed(BTreeMap<Sku, i64>),
    Released,
}

pub(super) struct FakeStock {
    pub(super) faults: Faults,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) available: Mutex<BTreeMap<Sku, i64>>,
    pub(super) claims: Mutex<HashMap<OrderId, Claim>>,
    /// Unpaid orders hold as much as they may.
    pub(super) crowded: AtomicBool,
}

impl FakeStock {
    pub(super) fn claim(&self, order: OrderId) -> Option<Claim> {
        lock(&self.claims).get(&order).cloned()
    }

    /// Waits for the order that asks for stock after `before` others have.
    pub(super) async fn next_order(&self, before: u64) -> OrderId {
        loop {
            let orders: BTreeSet<OrderId> = lock(&self.claims).keys().copied().collect();
            if let Some(order) = orders.into_iter().nth(usize::try_from(before).unwrap()) {
                return order;
            }
            tokio::task::yield_now().await;
        }
    }

    pub(super) fn set(&self, sku: &str, units: i64) {
        lock(&self.available).insert(Sku::parse(sku).unwrap(), units);
    }

    pub(super) fn available(&self, sku: &str) -> i64 {
        lock(&self.available).get(&Sku::parse(sku).unwrap()).copied().unwrap_or(0)
    }

    fn take(&self, lines: &BTreeMap<Sku, i64>) -> Result<(), Vec<Shortage>> {
        let mut stock = lock(&self.available);
        let short = |(sku, requested): (&Sku, &i64)| {
            let available = stock.get(sku).copied().unwrap_or(0);
            (available < *requested).then(|| Shortage { sku: sku.clone(), requested: *requested, available })
        };
        let short: Vec<Shortage> = lines.iter().filter_map(short).collect();
        if !short.is_empty() {
            return Err(short);
        }
        for (sku, units) in lines {
            *stock.entry(sku.clone()).or_default() -= units;
        }
        Ok(())
    }

    fn put_back(&self, lines: &BTreeMap<Sku, i64>) {
        let mut stock = lock(&self.available);
        for (sku, units) in lines {
            *stock.entry(sku.clone()).or_default() += units;
        }
    }

    fn hold_now(&self, hold: &Hold) -> PortResult<Held, StockRefusal> {
        let mut claims = lock(&self.claims);
        let lines: BTreeMap<Sku, i64> = hold.lines.iter().map(|line| (line.sku.clone(), line.quantity)).collect();
        assert_eq!(lines.len(), hold.lines.len(), "demand comes added up");
        if hold.unpaid && self.crowded.load(Relaxed) {
            let line = |line: &Demand| Shortage { sku: line.sku.clone(), requested: line.quantity, available: 0 };
            return Err(StockRefusal::HeldByUnpaidOrders { lines: hold.lines.iter().map(line).collect() }.into());
        }
        match claims.get(&hold.order) {
            Some(Claim::Released) => return Err(StockRefusal::Released { order: hold.order }.into()),
            Some(Claim::Refused(lines)) => return Err(StockRefusal::OutOfStock { lines: lines.clone() }.into()),
            Some(Claim::Committed(_)) => return Ok(Held { order: hold.order, until: hold.until }),
            Some(Claim::Held(_, until)) if *until > self.clock.now() => {
                return Ok(Held { order: hold.order, until: *until });
            }
            Some(Claim::Held(lines, _)) => self.put_back(lines),
            None => {}
        }
        let taken = self.take(&lines);
        let claim = taken.clone().map_or_else(Claim::Refused, |()| Claim::Held(lines, hold.until));
        claims.insert(hold.order, claim);
        taken.map_err(|lines| PortError::Refused(StockRefusal::OutOfStock { lines }))?;
        Ok(Held { order: hold.order, until: hold.until })
    }

    fn commit_now(&self, order: OrderId) -> PortResult<(), StockRefusal> {
        let mut claims = lock(&self.claims);
        let lines = match claims.get(&order) {
            None | Some(Claim::Refused(_)) => return Err(StockRefusal::NotHeld { order }.into()),
            Some(Claim::Released) => return Err(StockRefusal::Released { order }.into()),
            Some(Claim::Committed(_)) => return Ok(()),
            Some(Claim::Held(lines, until)) => {
                if *until <= self.clock.now() {
                    self.put_back(lines);
                    self.take(lines).map_err(|lines| PortError::Refused(StockRefusal::OutOfStock { lines }))?;
                }
                lines.clone()
            }
        };
        claims.insert(order, Claim::Committed(lines));
        Ok(())
    }

    pub(super) fn release_now(&self, order: OrderId) {
        let before = lock(&self.claims).insert(order, Claim::Released);
        if let Some(Claim::Held(lines, _) | Claim::Committed(lines)) = before {
            self.put_back(&lines);
        }
    }
}

#[async_trait]
impl Stock for FakeStock {
    async fn hold(&self, _: &CallContext, hold: Hold) -> PortResult<Held, StockRefusal> {
        self.faults.around("hold", || self.hold_now(&hold)).await
    }

    async fn commit(&self, _: &CallContext, order: OrderId) -> PortResult<(), StockRefusal> {
        self.faults.around("commit", || self.commit_now(order)).await
    }

    async fn release(&self, _: &CallContext, order: OrderId) -> PortResult<(), StockRefusal> {
        let release = || {
            self.release_now(order);
            Ok(())
        };
        self.faults.around("release", release).await
    }

    async fn levels(&self, _: &CallContext, skus: Vec<Sku>) -> PortResult<Vec<Level>, StockRefusal> {
        let level = |sku: Sku| Level { available: self.available(sku.as_str()), sku };
        self.faults.around("levels", || Ok(skus.into_iter().map(level).collect())).await
    }
}

/// `tok_approve`, `tok_decline`; `tok_pending` until a test says [`FakeCharges::tell`].
pub(super) struct FakeCharges {
    pub(super) faults: Faults,
    pub(super) feed: Arc<FakeFeed>,
    pub(super) payments: Mutex<HashMap<OrderId, Charge>>,
    /// The provider's own ledger: every taking of money.
    pub(super) captures: Mutex<Vec<OrderId>>,
    /// From now on a void is only written down.
    pub(super) voids_later: AtomicBool,
}

impl FakeCharges {
    pub(super) fn charge(&self, order: OrderId) -> Option<Charge> {
        lock(&self.payments).get(&order).cloned()
    }

    /// The provider tells, in its own time.
    pub(super) fn tell(&self, order: OrderId, approved: bool) {
        let mut payments = lock(&self.payments);
        let charge = payments.get_mut(&order).unwrap();
        self.decide(charge, approved);
    }

    fn decide(&self, charge: &mut Charge, approved: bool) {
        let (payment, order, amount) = (charge.payment, charge.order, charge.authorized);
        if approved {
            charge.status = ChargeStatus::Authorized;
            self.feed.publish(&PaymentEvent::from(PaymentAuthorized { payment, order, amount }));
        } else {
            charge.status = ChargeStatus::Declined;
            charge.authorized = Money::zero(amount.currency());
            let reason = "no".to_owned();
            self.feed.publish(&PaymentEvent::from(PaymentDeclined { payment, order, reason }));
        }
    }

    fn authorize_now(&self, asked: &Authorize) -> PortResult<Charge, ChargeRefusal> {
        if asked.method != "simulated" {
            return Err(ChargeRefusal::UnknownMethod { method: asked.method.clone() }.into());
        }
        let mut payments = lock(&self.payments);
        let nothing = Money::zero(asked.amount.currency());
        let charge = payments.entry(asked.order).or_insert_with(|| {
            let mut charge = Charge {
                payment: PaymentId::new(asked.order.uuid()),
                order: asked.order,
                status: ChargeStatus::Pending,
                authorized: asked.amount,
                captured: nothing,
                refunded: nothing,
            };
            match asked.token.as_str() {
                "tok_approve" => self.decide(&mut charge, true),
                "tok_decline" => self.decide(&mut charge, false),
                _ => {}
            }
            charge
        });
        match charge.status {
            ChargeStatus::Declined => Err(ChargeRefusal::Declined { reason: "no".to_owned() }.into()),
            ChargeStatus::Voided => Err(ChargeRefusal::Voided { order: asked.order }.into()),
            _ => Ok(charge.clone()),
        }
    }

    fn capture_now(&self, order: OrderId) -> PortResult<Charge, ChargeRefusal> {
        let mut payments = lock(&self.payments);
        let charge = payments.get_mut(&order).ok_or(ChargeRefusal::NoPayment { order })?;
        match charge.status {
            ChargeStatus::Authorized => {
                charge.status = ChargeStatus::Captured;
                charge.captured = charge.authorized;
                lock(&self.captures).push(order);
                let (payment, amount) = (charge.payment, charge.captured);
                self.feed.publish(&PaymentEvent::from(PaymentCaptured { payment, order, amount, captured: amount }));
                Ok(charge.clone())
            }
            ChargeStatus::Captured => Ok(charge.clone()),
            status => {
                let (status, wanted) = (status.as_str().to_owned(), "captured".to_owned());
                Err(ChargeRefusal::IllegalMove { status, wanted }.into())
            }
        }
    }

    pub(super) fn void_now(&self, order: OrderId) -> Charge {
        let nothing = Money::zero(Currency::GBP);
        let (payment, status) = (PaymentId::new(order.uuid()), ChargeStatus::Voided);
        let tombstone = Charge { payment, order, status, authorized: nothing, captured: nothing, refunded: nothing };
        let mut payments = lock(&self.payments);
        let charge = payments.entry(order).or_insert(tombstone);
        if matches!(charge.status, ChargeStatus::Pending | ChargeStatus::Authorized) {
            if self.voids_later.load(Ordering::Relaxed) {
                charge.status = ChargeStatus::Voiding;
                return charge.clone();
            }
            charge.status = ChargeStatus::Voided;
            self.feed.publish(&PaymentEvent::from(PaymentVoided { payment: charge.payment, order }));
        }
        charge.clone()
    }
}

#[async_trait]
impl Charges for FakeCharges {
    async fn authorize(&self, _: &CallContext, authorize: Authorize) -> PortResult<Charge, ChargeRefusal> {
        self.faults.around("authorize", || self.authorize_now(&authorize)).await
    }

    async fn capture(&self, _: &CallContext, order: OrderId) -> PortResult<Charge, ChargeRefusal> {
        self.faults.around("capture", || self.capture_now(order)).await
    }

    async fn void(&self, _: &CallContext, order: OrderId) -> PortResult<Option<Charge>, ChargeRefusal> {
        self.faults.around("void", || Ok(Some(self.void_now(order)))).await
    }

    async fn find(&self, _: &CallContext, order: OrderId) -> PortResult<Option<Charge>, ChargeRefusal> {
        Ok(self.charge(order))
    }
}

impl FakeStock {
    /// Sells all but `left` of what is free to others, counting what `order` still holds as free.
    pub(super) fn lapse(&self, order: OrderId, sku: &str, left: i64) {
        let mut claims = lock(&self.claims);
        let Some(Claim::Held(lines, until)) = claims.get_mut(&order) else { panic!("{order} holds nothing") };
        *until = DateTime::default();
        let held = lines.values().sum::<i64>();
        self.set(sku, left - held);
    }
}
