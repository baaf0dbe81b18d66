//! Calls an order off.

use kernel::{OrderId, RefundId};
use kernel_db::{
    Cause,
    idempotency::{self, Answer},
};

use super::{Orders, Request};
use crate::{
    domain::Act,
    error::OrderError,
    persistence::{orders, refunds, sagas},
    view::OrderView,
};

/// The reason in the event; who asked for it stands beside it.
const REQUESTED: &str = "requested";

impl Orders {
    /// Cancels the order and tells the rest of the shop in the same commit: stock goes back and money is freed or
    /// given back by the event. A placing that is under way notices before its pivot, and undoes what it did.
    pub(crate) async fn cancel(&self, request: &Request, id: OrderId) -> Result<Answer, OrderError> {
        let refund: RefundId = self.db.seams().id();
        let act = &Act { by: request.cx.principal.label(), at: self.now() };
        let answer = idempotency::once(&self.db, request.key.as_ref(), |tx| async move {
            let mut order = orders::lock(&tx, id).await?.ok_or(OrderError::NotFound(id))?;
            let left = order.left(refunds::due(&tx, id).await?);
            order.cancel(REQUESTED, refund, left, act)?;
            orders::save(&tx, &Cause::from(&request.cx), &mut order).await?;
            sagas::wake(&tx, id).await?;
            Ok::<_, OrderError>(Answer::new(200, None, &OrderView::of(&order))?)
        })
        .await?;
        self.wake(id);
        Ok(answer)
    }
}
