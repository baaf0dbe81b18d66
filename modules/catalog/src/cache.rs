//! Answers that are kept encoded, so that a read costs a look-up and no query.
//!
//! An entry is never removed when what it shows changes: [`Freshness`] knows when that was, and an entry
//! that was begun before is not shown. So a reader who read old rows and keeps them after the writer has
//! said what changed does no harm.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use kernel::ProductId;
use kernel_web::strong_etag;
use serde::Serialize;

use crate::domain::Tree;

mod freshness;
pub(crate) mod watch;

pub(crate) use freshness::{Freshness, Invalidation, Stamp};

/// An encoded answer and the name of its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Document {
    pub(crate) body: Bytes,
    pub(crate) etag: String,
}

impl Document {
    /// Named after its own bytes.
    pub(crate) fn of<T: Serialize>(view: &T) -> Self {
        let body = encode(view);
        let etag = strong_etag(&body);
        Self { body, etag }
    }

    pub(crate) fn tagged<T: Serialize>(view: &T, etag: String) -> Self {
        Self { body: encode(view), etag }
    }
}

/// A view is made of maps with text keys, numbers and text, which JSON can always say.
fn encode<T: Serialize>(view: &T) -> Bytes {
    serde_json::to_vec(view).unwrap_or_default().into()
}

#[derive(Debug)]
struct Entry {
    stamp: Stamp,
    /// Of an answer that shows one product.
    product: Option<ProductId>,
    document: Document,
}

/// What this process remembers of the catalog.
#[derive(Debug)]
pub(crate) struct Cache {
    freshness: Freshness,
    products: moka::sync::Cache<String, Arc<Entry>>,
    pages: moka::sync::Cache<String, Arc<Entry>>,
    tree: Mutex<Option<(Stamp, Arc<Tree>)>>,
}

impl Cache {
    pub(crate) fn new(mebibytes: u64) -> Self {
        let bytes = mebibytes.saturating_mul(1024 * 1024);
        let room = |bytes| moka::sync::Cache::builder().max_capacity(bytes).weigher(weight).build();
        Self {
            freshness: Freshness::default(),
            products: room(bytes - bytes / 4),
            pages: room(bytes / 4),
            tree: Mutex::default(),
        }
    }

    /// To be asked for before the rows are read.
    pub(crate) fn stamp(&self) -> Stamp {
        self.freshness.stamp()
    }

    /// To be told after the commit and before the writer answers.
    pub(crate) fn tell(&self, news: &Invalidation) {
        self.freshness.tell(news);
    }

    pub(crate) fn product(&self, handle: &str) -> Option<Document> {
        let entry = self.products.get(handle)?;
        let fresh = entry.product.is_some_and(|id| self.freshness.shows_product(entry.stamp, id, handle));
        fresh.then(|| entry.document.clone())
    }

    pub(crate) fn keep_product(&self, stamp: Stamp, handle: &str, id: ProductId, document: Document) {
        let entry = Entry { stamp, product: Some(id), document };
        self.products.insert(handle.to_owned(), Arc::new(entry));
    }

    pub(crate) fn page(&self, key: &str) -> Option<Document> {
        let entry = self.pages.get(key)?;
        self.freshness.shows_pages(entry.stamp).then(|| entry.document.clone())
    }

    pub(crate) fn keep_page(&self, stamp: Stamp, key: String, document: Document) {
        self.pages.insert(key, Arc::new(Entry { stamp, product: None, document }));
    }

    pub(crate) fn tree(&self) -> Option<Arc<Tree>> {
        let kept = self.tree.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|(stamp, _)| self.freshness.shows_tree(*stamp)).map(|(_, tree)| Arc::clone(tree))
    }

    pub(crate) fn keep_tree(&self, stamp: Stamp, tree: Arc<Tree>) {
        let mut kept = self.tree.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.as_ref().is_none_or(|(older, _)| *older <= stamp) {
            *kept = Some((stamp, tree));
        }
    }
}

/// What an entry takes up, about.
#[expect(clippy::ptr_arg, reason = "moka's signature")]
fn weight(key: &String, entry: &Arc<Entry>) -> u32 {
    const OVERHEAD: usize = 250;
    u32::try_from(key.len() + entry.document.body.len() + OVERHEAD).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
