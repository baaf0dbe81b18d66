//! What SKUs sell for, read for many orders at once.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use async_trait::async_trait;
use catalog_contract::Quote;
use kernel::Sku;
use kernel_db::{BatchWork, Db, DbError};

use crate::persistence;

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
