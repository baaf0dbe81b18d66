//! Takes goods back.

use kernel::OrderId;
use kernel_db::{
    Cause,
    idempotency::{self, Answer},
};

use super::{Orders, Request};
use crate::{
    domain::{Act, Refusal, Units, order::Return},
    error::OrderError,
    persistence::{
        goods::{self, Returned},
        orders,
    },
    view::{self, ReturnView},
};

/// A request to give goods back.
#[derive(Debug, Clone)]
pub(crate) struct GiveBack {
    pub(crate) order: OrderId,
    pub(crate) units: Units,
    pub(crate) reason: String,
    /// Whether the units can be sold again.
    pub(crate) restock: bool,
}

impl Orders {
    /// Takes units back. Their price is given back, and stock put back if asked for, by the event.
    pub(crate) async fn return_goods(&self, request: &Request, command: &GiveBack) -> Result<Answer, OrderError> {
        let (id, act) = (command.order, &Act { by: request.cx.principal.label(), at: self.now() });
        let seams = self.db.seams();
        let back = &Return {
            id: seams.id(),
            refund: seams.id(),
            units: command.units.clone(),
            restock: command.restock,
            reason: command.reason.clone(),
        };
        idempotency::once(&self.db, request.key.as_ref(), |tx| async move {
            let mut order = orders::lock(&tx, id).await?.ok_or(OrderError::NotFound(id))?;
            let (amount, lines) = order.return_goods(back, act)?;
            if orders::is_being_placed(&tx, id).await? {
                return Err(Refusal::NotSettled.into());
            }
            orders::save(&tx, &Cause::from(&request.cx), &mut order).await?;
            orders::save_lines(&tx, &order).await?;
            let Return { id: return_id, refund, restock, reason, .. } = back.clone();
            let (by, at) = (act.by.clone(), act.at);
            let returned = Returned { id: return_id, order: id, refund, amount, lines, restock, reason, by, at };
            goods::insert_return(&tx, &returned).await?;
            Ok::<_, OrderError>(Answer::new(201, Some(view::location(id)), &ReturnView::from(returned))?)
        })
        .await
    }
}
