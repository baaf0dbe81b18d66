//! What payment does when orders end.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{AttemptId, Envelope, Money, OrderId, RefundId};
use kernel_db::{Reaction, ReactionError, Tx};
use order_contract::OrderEvent;

use crate::{
    application::{Cashier, give_up},
    domain::{Operation, Payment, Wanted, owed_for_cancellation},
    persistence::store,
};

/// Follows the news of orders. It writes down what is owed; the worker pays it.
pub(crate) struct FollowOrders(pub(crate) Arc<Cashier>);

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
            OrderEvent::Cancelled(cancelled) => on_cancelled(tx, event, cancelled.order, cancelled.refund).await?,
            OrderEvent::Rejected(rejected) => {
                give_up(tx, rejected.order, wanted(tx, event)).await.map_err(ReactionError::new)?;
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

async fn on_cancelled(tx: &Tx, event: &Envelope, order: OrderId, refund: RefundId) -> Result<(), ReactionError> {
    let payment = give_up(tx, order, wanted(tx, event)).await.map_err(ReactionError::new)?;
    let Some(payment) = payment else { return Ok(()) };
    let attempts = store::attempts(tx, payment.id).await?;
    match owed_for_cancellation(&payment, &attempts).map_err(ReactionError::new)? {
        Some(owed) => queue_refund(tx, &payment, (refund, owed), wanted(tx, event)).await,
        None => Ok(()),
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
    let payment = store::lock_by_order(tx, order).await?.flatten();
    let payment = payment.filter(|payment| payment.amount.currency() == amount.currency());
    let payment = payment.ok_or_else(|| ReactionError::new(NothingToRefund { order, amount }))?;
    queue_refund(tx, &payment, (refund, amount), wanted(tx, event)).await
}

/// Once for each refund id, whatever became of it.
async fn queue_refund(
    tx: &Tx,
    payment: &Payment,
    (refund, amount): (RefundId, Money),
    wanted: Wanted,
) -> Result<(), ReactionError> {
    let wanted = Wanted { id: AttemptId::new(refund.uuid()), ..wanted };
    store::add(tx, &wanted.attempt(payment, Operation::Refund, amount, tx.seams().now())).await?;
    Ok(())
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
