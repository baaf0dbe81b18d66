//! What the saga writes down: four transactions at most, three when all goes well.

use std::time::Duration;

use kernel::{Principal, RefundId};
use kernel_db::{DbError, Tx, guard, idempotency::Answer};
use payment_contract::Charge;

use super::{EffectOutcome, Orders, Saga, doubled};
use crate::{
    application::command::{Command, Confirm, Finish, Outcome},
    domain::{Act, Order, PaymentFacts, Refusal, Rejection, Status, checkout_saga::Input},
    error::OrderError,
    persistence::{
        carts, keys,
        orders::{self, SaveError},
        sagas,
        unpaid::{self, Place},
    },
    view,
};

impl Orders {
    /// The pivot: the order stands, its event and the saga's stage in one commit.
    pub(super) async fn confirm(&self, saga: &Saga, charge: &Charge) -> Result<EffectOutcome, DbError> {
        let mut order = saga.order.clone();
        order.payment = order.payment.join(PaymentFacts::from(charge));
        let confirm = Confirm { order, payment: charge.payment, cause: saga.checkout.cause() };
        outcome(match self.commands.submit(Command::Confirm(Box::new(confirm))).await {
            Ok(Outcome::Confirmed(order)) => Ok(EffectOutcome::Confirmed(order)),
            other => Err(write_error(other)),
        })
    }

    /// Everything is done: the payment's sums and the answer are kept, the saga ends.
    pub(super) async fn finish(&self, saga: &Saga, charge: &Charge) -> Result<EffectOutcome, DbError> {
        let mut order = saga.order.clone();
        order.payment = order.payment.join(PaymentFacts::from(charge));
        let sealed = view::confirmed(&order)?;
        let answer = if guard::sabotaged("order.sealed_answers") { self.reveal(sealed) } else { sealed };
        let kept = view::kept(&order, &answer)?;
        let finish = Finish { order: order.id(), payment: order.payment, answer, kept };
        let finished = match self.commands.submit(Command::Finish(Box::new(finish))).await {
            Ok(Outcome::Finished(kept)) => Ok(kept),
            other => Err(write_error(other)),
        };
        self.tell(saga, finished)
    }

    /// Before anything is undone: from here on the saga cannot go forward again.
    pub(super) async fn turn_back(&self, saga: &Saga, because: &Rejection) -> Result<EffectOutcome, DbError> {
        let (order, due_at) = (saga.order.id(), self.now() + self.config.lease());
        let has_failed = *because == Rejection::TooManyUnpaidOrders;
        let (turned, counted) = self
            .db
            .transact(|tx| async move {
                let counted = unpaid::no_longer(&tx, &[order]).await? > 0 || has_failed;
                if counted {
                    unpaid::remember(&tx, order).await?;
                }
                Ok::<_, DbError>((sagas::turn(&tx, order, because, due_at).await?, counted))
            })
            .await?;
        if counted {
            self.unpaid_changed();
        }
        Ok(if turned { EffectOutcome::Input(Input::Turned) } else { EffectOutcome::Overtaken })
    }

    /// Nothing is claimed for the order any more. One that was cancelled meanwhile stays cancelled.
    pub(super) async fn reject(&self, saga: &Saga, because: &Rejection) -> Result<EffectOutcome, DbError> {
        let now = self.now();
        self.end_without_goods(saga, because, Status::Placed, |order| order.reject(because, now)).await
    }

    /// What the order stood on is gone. The event gives back what is left of it.
    pub(super) async fn lose(&self, saga: &Saga, because: &Rejection) -> Result<EffectOutcome, DbError> {
        let refund: RefundId = self.db.seams().id();
        let act = Act { by: Principal::system("order").label(), at: self.now() };
        self.end_without_goods(saga, because, Status::Confirmed, |order| order.lose(because, refund, &act)).await
    }

    /// Ends the saga of an order that stands at `at` by `close`; elsewhere someone else has closed it.
    async fn end_without_goods(
        &self,
        saga: &Saga,
        because: &Rejection,
        at: Status,
        close: impl Fn(&mut Order) -> Result<(), Refusal>,
    ) -> Result<EffectOutcome, DbError> {
        let open = saga.order.status() == at;
        let told = if open { because } else { &Rejection::OrderCancelled };
        let answer = view::rejected(saga.order.id(), told, &saga.checkout.request_id)?;
        let (close, cause) = (&close, &saga.checkout.cause());
        let ended = self
            .db
            .transact(|tx| {
                let answer = answer.clone();
                async move {
                    if open {
                        let mut order = saga.order.clone();
                        close(&mut order)?;
                        orders::save(&tx, cause, &mut order).await?;
                    }
                    if let Some(cart) = saga.checkout.cart {
                        carts::give_back(&tx, cart).await?;
                    }
                    end(&tx, saga, answer).await
                }
            })
            .await;
        self.tell(saga, ended)
    }

    /// The order has held its stock for as long as a normal payment takes: it goes on holding it where its client and its
    /// email have a place left.
    pub(super) async fn enlist(&self, saga: &Saga) -> Result<EffectOutcome, DbError> {
        let (order, limits) = (saga.order.id(), &self.config.unpaid_limits());
        let place = self.db.transact(|tx| async move { unpaid::enlist(&tx, order, limits).await }).await?;
        self.unpaid_changed();
        Ok(match place {
            Place::Given => EffectOutcome::Input(Input::Enlisted),
            Place::Full => EffectOutcome::Input(Input::TooManyUnpaid),
            Place::Gone => EffectOutcome::Overtaken,
        })
    }

    /// The provider tells later. Past the deadline nobody waits any more.
    pub(super) async fn wait_for_payment(&self, saga: &Saga) -> Result<EffectOutcome, DbError> {
        let now = self.now();
        let deadline_at = self.config.pending_deadline(saga.order.terms.created_at);
        if now >= deadline_at {
            return Ok(EffectOutcome::Input(Input::OutOfTime));
        }
        let due_at = now + doubled(self.config.retry() * 40, saga.checkout.tries).min(LONGEST_WAIT);
        let due_at = self.due_by_grace(saga, due_at);
        let order = saga.order.id();
        self.db.transact(|tx| async move { sagas::wait_for_payment(&tx, order, due_at, deadline_at).await }).await?;
        Ok(EffectOutcome::Left)
    }

    fn tell(&self, saga: &Saga, ended: Result<Answer, WriteError>) -> Result<EffectOutcome, DbError> {
        outcome(ended.map(|answer| {
            self.waiting.tell(saga.order.id(), answer);
            EffectOutcome::Input(Input::Written)
        }))
    }
}

/// Ends the saga and keeps its answer. What was answered before, a 202, stays.
async fn end(tx: &Tx, saga: &Saga, answer: Answer) -> Result<Answer, WriteError> {
    if !sagas::end(tx, saga.order.id()).await? {
        return Err(WriteError::Overtaken);
    }
    Ok(keys::keep(tx, saga.order.id(), answer).await?)
}

/// Why a command of the saga has another outcome than it should.
fn write_error(outcome: Result<Outcome, OrderError>) -> WriteError {
    match outcome {
        Err(OrderError::Storage(error)) => WriteError::Storage(error),
        _ => WriteError::Overtaken,
    }
}

/// News of a payment comes by event; this often it is asked for all the same.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Why a transaction of the saga was rolled back.
pub(in crate::application) enum WriteError {
    Overtaken,
    Storage(DbError),
}

fn outcome(written: Result<EffectOutcome, WriteError>) -> Result<EffectOutcome, DbError> {
    match written {
        Ok(outcome) => Ok(outcome),
        Err(WriteError::Overtaken) => Ok(EffectOutcome::Overtaken),
        Err(WriteError::Storage(error)) => Err(error),
    }
}

impl From<DbError> for WriteError {
    fn from(error: DbError) -> Self {
        Self::Storage(error)
    }
}

impl From<SaveError> for WriteError {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::Overtaken => Self::Overtaken,
            SaveError::Storage(error) => Self::Storage(error),
        }
    }
}

/// The order has moved on since this turn read it.
impl From<Refusal> for WriteError {
    fn from(_: Refusal) -> Self {
        Self::Overtaken
    }
}
