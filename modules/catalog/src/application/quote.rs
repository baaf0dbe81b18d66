//! The port: what SKUs sell for.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use async_trait::async_trait;
use catalog_contract::{Prices, PricesRefusal, Quote};
use kernel::{CallContext, Sku};
use kernel_db::{BatchWork, Db, DbError};
use port::{Executed, PortError, PortResult};

use crate::{module::Catalog, persistence};

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

/// Reads the prices of many orders at once. They are read after every order of the batch had asked, so none gets old ones.
pub(crate) struct ReadQuotes;

#[async_trait]
impl BatchWork for ReadQuotes {
    /// The SKUs of one order.
    type Command = Vec<Sku>;
    type Outcome = Vec<Quote>;
    type Error = DbError;

    async fn carry_out(&self, db: &Db, batch: &[Arc<Vec<Sku>>]) -> Result<Vec<Option<Vec<Quote>>>, DbError> {
        let wanted: BTreeSet<&Sku> = batch.iter().flat_map(|skus| skus.iter()).collect();
        let wanted: Vec<&Sku> = wanted.into_iter().collect();
        let quotes = persistence::quote::quote(db, &wanted).await?;
        let quotes: HashMap<&Sku, &Quote> = quotes.iter().map(|quote| (&quote.sku, quote)).collect();
        let known = |sku: &Sku| quotes.get(sku).copied().cloned();
        let once = |skus: &Vec<Sku>| skus.iter().collect::<BTreeSet<_>>().into_iter().filter_map(known).collect();
        Ok(batch.iter().map(|skus| Some(once(skus))).collect())
    }
}
