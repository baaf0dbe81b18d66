use std::sync::Arc;

use async_trait::async_trait;
use kernel::{CallContext, OrderId};
use payment_contract::{Authorize, Charge, ChargeRefusal, Charges};
use port::{Executed, PortError, PortResult};

use crate::{application::PaymentService, domain::Payment, error::PaymentError, persistence::query};

/// Where other modules come with their orders.
pub(crate) struct ChargesPort(pub(crate) Arc<PaymentService>);

/// A call whose time is spent has nobody who waits for it.
fn in_time(cx: &CallContext) -> PortResult<(), ChargeRefusal> {
    if cx.is_spent() { Err(PortError::Deadline { executed: Executed::No }) } else { Ok(()) }
}

#[async_trait]
impl Charges for ChargesPort {
    async fn authorize(&self, cx: &CallContext, authorize: Authorize) -> PortResult<Charge, ChargeRefusal> {
        in_time(cx)?;
        Ok(self.0.authorize(cx, authorize).await?)
    }

    async fn capture(&self, cx: &CallContext, order: OrderId) -> PortResult<Charge, ChargeRefusal> {
        in_time(cx)?;
        Ok(self.0.capture(cx, order).await?.charge())
    }

    async fn void(&self, cx: &CallContext, order: OrderId) -> PortResult<Option<Charge>, ChargeRefusal> {
        in_time(cx)?;
        Ok(self.0.void(cx, order).await?.as_ref().map(Payment::charge))
    }

    async fn find(&self, _: &CallContext, order: OrderId) -> PortResult<Option<Charge>, ChargeRefusal> {
        let found = query::payment_of(self.0.db(), order).await.map_err(PaymentError::from)?;
        Ok(found.payment().as_ref().map(Payment::charge))
    }
}
