//! Takes an order: prices it, writes it down in one transaction, and has the saga carry it to its end.

use std::sync::Arc;

use kernel::{CallContext, CartId, Currency, OrderId};
use kernel_db::{
    Cause, Tx,
    idempotency::{self, Answer, Claim, Key, KeyRefusal},
    outbox,
};
use tokio::sync::oneshot;

use super::{Orders, saga::Saga, waiting::Listening};
use crate::{
    domain::{Act, Address, Basket, Order, Terms, Wanted, placement::Stage},
    error::{CartRefusal, OrderError},
    persistence::{
        carts, orders,
        placements::{self, Placement},
        query,
    },
    view,
};

/// A request to place an order.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) asked: Asked,
    pub(crate) purchase: Purchase,
    pub(crate) lines: Vec<Wanted>,
    /// The cart that is being checked out, and its version as its buyer saw it.
    pub(crate) cart: Option<(CartId, i64)>,
}

/// On whose behalf, and which effect it is.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) cx: CallContext,
    /// As the answer's header has it.
    pub(crate) request_id: String,
    pub(crate) key: Key,
}

/// Whatever there is to say about an order but its lines.
#[derive(Debug, Clone)]
pub(crate) struct Purchase {
    pub(crate) email: String,
    pub(crate) currency: Currency,
    /// The payment provider's name, and what its form gave the buyer.
    pub(crate) method: String,
    pub(crate) token: String,
    pub(crate) shipping_address: Option<Address>,
    pub(crate) note: Option<String>,
}

/// What became of the first transaction.
enum Taken {
    /// The key was used before, and this was answered.
    Before(Answer),
    Now(Box<Saga>),
}

/// The same, for the request that waits.
enum Accepted {
    Before(Answer),
    Now(Listening),
}

impl Orders {
    /// Places an order; answers as it was answered before when the key was used before.
    ///
    /// From the first transaction on the work goes on in a task of its own: the buyer may hang up. Whoever waits
    /// is told the end, or after a while that there is none yet.
    pub(crate) async fn place(self: &Arc<Self>, command: Place) -> Result<Answer, OrderError> {
        let (kept, basket) = tokio::join!(self.answered(&command.asked.key), self.price(&command));
        if let Some(kept) = kept? {
            return Ok(kept);
        }
        let basket = basket?;
        let key = command.asked.key.clone();
        let (accept, accepted) = oneshot::channel();
        let orders = Arc::clone(self);
        self.tasks.spawn(async move { orders.carry_out(command, basket, accept).await });
        match accepted.await.map_err(|_| OrderError::BrokenOff)?? {
            Accepted::Before(kept) => Ok(kept),
            Accepted::Now(listening) => self.answer_in_time(&key, listening).await,
        }
    }

    async fn price(&self, command: &Place) -> Result<Basket, OrderError> {
        let mut skus: Vec<_> = command.lines.iter().map(|line| line.sku.clone()).collect();
        skus.sort_unstable();
        skus.dedup();
        let quotes = self.ports.prices.quote(&command.asked.cx, skus).await?;
        Ok(Basket::price(&command.lines, command.purchase.currency, &quotes)?)
    }

    async fn carry_out(&self, command: Place, basket: Basket, accept: oneshot::Sender<Result<Accepted, OrderError>>) {
        let taken = self.take(&command, &basket).await;
        // Whoever asked may have gone by now; that changes nothing.
        match taken {
            Ok(Taken::Now(saga)) => {
                let listening = self.waiting.listen(saga.order.id());
                drop(accept.send(Ok(Accepted::Now(listening))));
                self.begin(*saga).await;
            }
            Ok(Taken::Before(kept)) => drop(accept.send(Ok(Accepted::Before(kept)))),
            Err(error) => drop(accept.send(Err(error))),
        }
    }

    /// Writes the order, its saga, its key and its first event in one transaction of five statements.
    async fn take(&self, command: &Place, basket: &Basket) -> Result<Taken, OrderError> {
        let id: OrderId = self.db.seams().id();
        let act = Act { by: command.asked.cx.principal.label(), at: self.now() };
        let act = &act;
        self.db
            .transact(|tx| async move {
                if let Some(kept) = claim(&tx, &command.asked.key).await? {
                    return Ok(Taken::Before(kept));
                }
                if let Some((cart, version)) = command.cart
                    && !carts::check_out(&tx, cart, version, id).await?
                {
                    return Err(CartRefusal::Changed.into());
                }
                let mut terms = command.terms(id, basket, act);
                terms.number = orders::insert(&tx, &terms, &basket.lines).await?;
                let mut order = Order::place(terms, basket.lines.clone(), act);
                let placement = self.placement(command, id, act);
                placements::insert(&tx, &placement, act.at + self.config.lease()).await?;
                outbox::publish(&tx, &Cause::from(&command.asked.cx), &order.take_events()).await?;
                Ok(Taken::Now(Box::new(Saga { order, placement })))
            })
            .await
    }

    fn placement(&self, command: &Place, order: OrderId, act: &Act) -> Placement {
        Placement {
            order,
            stage: Stage::Placing,
            method: command.purchase.method.clone(),
            token: command.purchase.token.clone(),
            deadline_at: self.config.deadline(act.at),
            tries: 0,
            cart: command.cart.map(|(cart, _)| cart),
            key: command.asked.key.clone(),
            request_id: command.asked.request_id.clone(),
            correlation: command.asked.cx.correlation,
            traceparent: command.asked.cx.traceparent.clone(),
        }
    }

    async fn answer_in_time(&self, key: &Key, listening: Listening) -> Result<Answer, OrderError> {
        let order = listening.order();
        match tokio::time::timeout(self.config.answer_within(), listening).await {
            Ok(Some(answer)) => Ok(answer),
            Ok(None) | Err(_) => self.accept(order, key).await,
        }
    }

    /// Tells that the order is being worked on, and keeps to that, unless the end has just been kept.
    async fn accept(&self, order: OrderId, key: &Key) -> Result<Answer, OrderError> {
        let taken = query::order(self.db.reader(), order).await?.ok_or(OrderError::NotFound(order))?;
        let accepted = &view::accepted(&taken, self.token(order))?;
        self.db.transact(|tx| async move { Ok(idempotency::answer(&tx, key, accepted.clone()).await?) }).await
    }
}

impl Place {
    fn terms(&self, id: OrderId, basket: &Basket, act: &Act) -> Terms {
        Terms {
            id,
            number: 0,
            email: self.purchase.email.clone(),
            total: basket.total,
            note: self.purchase.note.clone(),
            shipping_address: self.purchase.shipping_address.clone(),
            created_at: act.at,
        }
    }
}

/// Claims the key for this order; answers what was answered when it was used before.
async fn claim(tx: &Tx, key: &Key) -> Result<Option<Answer>, OrderError> {
    match idempotency::claim(tx, key).await? {
        Claim::Fresh => Ok(None),
        Claim::Answered(kept) => Ok(Some(kept)),
        Claim::InFlight => Err(KeyRefusal::InFlight.into()),
        Claim::Reused => Err(KeyRefusal::Reused.into()),
    }
}
