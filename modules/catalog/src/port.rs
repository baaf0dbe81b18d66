//! The port: what SKUs sell for.

use async_trait::async_trait;
use catalog_contract::{Prices, PricesRefusal, Quote};
use kernel::{CallContext, Sku};
use port::{Executed, PortError, PortResult};

use crate::service::Catalog;

/// SKUs in one call.
const MOST: u32 = 1_000;

#[async_trait]
impl Prices for Catalog {
    async fn quote(&self, cx: &CallContext, skus: Vec<Sku>) -> PortResult<Vec<Quote>, PricesRefusal> {
        if usize::try_from(MOST).is_ok_and(|most| skus.len() > most) {
            return Err(PricesRefusal::TooMany { limit: MOST }.into());
        }
        if cx.is_spent() {
            return Err(PortError::Deadline { executed: Executed::No });
        }
        if skus.is_empty() {
            return Ok(Vec::new());
        }
        self.quotes().submit(skus).await.map_err(|error| {
            tracing::warn!(?error, "prices could not be read");
            PortError::internal()
        })
    }
}
