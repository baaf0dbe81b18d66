//! What every order does to the module's own tables, as commands of one queue.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use kernel::{OrderId, PaymentId};
use kernel_db::{
    BatchWork, Cause, Db, DbError, Tx,
    idempotency::{self, Answer, Key},
    outbox,
};

use super::{new_order::NewOrder, saga::Saga};
use crate::{
    Config,
    domain::{Order, PaymentFacts},
    error::{CartRefusal, OrderError},
    persistence::{
        carts, lines, orders,
        placements::{self, Locked},
    },
};

/// What the queue carries out.
pub(super) enum Command {
    Take(Box<NewOrder>),
    Confirm(Box<Confirm>),
    Finish(Box<Finish>),
}

/// An order whose stock is held and whose money is set aside.
pub(super) struct Confirm {
    pub(super) order: Order,
    pub(super) payment: PaymentId,
    pub(super) cause: Cause,
}

/// An order for which everything is done.
pub(super) struct Finish {
    pub(super) order: OrderId,
    pub(super) payment: PaymentFacts,
    pub(super) key: Key,
    pub(super) answer: Answer,
}

/// What a command has come to.
pub(super) enum Outcome {
    /// The order is written down, and its saga begins.
    Taken(Box<Saga>),
    /// The key was used before, and this was answered.
    Before(Answer),
    Refused(OrderError),
    Confirmed(Box<Order>),
    /// With the answer that is kept.
    Finished(Answer),
    /// What is stored is not what the command believes.
    Overtaken,
}

/// Carries out commands of one batch.
pub(super) struct OrderWork {
    config: Config,
}

impl OrderWork {
    pub(super) const fn new(config: Config) -> Self {
        Self { config }
    }
}

#[async_trait]
impl BatchWork for OrderWork {
    type Command = Command;
    type Outcome = Outcome;
    type Error = OrderError;

    async fn carry_out(&self, db: &Db, batch: &[Arc<Command>]) -> Result<Vec<Option<Outcome>>, OrderError> {
        db.transact(|tx| async move { self.carry_out_in(&tx, batch).await }).await
    }
}

/// What the decisions of a batch come to.
#[derive(Default)]
struct Decided<'a> {
    taken: Vec<(usize, Saga)>,
    confirmed: Vec<(usize, Order, &'a Confirm)>,
    finished: Vec<(usize, &'a Finish)>,
    outcomes: HashMap<usize, Outcome>,
}

impl OrderWork {
    async fn carry_out_in(&self, tx: &Tx, batch: &[Arc<Command>]) -> Result<Vec<Option<Outcome>>, OrderError> {
        let mut decided = Decided::default();
        self.take(tx, batch, &mut decided).await?;
        let locked = lock(tx, batch).await?;
        for (place, command) in batch.iter().enumerate() {
            decided.go_on(tx, place, command, &locked);
        }
        self.save(tx, decided, batch.len()).await
    }

    /// Claims the keys of new orders, and gives those orders their numbers.
    async fn take<'a>(&self, tx: &Tx, batch: &'a [Arc<Command>], decided: &mut Decided<'a>) -> Result<(), OrderError> {
        let new = batch.iter().enumerate().filter_map(|(place, command)| match &**command {
            Command::Take(new) => Some((place, &**new)),
            Command::Confirm(_) | Command::Finish(_) => None,
        });
        let new: Vec<(usize, &NewOrder)> = new.collect();
        if new.is_empty() {
            return Ok(());
        }
        let keys: Vec<&Key> = new.iter().map(|(_, new)| new.key()).collect();
        let mut fresh = Vec::with_capacity(new.len());
        for ((place, new), is_fresh) in new.into_iter().zip(idempotency::claim_all(tx, &keys).await?) {
            let refusal = if is_fresh { check_out(tx, new).await? } else { None };
            match refusal {
                Some(refusal) => drop(decided.outcomes.insert(place, Outcome::Refused(refusal))),
                None if is_fresh => fresh.push((place, new)),
                None => drop(decided.outcomes.insert(place, before(tx, new.key()).await?)),
            }
        }
        let orders: Vec<_> = fresh.iter().map(|(_, new)| (new.terms(), new.basket.lines.as_slice())).collect();
        let numbers = if orders.is_empty() { HashMap::new() } else { orders::insert_all(tx, &orders).await? };
        for ((place, new), (mut terms, _)) in fresh.into_iter().zip(orders) {
            let missing = || DbError::corrupt("order", "it was given no number");
            terms.number = numbers.get(&terms.id).copied().ok_or_else(missing)?;
            decided.taken.push((place, Saga { order: new.place(terms), placement: new.placement(&self.config) }));
        }
        Ok(())
    }

    /// Writes all that was decided, and publishes what happened: one statement.
    async fn save(&self, tx: &Tx, decided: Decided<'_>, commands: usize) -> Result<Vec<Option<Outcome>>, OrderError> {
        let Decided { mut taken, mut confirmed, finished, mut outcomes } = decided;
        let now = tx.seams().now();
        let mut writes = Writes::default();
        publish(tx, &mut taken)?;
        if !taken.is_empty() {
            writes
                .add_any(lines::note_skus(taken.iter().map(|(_, saga)| (saga.order.terms.number, saga.order.lines()))));
            let placements: Vec<_> = taken.iter().map(|(_, saga)| &saga.placement).collect();
            writes.add(placements::begin_all(&placements, now + self.config.lease()), taken.len());
        }
        if !confirmed.is_empty() {
            // Sagas before orders, as wherever both are written.
            let ids: Vec<OrderId> = confirmed.iter().map(|(_, order, _)| order.id()).collect();
            writes.add(placements::pass_pivot(&ids, now + self.config.lease()), ids.len());
            let mut saved: Vec<_> =
                confirmed.iter_mut().map(|(_, order, confirm)| (confirm.cause.clone(), order)).collect();
            writes.add(orders::saved(tx, &mut saved)?, ids.len());
        }
        let answers: Vec<_> = finished.iter().map(|(_, finish)| (&finish.key, &finish.answer)).collect();
        let mut answered = None;
        if !finished.is_empty() {
            let ids: Vec<OrderId> = finished.iter().map(|(_, finish)| finish.order).collect();
            let facts: Vec<_> = finished.iter().map(|(_, finish)| (finish.order, finish.payment)).collect();
            writes.add(placements::end(&ids), ids.len());
            writes.add_any(orders::payments_known(&facts));
            answered = Some(writes.add_any(idempotency::answers(&answers)));
        }
        let changed = writes.run(tx).await?;
        let answered = answered.and_then(|place: usize| changed.get(place).copied()).unwrap_or_default();
        let kept = if answers.is_empty() { Vec::new() } else { idempotency::kept(tx, &answers, answered).await? };
        outcomes.extend(taken.into_iter().map(|(place, saga)| (place, Outcome::Taken(Box::new(saga)))));
        outcomes.extend(confirmed.into_iter().map(|(place, order, _)| (place, Outcome::Confirmed(Box::new(order)))));
        outcomes.extend(finished.iter().zip(kept).map(|((place, _), kept)| (*place, Outcome::Finished(kept))));
        Ok((0..commands).map(|place| outcomes.remove(&place)).collect())
    }
}

impl<'a> Decided<'a> {
    /// Confirms or finishes an order whose saga is where the command believes it to be.
    fn go_on(&mut self, tx: &Tx, place: usize, command: &'a Command, locked: &HashMap<OrderId, Locked>) {
        match command {
            Command::Take(_) => {}
            Command::Confirm(confirm) => {
                let mut order = confirm.order.clone();
                let stands = locked
                    .get(&order.id())
                    .is_some_and(|locked| locked.is_before_pivot && locked.version == order.standing().version);
                let repeated = self.confirmed.iter().any(|(_, known, _)| known.id() == order.id());
                if !stands || repeated || order.confirm(confirm.payment, tx.seams().now()).is_err() {
                    self.outcomes.insert(place, Outcome::Overtaken);
                } else {
                    self.confirmed.push((place, order, confirm));
                }
            }
            Command::Finish(finish) => {
                let repeated = self.finished.iter().any(|(_, known)| known.order == finish.order);
                if !locked.contains_key(&finish.order) || repeated {
                    self.outcomes.insert(place, Outcome::Overtaken);
                } else {
                    self.finished.push((place, finish));
                }
            }
        }
    }
}

/// The sagas and orders that are to go on.
async fn lock(tx: &Tx, batch: &[Arc<Command>]) -> Result<HashMap<OrderId, Locked>, DbError> {
    let orders = batch.iter().filter_map(|command| match &**command {
        Command::Take(_) => None,
        Command::Confirm(confirm) => Some(confirm.order.id()),
        Command::Finish(finish) => Some(finish.order),
    });
    let orders: Vec<OrderId> = orders.collect();
    if orders.is_empty() { Ok(HashMap::new()) } else { placements::lock_all(tx, &orders).await }
}

/// Has the cart become the order. A cart that is not as its buyer saw it refuses, and the key stays free.
async fn check_out(tx: &Tx, new: &NewOrder) -> Result<Option<OrderError>, OrderError> {
    let Some((cart, version)) = new.cart() else { return Ok(None) };
    if carts::check_out(tx, cart, version, new.id).await? {
        return Ok(None);
    }
    idempotency::free(tx, new.key()).await?;
    Ok(Some(CartRefusal::Changed.into()))
}

/// What a key was answered that was used before.
async fn before(tx: &Tx, key: &Key) -> Result<Outcome, OrderError> {
    use idempotency::{Claim, KeyRefusal};
    Ok(match idempotency::claim(tx, key).await? {
        Claim::Answered(kept) => Outcome::Before(kept),
        Claim::InFlight => Outcome::Refused(KeyRefusal::InFlight.into()),
        Claim::Reused => Outcome::Refused(KeyRefusal::Reused.into()),
        // It was there a moment ago. Better not believe either.
        Claim::Fresh => return Err(KeyRefusal::InFlight.into()),
    })
}

/// Publishes that orders were placed.
fn publish(tx: &Tx, taken: &mut [(usize, Saga)]) -> Result<(), DbError> {
    for (_, saga) in taken {
        let cause = saga.placement.cause();
        let events = saga.order.take_events();
        let events: Vec<_> = events.iter().map(|(version, event)| (&cause, *version, event)).collect();
        outbox::publish_all(tx, &events)?;
    }
    Ok(())
}

/// Writes that go together, and how many rows each must change.
#[derive(Default)]
struct Writes {
    writes: Vec<kernel_db::Write>,
    expected: Vec<Option<usize>>,
}

impl Writes {
    fn add(&mut self, write: kernel_db::Write, rows: usize) {
        self.writes.push(write);
        self.expected.push(Some(rows));
    }

    /// One that may change fewer rows; answers its place.
    fn add_any(&mut self, write: kernel_db::Write) -> usize {
        self.writes.push(write);
        self.expected.push(None);
        self.expected.len() - 1
    }

    /// # Errors
    ///
    /// When a write has changed another number of rows than it must. Nothing may be kept then.
    async fn run(self, tx: &Tx) -> Result<Vec<u64>, OrderError> {
        if self.writes.is_empty() {
            return Ok(Vec::new());
        }
        let changed = tx.run_last(self.writes).await?;
        let as_expected = |(rows, expected): (&u64, &Option<usize>)| {
            expected.is_none_or(|expected| usize::try_from(*rows) == Ok(expected))
        };
        if changed.iter().zip(&self.expected).all(as_expected) { Ok(changed) } else { Err(OrderError::Overtaken) }
    }
}
