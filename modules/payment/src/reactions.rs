//! What payment does when orders end.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{AttemptId, Envelope, Money, OrderId, RefundId};
use kernel_db::{Reaction, ReactionError, Tx};
use order_contract::{OrderCancelled, OrderEvent};

use crate::{
    application::{PaymentService, UnitOfWork},
    domain::{Payment, Wanted, owed_for_cancellation},
};

/// Follows the news of orders. It writes down what is owed; the worker pays it.
pub(crate) struct FollowOrders(pub(crate) Arc<PaymentService>);

/// The news that concerns payment; the others are far more.
const OF_INTEREST: [&str; 3] = ["order.cancelled.v1", "order.rejected.v1", "order.returned.v1"];

/// The order was returned, and there is nothing that could be given back.
#[derive(Debug, thiserror::Error)]
#[error("order {order} was returned for {amount}, and has no payment in that currency")]
struct NothingToRefund {
    order: OrderId,
    amount: Money,
}

#[async_trait]
impl Reaction for FollowOrders {
    fn concerns(&self, event: &Envelope) -> bool {
        OF_INTEREST.contains(&event.event_type.as_str())
    }

    async fn react(&self, tx: &Tx, event: &Envelope) -> Result<(), ReactionError> {
        match event.event::<OrderEvent>()? {
            OrderEvent::Cancelled(cancelled) => on_cancelled(tx, event, &cancelled).await?,
            OrderEvent::Rejected(rejected) => {
                let mut work = load(tx, rejected.order).await?;
                work.give_up(rejected.order, wanted(tx, event)).map_err(ReactionError::new)?;
                work.save(tx).await.map_err(ReactionError::new)?;
            }
            OrderEvent::Returned(returned) => {
                on_returned(tx, event, returned.order, (returned.refund, returned.amount)).await?;
            }
            _ => {}
        }
        self.0.wake();
        Ok(())
    }
}

async fn on_cancelled(tx: &Tx, event: &Envelope, cancelled: &OrderCancelled) -> Result<(), ReactionError> {
    let OrderCancelled { order, refund, amount, .. } = *cancelled;
    let mut work = load(tx, order).await?;
    let payment = work.give_up(order, wanted(tx, event)).map_err(ReactionError::new)?;
    let Some(payment) = payment else { return Ok(()) };
    let owed = owed_for_cancellation(&payment, work.attempts(order)).map_err(ReactionError::new)?;
    if let Some(asked) = promised_by_cancellation(&payment, owed, amount) {
        let wanted = Wanted { id: AttemptId::new(refund.uuid()), ..wanted(tx, event) };
        work.take_on(order, (refund, asked), wanted).map_err(ReactionError::new)?;
    }
    work.save(tx).await.map_err(ReactionError::new)
}

async fn load(tx: &Tx, order: OrderId) -> Result<UnitOfWork, ReactionError> {
    UnitOfWork::load(tx, [order].into_iter(), true).await.map_err(ReactionError::new)
}

/// Whatever is left is owed. Order may have promised more, when it had not heard of a refund by hand yet: then the shop
/// is told that it is not given back by the cancellation.
fn promised_by_cancellation(payment: &Payment, owed: Option<Money>, promised: Option<Money>) -> Option<Money> {
    let taken = payment.standing().captured.is_positive();
    let promised = promised.filter(|promised| taken && promised.currency() == payment.amount.currency());
    match (owed, promised) {
        (Some(owed), Some(promised)) if promised.minor() > owed.minor() => Some(promised),
        (owed, promised) => owed.or(promised).filter(|asked| asked.is_positive()),
    }
}

async fn on_returned(
    tx: &Tx,
    event: &Envelope,
    order: OrderId,
    (refund, amount): (RefundId, Money),
) -> Result<(), ReactionError> {
    if !amount.is_positive() {
        return Ok(());
    }
    let mut work = load(tx, order).await?;
    let payment = work.payment(order).filter(|payment| payment.amount.currency() == amount.currency());
    payment.ok_or_else(|| ReactionError::new(NothingToRefund { order, amount }))?;
    let wanted = Wanted { id: AttemptId::new(refund.uuid()), ..wanted(tx, event) };
    work.take_on(order, (refund, amount), wanted).map_err(ReactionError::new)?;
    work.save(tx).await.map_err(ReactionError::new)
}

fn wanted(tx: &Tx, event: &Envelope) -> Wanted {
    Wanted {
        id: tx.seams().id(),
        asked_by: "system:order".to_owned(),
        reason: Some(event.event_type.clone()),
        correlation: event.correlationid,
        traceparent: event.traceparent.clone(),
    }
}
