//! Takes an order: prices it, writes it down in one transaction, and has the saga carry it to its end.

use std::{net::IpAddr, sync::Arc};

use kernel::{CallContext, CartId, Currency, Money, OrderId};
use kernel_db::{
    Cause, Crowd, Db, DbError, Tx, guard,
    idempotency::{self, Answer, Claim, Key, KeyRefusal},
    outbox,
};
use tokio::sync::oneshot;

use super::{Orders, saga::Saga, waiting::Listening};
use crate::{
    Config,
    domain::{Act, Address, Basket, Order, Terms, Wanted, Who, placement::Stage},
    error::{CartRefusal, OrderError},
    persistence::{
        carts, orders,
        placements::{self, Placement, Unpaid},
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
    /// Where the request comes from.
    pub(crate) client: IpAddr,
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
    /// What the buyer was shown.
    pub(crate) expected_total: Option<Money>,
}

/// What became of the first transaction.
pub(super) enum Taken {
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
    ///
    /// What is kept under the key has no token: it is put in here, for a first answer and for a repeat alike.
    pub(crate) async fn place(self: &Arc<Self>, command: Place) -> Result<Answer, OrderError> {
        self.place_sealed(command).await.map(|answer| self.reveal(answer))
    }

    pub(in crate::application) fn reveal(&self, answer: Answer) -> Answer {
        view::reveal(answer, |order| self.token(order))
    }

    async fn place_sealed(self: &Arc<Self>, command: Place) -> Result<Answer, OrderError> {
        let key = command.asked.key.clone();
        let (basket, unpaid) = match tokio::try_join!(self.price(&command), self.admit(&command)) {
            Ok(begun) => begun,
            // What was answered once is answered again, even when it is not for sale any more.
            Err(refused) => return self.answered(&key).await?.ok_or(refused),
        };
        let (accept, accepted) = oneshot::channel();
        let orders = Arc::clone(self);
        self.tasks.spawn(async move { orders.carry_out(command, basket, unpaid, accept).await });
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
        let basket = Basket::price(&command.lines, command.purchase.currency, &quotes)?;
        if !guard::sabotaged("order.expected_total") {
            basket.must_cost(command.purchase.expected_total)?;
        }
        Ok(basket)
    }

    async fn carry_out(
        &self,
        command: Place,
        basket: Basket,
        unpaid: Unpaid,
        accept: oneshot::Sender<Result<Accepted, OrderError>>,
    ) {
        let act = Act { by: command.asked.cx.principal.label(), at: self.now() };
        let who = self.who(&command);
        let taking = Taking { id: self.db.seams().id(), act, command, basket, who, unpaid };
        // Whoever asked may have gone by now; that changes nothing.
        match self.crowds.take.ask(taking).await.flatten() {
            Ok(Taken::Now(saga)) => {
                let listening = self.waiting.listen(saga.order.id());
                drop(accept.send(Ok(Accepted::Now(listening))));
                self.begin(*saga).await;
            }
            Ok(Taken::Before(kept)) => drop(accept.send(Ok(Accepted::Before(kept)))),
            Err(error) => drop(accept.send(Err(error))),
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
        let accepted = &view::accepted(&taken)?;
        self.db.transact(|tx| async move { Ok(idempotency::answer(&tx, key, accepted.clone()).await?) }).await
    }
}

/// An order as it is about to be written.
pub(super) struct Taking {
    id: OrderId,
    act: Act,
    command: Place,
    basket: Basket,
    who: Option<Who>,
    unpaid: Unpaid,
}

/// Takes the orders of a crowd in one transaction of three round trips.
pub(super) fn taking(db: &Db, config: &Config) -> Crowd<Taking, Result<Taken, OrderError>, OrderError> {
    let (db, config) = (db.clone(), config.clone());
    Crowd::new(move |asked: Vec<Arc<Taking>>| {
        let (db, config) = (db.clone(), config.clone());
        async move {
            let (config, asked) = (&config, &asked);
            db.transact(|tx| async move { take(&tx, config, asked).await }).await
        }
    })
}

/// Each order, its saga, its key and its first event; or what its key was answered before.
async fn take(tx: &Tx, config: &Config, asked: &[Arc<Taking>]) -> Result<Vec<Result<Taken, OrderError>>, OrderError> {
    let keys: Vec<&Key> = asked.iter().map(|taking| &taking.command.asked.key).collect();
    let fresh = idempotency::claim_all(tx, &keys).await?;
    let new: Vec<&Taking> = asked.iter().zip(&fresh).filter_map(|(taking, fresh)| fresh.then_some(&**taking)).collect();
    let mut sagas = write(tx, config, &new).await?.into_iter();
    let mut taken = Vec::with_capacity(asked.len());
    for (key, fresh) in keys.into_iter().zip(fresh) {
        taken.push(match if fresh { sagas.next() } else { None } {
            Some(saga) => Ok(Taken::Now(Box::new(saga))),
            None => before(tx, key).await?.map(Taken::Before),
        });
    }
    Ok(taken)
}

async fn write(tx: &Tx, config: &Config, new: &[&Taking]) -> Result<Vec<Saga>, OrderError> {
    for taking in new {
        if let Some((cart, version)) = taking.command.cart
            && !carts::check_out(tx, cart, version, taking.id).await?
        {
            return Err(CartRefusal::Changed.into());
        }
    }
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let terms: Vec<Terms> = new.iter().map(|taking| taking.terms()).collect();
    let numbers = orders::insert_all(tx, &terms).await?;
    let mut sagas = Vec::with_capacity(new.len());
    let mut news = Vec::with_capacity(new.len());
    for (mut terms, taking) in terms.into_iter().zip(new) {
        let missing = || DbError::corrupt("order", "it was given no number");
        terms.number = numbers.get(&terms.id).copied().ok_or_else(missing)?;
        let mut order = Order::place(terms, taking.basket.lines.clone(), &taking.act);
        let cause = Cause::from(&taking.command.asked.cx);
        news.extend(order.take_events().into_iter().map(|(version, event)| (cause.clone(), version, event)));
        sagas.push(Saga { order, placement: taking.placement(config) });
    }
    let placements: Vec<&Placement> = sagas.iter().map(|saga| &saga.placement).collect();
    let begun = placements::begin_all(&placements, tx.seams().now() + config.lease());
    let news: Vec<_> = news.iter().map(|(cause, version, event)| (cause, *version, event)).collect();
    outbox::publish_all(tx, &news)?;
    tx.run_last(vec![orders::lines(sagas.iter().map(|saga| &saga.order)), begun]).await?;
    Ok(sagas)
}

/// What a key was answered that was used before.
async fn before(tx: &Tx, key: &Key) -> Result<Result<Answer, OrderError>, OrderError> {
    Ok(match idempotency::claim(tx, key).await? {
        Claim::Answered(kept) => Ok(kept),
        Claim::InFlight => Err(KeyRefusal::InFlight.into()),
        Claim::Reused => Err(KeyRefusal::Reused.into()),
        // It was there a moment ago. Better not believe either.
        Claim::Fresh => return Err(KeyRefusal::InFlight.into()),
    })
}

impl Taking {
    fn terms(&self) -> Terms {
        let purchase = &self.command.purchase;
        Terms {
            id: self.id,
            number: 0,
            email: purchase.email.clone(),
            total: self.basket.total,
            note: purchase.note.clone(),
            shipping_address: purchase.shipping_address.clone(),
            created_at: self.act.at,
        }
    }

    fn placement(&self, config: &Config) -> Placement {
        let Place { asked, purchase, cart, .. } = &self.command;
        Placement {
            order: self.id,
            stage: Stage::Placing,
            method: purchase.method.clone(),
            token: purchase.token.clone(),
            deadline_at: config.deadline(self.act.at),
            tries: 0,
            cart: cart.map(|(cart, _)| cart),
            who: self.who.clone(),
            units: self.basket.lines.iter().fold(0, |units, line| units.saturating_add(line.quantity)),
            unpaid: self.unpaid,
            key: asked.key.clone(),
            request_id: asked.request_id.clone(),
            correlation: asked.cx.correlation,
            traceparent: asked.cx.traceparent.clone(),
        }
    }
}
