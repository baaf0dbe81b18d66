//! What the saga asks of other modules. A refusal is an answer; anything else leaves the outcome open, and the
//! call is made again.

use std::time::Duration;

use inventory_contract::{Demand, Hold, StockRefusal};
use kernel::CallContext;
use payment_contract::{Authorize, Charge, ChargeRefusal, ChargeStatus};
use port::PortError;

use super::{Orders, Saga};
use crate::domain::{
    Rejection, Units,
    checkout_saga::{Effect, Input},
};

/// No call may take longer, whatever its own limit says: with a third of the lease before it, it ends within the lease.
const CALL: Duration = Duration::from_secs(4);

impl Orders {
    /// Holds stock; `unpaid` where the order holds no more than what unpaid orders share.
    pub(super) async fn hold(&self, saga: &Saga, unpaid: bool) -> Input {
        let units = Units::of_lines(saga.order.lines(), |line| line.quantity);
        let lines = units.iter().map(|(sku, quantity)| Demand { sku: sku.clone(), quantity }).collect();
        let demand = Hold { order: saga.order.id(), lines, until: self.config.hold_until(self.now()), unpaid };
        match self.ports.stock.hold(&saga.context(), demand).await {
            Ok(held) => Input::Held { until: held.until },
            Err(PortError::Refused(StockRefusal::OutOfStock { lines })) => Input::OutOfStock { lines },
            Err(PortError::Refused(StockRefusal::HeldByUnpaidOrders { lines })) => Input::HeldByUnpaid { lines },
            Err(PortError::Refused(_)) => Input::StockBarred,
            Err(error) => unanswered(saga, if unpaid { Effect::Keep } else { Effect::Hold }, &error),
        }
    }

    pub(super) async fn authorize(&self, saga: &Saga) -> Input {
        let authorize = Authorize {
            order: saga.order.id(),
            amount: saga.order.terms.total,
            method: saga.checkout.method.clone(),
            token: saga.checkout.token.clone(),
        };
        match self.ports.charges.authorize(&saga.context(), authorize).await {
            Ok(charge) => self.authorized(charge),
            Err(PortError::Refused(refusal)) => Input::PaymentRefused { because: refused(refusal) },
            Err(error) => unanswered(saga, Effect::Authorize, &error),
        }
    }

    fn authorized(&self, charge: Charge) -> Input {
        match charge.status {
            ChargeStatus::Authorized | ChargeStatus::Captured => Input::Authorized { charge, at: self.now() },
            ChargeStatus::Pending | ChargeStatus::Unknown => Input::PaymentPending,
            status @ (ChargeStatus::Declined
            | ChargeStatus::Voided
            | ChargeStatus::Voiding
            | ChargeStatus::Refunded) => {
                let reason = format!("the payment is {}", status.as_str());
                Input::PaymentRefused { because: Rejection::PaymentDeclined { reason } }
            }
        }
    }

    pub(super) async fn capture(&self, saga: &Saga) -> Input {
        match self.ports.charges.capture(&saga.context(), saga.order.id()).await {
            Ok(charge) => Input::Captured { charge },
            Err(PortError::Refused(_)) => Input::CaptureRefused,
            Err(error) => unanswered(saga, Effect::Capture, &error),
        }
    }

    pub(super) async fn commit(&self, saga: &Saga) -> Input {
        match self.ports.stock.commit(&saga.context(), saga.order.id()).await {
            Ok(()) => Input::Committed,
            Err(PortError::Refused(StockRefusal::OutOfStock { lines })) => Input::CommitRefused { lines },
            Err(PortError::Refused(_)) => Input::CommitRefused { lines: Vec::new() },
            Err(error) => unanswered(saga, Effect::Commit, &error),
        }
    }

    /// Giving up is never refused; should it be, it is tried until it is not.
    ///
    /// A void that is only written down (`voiding`) is as good as done: payment ends it by itself, whatever happens here.
    /// That the money is still set aside until then is logged, and not told as freed.
    pub(super) async fn void(&self, saga: &Saga) -> Input {
        match self.ports.charges.void(&saga.context(), saga.order.id()).await {
            Ok(charge) => {
                if let Some(Charge { payment, authorized, status: ChargeStatus::Voiding, .. }) = charge {
                    tracing::info!(order = %saga.order.id(), %payment, %authorized, "payment will free the money later");
                }
                Input::Voided
            }
            Err(error) => unanswered(saga, Effect::Void, &error),
        }
    }

    pub(super) async fn release(&self, saga: &Saga) -> Input {
        match self.ports.stock.release(&saga.context(), saga.order.id()).await {
            Ok(()) => Input::Released,
            Err(error) => unanswered(saga, Effect::Release, &error),
        }
    }
}

impl Saga {
    fn context(&self) -> CallContext {
        let mut cx = CallContext::system("order").within(CALL);
        cx.correlation = self.checkout.correlation;
        cx.traceparent.clone_from(&self.checkout.traceparent);
        cx
    }
}

fn refused(refusal: ChargeRefusal) -> Rejection {
    match refusal {
        ChargeRefusal::Declined { reason } => Rejection::PaymentDeclined { reason },
        ChargeRefusal::UnknownMethod { method } => Rejection::UnknownPaymentMethod { method },
        other
        @ (ChargeRefusal::Voided { .. } | ChargeRefusal::NoPayment { .. } | ChargeRefusal::IllegalMove { .. }) => {
            Rejection::PaymentDeclined { reason: other.to_string() }
        }
    }
}

fn unanswered<E: std::fmt::Debug>(saga: &Saga, effect: Effect, error: &PortError<E>) -> Input {
    tracing::debug!(order = %saga.order.id(), ?effect, ?error, "not answered");
    Input::Unanswered(effect)
}
