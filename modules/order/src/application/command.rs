//! What every order does to the module's own tables, as commands of one queue.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use kernel::{OrderId, PaymentId};
use kernel_db::{
    BatchWork, Cause, Db, DbError, Tx,
    idempotency::{self, Answer, Key, KeyRefusal},
    outbox,
};

use super::{KeysKept, new_order::NewOrder, saga::Saga};
use crate::{
    Config,
    domain::{Order, PaymentFacts},
    error::{CartRefusal, OrderError},
    persistence::{
        carts,
        hot::{self, Confirmed, Finished, KeptAnswer, Locked, LockedSaga, Placing},
        keys::{self, Placed},
        lines, orders,
        sagas::Unpaid,
        unpaid,
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
    pub(super) answer: Answer,
    /// How the answer is kept.
    pub(super) kept: KeptAnswer,
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
    keys_kept: Arc<KeysKept>,
}

impl OrderWork {
    pub(super) const fn new(config: Config, keys_kept: Arc<KeysKept>) -> Self {
        Self { config, keys_kept }
    }
}

#[async_trait]
impl BatchWork for OrderWork {
    type Command = Command;
    type Outcome = Outcome;
    type Error = OrderError;

    async fn carry_out(&self, db: &Db, batch: &[Arc<Command>]) -> Result<Vec<Option<Outcome>>, OrderError> {
        db.transact(|tx| async move { self.carry_out_in(db, &tx, batch).await }).await
    }
}

/// What the decisions of a batch come to.
#[derive(Default)]
struct Decided<'a> {
    taken: Vec<(usize, Saga)>,
    confirmed: Vec<(usize, Order, &'a Confirm, &'a LockedSaga)>,
    finished: Vec<(usize, &'a Finish, &'a Locked)>,
    outcomes: HashMap<usize, Outcome>,
}

impl OrderWork {
    async fn carry_out_in(&self, db: &Db, tx: &Tx, batch: &[Arc<Command>]) -> Result<Vec<Option<Outcome>>, OrderError> {
        let locked = lock(tx, batch).await?;
        let mut decided = Decided::default();
        self.take(db, tx, batch, &mut decided).await?;
        for (place, command) in batch.iter().enumerate() {
            decided.go_on(tx, place, command, &locked);
        }
        self.save(tx, decided, batch.len()).await
    }

    /// Writes new orders under their keys.
    async fn take(
        &self,
        db: &Db,
        tx: &Tx,
        batch: &[Arc<Command>],
        decided: &mut Decided<'_>,
    ) -> Result<(), OrderError> {
        let new = batch.iter().enumerate().filter_map(|(place, command)| match &**command {
            Command::Take(new) => Some((place, &**new)),
            Command::Confirm(_) | Command::Finish(_) => None,
        });
        let mut asked: Vec<(usize, &NewOrder)> = new.collect();
        // A key whose time is over is given back by its order, and then used.
        for is_last in [false, true] {
            let used = self.place(tx, std::mem::take(&mut asked), decided).await?;
            for (place, new) in used {
                match self.before(db, tx, new.key()).await? {
                    Some(outcome) => drop(decided.outcomes.insert(place, outcome)),
                    None if is_last => return Err(KeyRefusal::InFlight.into()),
                    None => asked.push((place, new)),
                }
            }
        }
        Ok(())
    }

    /// Writes those of the orders whose keys are free; answers the others.
    async fn place<'n>(
        &self,
        tx: &Tx,
        asked: Vec<(usize, &'n NewOrder)>,
        decided: &mut Decided<'_>,
    ) -> Result<Vec<(usize, &'n NewOrder)>, OrderError> {
        if asked.is_empty() {
            return Ok(asked);
        }
        let due_at = tx.seams().now() + self.config.lease();
        let wanted: Vec<_> = asked.iter().map(|(_, new)| (new.terms(), new.checkout(&self.config))).collect();
        let rows = asked.iter().zip(&wanted).map(|((_, new), (terms, checkout))| Placing {
            terms,
            lines: &new.basket.lines,
            checkout,
        });
        let numbers = hot::place(tx, &rows.collect::<Vec<_>>(), due_at).await?;
        let mut used = Vec::new();
        for ((place, new), (mut terms, checkout)) in asked.into_iter().zip(wanted) {
            let Some(number) = numbers.get(&new.id) else {
                used.push((place, new));
                continue;
            };
            terms.number = *number;
            match check_out(tx, new).await? {
                Some(refusal) => drop(decided.outcomes.insert(place, Outcome::Refused(refusal))),
                None => decided.taken.push((place, Saga { order: new.place(terms), checkout })),
            }
        }
        Ok(used)
    }

    /// What a key means that was used before; `None` when it may be used again.
    async fn before(&self, db: &Db, tx: &Tx, key: &Key) -> Result<Option<Outcome>, OrderError> {
        use idempotency::Claim;
        let claim = match keys::find(tx, key, self.keys_kept.since(tx.seams().now())).await? {
            Some(Placed { is_over: true, order, .. }) => {
                keys::free(tx, order).await?;
                return Ok(None);
            }
            Some(placed) => placed.claim,
            None => idempotency::find(db, key).await?.unwrap_or(Claim::Fresh),
        };
        Ok(match claim {
            Claim::Answered(kept) => Some(Outcome::Before(kept)),
            Claim::InFlight => Some(Outcome::Refused(KeyRefusal::InFlight.into())),
            Claim::Reused => Some(Outcome::Refused(KeyRefusal::Reused.into())),
            // It was there a moment ago.
            Claim::Fresh => None,
        })
    }

    /// Writes all that was decided, and publishes what happened: one statement.
    async fn save(&self, tx: &Tx, decided: Decided<'_>, commands: usize) -> Result<Vec<Option<Outcome>>, OrderError> {
        let Decided { mut taken, mut confirmed, finished, mut outcomes } = decided;
        let (now, lease) = (tx.seams().now(), self.config.lease());
        let mut writes = Vec::new();
        publish(tx, &mut taken)?;
        if !taken.is_empty() {
            let lines = taken.iter().map(|(_, saga)| (saga.order.terms.number, saga.order.lines()));
            writes.push(lines::note_skus(lines));
        }
        if !confirmed.is_empty() {
            are_paid(tx, &confirmed).await?;
            let count = confirmed.len();
            let rows = confirmed.iter_mut().map(|(_, order, confirm, saga)| {
                // Most leases are long enough for what is left. They stay, for the column has an index.
                let due_at = if saga.due_at < now + lease / 2 { now + lease } else { saga.due_at };
                Confirmed { order, cause: &confirm.cause, due_at }
            });
            writes.push(hot::confirm(tx, rows)?.changing(count));
        }
        if !finished.is_empty() {
            let rows = finished.iter().map(|(_, finish, locked)| Finished {
                order: finish.order,
                payment: locked.payment.join(finish.payment),
                answer: (!locked.is_answered).then_some(&finish.kept),
            });
            writes.push(hot::finish(rows).changing(finished.len()));
        }
        tx.save(writes).await?;
        for (place, finish, locked) in finished {
            let before = if locked.is_answered { keys::kept(tx, finish.order).await? } else { None };
            outcomes.insert(place, Outcome::Finished(before.unwrap_or_else(|| finish.answer.clone())));
        }
        outcomes.extend(taken.into_iter().map(|(place, saga)| (place, Outcome::Taken(Box::new(saga)))));
        outcomes.extend(confirmed.into_iter().map(|(place, order, ..)| (place, Outcome::Confirmed(Box::new(order)))));
        Ok((0..commands).map(|place| outcomes.remove(&place)).collect())
    }
}

impl<'a> Decided<'a> {
    /// Confirms or finishes an order whose saga is where the command believes it to be.
    fn go_on(&mut self, tx: &Tx, place: usize, command: &'a Command, locked: &'a HashMap<OrderId, Locked>) {
        match command {
            Command::Take(_) => {}
            Command::Confirm(confirm) => {
                let mut order = confirm.order.clone();
                let is_repeated = self.confirmed.iter().any(|(_, known, ..)| known.id() == order.id());
                let locked = locked.get(&order.id()).filter(|locked| locked.version == order.standing().version);
                if let Some(locked) = locked {
                    order.payment = locked.payment.join(order.payment);
                }
                let saga = locked.and_then(|locked| locked.saga.as_ref()).filter(|saga| saga.is_before_pivot);
                match saga {
                    Some(saga) if !is_repeated && order.confirm(confirm.payment, tx.seams().now()).is_ok() => {
                        self.confirmed.push((place, order, confirm, saga));
                    }
                    _ => drop(self.outcomes.insert(place, Outcome::Overtaken)),
                }
            }
            Command::Finish(finish) => {
                let is_repeated = self.finished.iter().any(|(_, known, _)| known.order == finish.order);
                match locked.get(&finish.order).filter(|locked| locked.saga.is_some()) {
                    Some(locked) if !is_repeated => self.finished.push((place, finish, locked)),
                    _ => drop(self.outcomes.insert(place, Outcome::Overtaken)),
                }
            }
        }
    }
}

/// The orders that are to go on, locked before any other row.
async fn lock(tx: &Tx, batch: &[Arc<Command>]) -> Result<HashMap<OrderId, Locked>, DbError> {
    let orders = batch.iter().filter_map(|command| match &**command {
        Command::Take(_) => None,
        Command::Confirm(confirm) => Some(confirm.order.id()),
        Command::Finish(finish) => Some(finish.order),
    });
    let orders: Vec<OrderId> = orders.collect();
    let locked = if orders.is_empty() { Vec::new() } else { hot::lock(tx, &orders).await? };
    Ok(locked.into_iter().map(|locked| (locked.id, locked)).collect())
}

/// Orders that are paid for are not counted among those that are not.
async fn are_paid(tx: &Tx, confirmed: &[(usize, Order, &Confirm, &LockedSaga)]) -> Result<(), DbError> {
    let counted = confirmed.iter().filter(|(.., saga)| saga.unpaid == Unpaid::Counted);
    let counted: Vec<OrderId> = counted.map(|(_, order, ..)| order.id()).collect();
    if !counted.is_empty() {
        unpaid::no_longer(tx, &counted).await?;
    }
    Ok(())
}

/// Has the cart become the order. A cart that is not as its buyer saw it refuses, and the key stays free.
async fn check_out(tx: &Tx, new: &NewOrder) -> Result<Option<OrderError>, OrderError> {
    let Some((cart, version)) = new.cart() else { return Ok(None) };
    if carts::check_out(tx, cart, version, new.id).await? {
        return Ok(None);
    }
    orders::unplace(tx, new.id).await?;
    Ok(Some(CartRefusal::Changed.into()))
}

/// Publishes that orders were placed.
fn publish(tx: &Tx, taken: &mut [(usize, Saga)]) -> Result<(), DbError> {
    for (_, saga) in taken {
        let events = saga.order.take_events();
        outbox::publish(tx, &saga.checkout.cause(), &events)?;
    }
    Ok(())
}
