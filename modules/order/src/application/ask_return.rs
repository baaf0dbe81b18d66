//! A buyer asks to give goods back.

use kernel::{OrderId, Principal};
use kernel_db::{
    Cause, Tx, guard,
    idempotency::{self, Answer},
};

use super::{Orders, Request};
use crate::{
    domain::{Act, CallOff, Order, Refusal, Return, Units, returns::ReturnTerms},
    error::OrderError,
    persistence::{
        called_off::{self, WrittenOff},
        orders, refunds, returns,
    },
    view::{self, CalledOffView, ReturnView},
};

/// A request to give goods back.
#[derive(Debug, Clone)]
pub(crate) struct AskReturn {
    pub(crate) order: OrderId,
    pub(crate) units: Units,
    pub(crate) reason: String,
    /// What the buyer says of the units.
    pub(crate) restock: bool,
}

/// What came of it: a return, units that were called off, or both.
struct Asked {
    back: Option<Return>,
    off: Option<WrittenOff>,
}

impl Orders {
    /// Asks to return units that were sent; the shop decides. Units that were not sent are called off at once.
    pub(crate) async fn ask_return(&self, request: &Request, command: &AskReturn) -> Result<Answer, OrderError> {
        let (id, act) = (command.order, &Act { by: request.cx.principal.label(), at: self.now() });
        idempotency::once(&self.db, request.key.as_ref(), |tx| async move {
            let mut order = orders::lock(&tx, id).await?.ok_or(OrderError::NotFound(id))?;
            let Asked { back, off } = self.ask(&tx, &mut order, command, act).await?;
            if order.standing().is_in_checkout {
                return Err(Refusal::NotSettled.into());
            }
            orders::save(&tx, &Cause::from(&request.cx), &mut order).await?;
            if let Some(off) = &off {
                called_off::insert(&tx, off).await?;
            }
            let view = match (back, off) {
                (Some(back), off) => {
                    returns::insert(&tx, &back).await?;
                    Some(ReturnView::of(back, order.terms.name()).beside(off.map(CalledOffView::from)))
                }
                (None, off) => off.map(|off| ReturnView::of_called_off(off, order.terms.name())),
            };
            Ok::<_, OrderError>(Answer::new(201, Some(view::location(id)), &view)?)
        })
        .await
    }

    async fn ask(&self, tx: &Tx, order: &mut Order, command: &AskReturn, act: &Act) -> Result<Asked, OrderError> {
        let id = order.id();
        let unwanted = order.divide(&command.units, &returns::asked_units(tx, id).await?)?;
        let mut left = order.left(refunds::due(tx, id).await?);
        let mut off = None;
        if !unwanted.unsent.is_empty() {
            let (call, reason) = (self.db.seams().id(), command.reason.clone());
            let call = CallOff { id: call, refund: self.db.seams().id(), units: unwanted.unsent, reason };
            let amount = order.call_off(&call, left, act)?;
            left = left.checked_sub(amount).map_err(|_| Refusal::AmountTooLarge)?;
            off = Some(WrittenOff { order: id, amount, call, by: act.by.clone(), at: act.at });
        }
        if unwanted.sent.is_empty() {
            return Ok(Asked { back: None, off });
        }
        let terms = ReturnTerms {
            id: self.db.seams().id(),
            refund: self.db.seams().id(),
            units: unwanted.sent,
            restock: command.restock,
            reason: command.reason.clone(),
        };
        let mut back = order.ask_return(terms, left, act)?;
        let accepted = returns::accepted_by_itself(tx, id).await?;
        if self.config.accepts_by_itself(back.amount.minor(), accepted) || guard::sabotaged("order.return_waits") {
            let by = Act { by: Principal::system("order").label(), at: act.at };
            order.approve_return(&mut back, left, &by)?;
            back.accepted = back.amount;
        }
        Ok(Asked { back: Some(back), off })
    }
}
