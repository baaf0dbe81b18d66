//! What SKUs sell for, read once for all who ask at the same time.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use catalog_contract::Quote;
use kernel::Sku;
use kernel_db::{Crowd, Db, DbError};

use crate::persistence;

/// Whoever asks for prices, with the SKUs.
pub(crate) type Quotes = Crowd<Vec<Sku>, Vec<Quote>, DbError>;

/// Reads the prices that a crowd asks for at once. They are read after everyone had asked, so nobody gets old ones.
pub(crate) fn quoting(db: &Db) -> Quotes {
    let db = db.clone();
    Crowd::new(move |asked: Vec<Arc<Vec<Sku>>>| {
        let db = db.clone();
        async move {
            let wanted: BTreeSet<&Sku> = asked.iter().flat_map(|skus| skus.iter()).collect();
            let wanted: Vec<&Sku> = wanted.into_iter().collect();
            let quotes = persistence::quote::quote(&db, &wanted).await?;
            let quotes: HashMap<&Sku, &Quote> = quotes.iter().map(|quote| (&quote.sku, quote)).collect();
            let known = |sku: &Sku| quotes.get(sku).copied().cloned();
            let once = |skus: &Vec<Sku>| skus.iter().collect::<BTreeSet<_>>().into_iter().filter_map(known).collect();
            Ok(asked.iter().map(|skus| once(skus)).collect())
        }
    })
}
