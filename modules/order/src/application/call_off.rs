//! Calls off units that were not sent.

use kernel::OrderId;
use kernel_db::{
    Cause,
    idempotency::{self, Answer},
};

use super::{Orders, Request};
use crate::{
    domain::{Act, CallOff, Refusal, Units},
    error::OrderError,
    persistence::{
        called_off::{self, WrittenOff},
        goods::Goods,
        orders, refunds,
    },
    view::OrderView,
};

/// A request to send less than was bought.
#[derive(Debug, Clone)]
pub(crate) struct CallOffLines {
    pub(crate) order: OrderId,
    pub(crate) units: Units,
    pub(crate) reason: String,
}

impl Orders {
    /// Calls units off, whatever else of the order was sent. Their stock goes back and their price is given back by
    /// the event.
    pub(crate) async fn call_off(&self, request: &Request, command: &CallOffLines) -> Result<Answer, OrderError> {
        let (id, act) = (command.order, &Act { by: request.cx.principal.label(), at: self.now() });
        let seams = self.db.seams();
        let (units, reason) = (command.units.clone(), command.reason.clone());
        let call = &CallOff { id: seams.id(), refund: seams.id(), units, reason };
        idempotency::once(&self.db, request.key.as_ref(), |tx| async move {
            let mut order = orders::lock(&tx, id).await?.ok_or(OrderError::NotFound(id))?;
            let left = order.left(refunds::due(&tx, id).await?);
            let amount = order.call_off(call, left, act)?;
            if order.standing().is_in_checkout {
                return Err(Refusal::NotSettled.into());
            }
            orders::save(&tx, &Cause::from(&request.cx), &mut order).await?;
            let off = WrittenOff { order: id, call: call.clone(), amount, by: act.by.clone(), at: act.at };
            called_off::insert(&tx, &off).await?;
            let goods = Goods::of(&tx, &order).await?;
            Ok::<_, OrderError>(Answer::new(200, None, &OrderView::of(&order).with_goods(goods))?)
        })
        .await
    }
}
