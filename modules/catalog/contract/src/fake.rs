//! Prices in memory: for the tests of modules that ask for some.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use kernel::{CallContext, Money, Sku};
use port::{Executed, PortError, PortResult};

use crate::{Prices, PricesRefusal, Quote};

/// The limit of the real one.
const MOST: u32 = 1_000;

/// A price list that tests write themselves. It keeps the same contract as the catalog.
#[derive(Debug, Default)]
pub struct FakePrices {
    quotes: Mutex<HashMap<Sku, Quote>>,
    failure: Mutex<Option<PortError<PricesRefusal>>>,
}

impl FakePrices {
    pub fn new(quotes: impl IntoIterator<Item = Quote>) -> Self {
        let prices = Self::default();
        for quote in quotes {
            prices.set(quote);
        }
        prices
    }

    /// Adds a SKU, or changes what is said of it.
    pub fn set(&self, quote: Quote) {
        let mut quotes = self.quotes.lock().unwrap_or_else(PoisonError::into_inner);
        quotes.insert(quote.sku.clone(), quote);
    }

    /// The same for a SKU that is sold at `price` under its own name.
    pub fn sell(&self, sku: &Sku, price: Money) {
        self.set(Quote { sku: sku.clone(), title: sku.to_string(), price, sellable: true });
    }

    /// Every call fails so from now on; with `None` they no longer do.
    pub fn fail(&self, failure: Option<PortError<PricesRefusal>>) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = failure;
    }
}

#[async_trait]
impl Prices for FakePrices {
    async fn quote(&self, cx: &CallContext, skus: Vec<Sku>) -> PortResult<Vec<Quote>, PricesRefusal> {
        if let Some(failure) = self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Err(failure);
        }
        if usize::try_from(MOST).is_ok_and(|most| skus.len() > most) {
            return Err(PricesRefusal::TooMany { limit: MOST }.into());
        }
        if cx.is_spent() {
            return Err(PortError::Deadline { executed: Executed::No });
        }
        let quotes = self.quotes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut skus = skus;
        skus.sort();
        skus.dedup();
        Ok(skus.iter().filter_map(|sku| quotes.get(sku).cloned()).collect())
    }
}
