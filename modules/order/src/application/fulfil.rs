//! Sends goods on their way.

use kernel::{FulfilmentId, OrderId};
use kernel_db::{
    Cause,
    idempotency::{self, Answer},
};

use super::{Orders, Request};
use crate::{
    domain::{Act, Refusal, Units},
    error::OrderError,
    persistence::{
        goods::{self, Fulfilment},
        orders,
    },
    view::{self, FulfilmentView},
};

/// A request to send goods: all that is left when `units` is missing.
#[derive(Debug, Clone)]
pub(crate) struct Fulfil {
    pub(crate) order: OrderId,
    pub(crate) units: Option<Units>,
    pub(crate) tracking: Option<String>,
}

impl Orders {
    /// Marks units as sent. Nothing leaves the house before the money is taken and the stock committed.
    pub(crate) async fn fulfil(&self, request: &Request, command: &Fulfil) -> Result<Answer, OrderError> {
        let (id, act) = (command.order, &Act { by: request.cx.principal.label(), at: self.now() });
        let fulfilment: FulfilmentId = self.db.seams().id();
        idempotency::once(&self.db, request.key.as_ref(), |tx| async move {
            let mut order = orders::lock(&tx, id).await?.ok_or(OrderError::NotFound(id))?;
            let (sent, complete) = order.fulfil(fulfilment, command.units.clone(), act)?;
            if order.standing().is_in_checkout {
                return Err(Refusal::NotSettled.into());
            }
            orders::save(&tx, &Cause::from(&request.cx), &mut order).await?;
            let fulfilment = Fulfilment {
                id: fulfilment,
                order: id,
                lines: (&sent).into(),
                tracking: command.tracking.clone(),
                complete,
                by: act.by.clone(),
                at: act.at,
            };
            goods::insert_fulfilment(&tx, &fulfilment).await?;
            Ok::<_, OrderError>(Answer::new(201, Some(view::location(id)), &FulfilmentView::from(fulfilment))?)
        })
        .await
    }
}
