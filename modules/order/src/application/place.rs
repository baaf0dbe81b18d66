//! Takes an order: prices it, writes it down in one transaction, and has the saga carry it to its end.

use std::sync::Arc;

use kernel::OrderId;
use kernel_db::{guard, idempotency::Answer};
use tokio::sync::oneshot;

pub(crate) use super::new_order::{Asked, Place, Purchase};
use super::{
    Orders,
    command::{Command, Outcome},
    new_order::NewOrder,
    waiting::Listening,
};
use crate::{
    domain::{Act, Basket},
    error::OrderError,
    persistence::{keys, query, sagas::Unpaid},
    view,
};

/// What became of the first transaction, for the request that waits.
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
            Accepted::Now(listening) => self.answer_in_time(listening).await,
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
        let new = NewOrder { id: self.db.seams().id(), act, command, basket, who, unpaid };
        // The client may have gone by now; that changes nothing.
        match self.commands.submit(Command::Take(Box::new(new))).await {
            Ok(Outcome::Taken(saga)) => {
                let listening = self.waiting.listen(saga.order.id());
                drop(accept.send(Ok(Accepted::Now(listening))));
                self.begin(*saga).await;
            }
            Ok(Outcome::Before(kept)) => drop(accept.send(Ok(Accepted::Before(kept)))),
            Ok(Outcome::Refused(error)) | Err(error) => drop(accept.send(Err(error))),
            Ok(Outcome::Confirmed(_) | Outcome::Finished(_) | Outcome::Overtaken) => {
                drop(accept.send(Err(OrderError::Overtaken)));
            }
        }
    }

    async fn answer_in_time(&self, listening: Listening) -> Result<Answer, OrderError> {
        let order = listening.order();
        match tokio::time::timeout(self.config.answer_within(), listening).await {
            Ok(Some(answer)) => Ok(answer),
            Ok(None) | Err(_) => self.accept(order).await,
        }
    }

    /// Tells that the order is being worked on, and keeps to that, unless the end has just been kept.
    async fn accept(&self, order: OrderId) -> Result<Answer, OrderError> {
        let taken = query::order(self.db.reader(), order).await?.ok_or(OrderError::NotFound(order))?;
        let accepted = &view::accepted(&taken)?;
        self.db.transact(|tx| async move { Ok(keys::keep(&tx, order, accepted.clone()).await?) }).await
    }
}
