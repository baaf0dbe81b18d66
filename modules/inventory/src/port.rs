//! What other modules are offered.

use ::port::{Executed, PortError, PortResult};
use async_trait::async_trait;
use inventory_contract::{Held, Hold, Level, Stock, StockRefusal};
use kernel::{CallContext, OrderId, Sku};

use crate::application::InventoryService;

#[async_trait]
impl Stock for InventoryService {
    async fn hold(&self, cx: &CallContext, hold: Hold) -> PortResult<Held, StockRefusal> {
        in_time(cx)?;
        Ok(Self::hold(self, cx, &hold).await?)
    }

    async fn commit(&self, cx: &CallContext, order: OrderId) -> PortResult<(), StockRefusal> {
        in_time(cx)?;
        Ok(Self::commit(self, cx, order).await?)
    }

    async fn release(&self, cx: &CallContext, order: OrderId) -> PortResult<(), StockRefusal> {
        in_time(cx)?;
        Ok(Self::release(self, cx, order).await?)
    }

    async fn levels(&self, cx: &CallContext, skus: Vec<Sku>) -> PortResult<Vec<Level>, StockRefusal> {
        in_time(cx)?;
        Ok(self.available(&skus).await?)
    }
}

/// Nobody waits for the answer to a call whose time is spent.
fn in_time(cx: &CallContext) -> PortResult<(), StockRefusal> {
    if cx.is_spent() { Err(PortError::Deadline { executed: Executed::No }) } else { Ok(()) }
}
