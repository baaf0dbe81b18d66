//! When each thing last changed, by a counter that every change moves.

use std::{
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash},
    sync::atomic::{AtomicU64, Ordering::SeqCst},
};

use kernel::ProductId;

/// Products share this many places by their hash. Two in one place are forgotten together, which is never wrong.
const PLACES: usize = 4096;

/// A moment of this process's catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stamp(u64);

/// What a writer has changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Invalidation {
    pub(crate) products: Vec<ProductId>,
    /// Slugs and SKUs that lead to another product than before.
    pub(crate) handles: Vec<String>,
    pub(crate) tree: bool,
    /// Nobody knows what.
    pub(crate) everything: bool,
}

impl Invalidation {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn of_tree() -> Self {
        Self { tree: true, ..Self::default() }
    }

    pub(crate) fn of_everything() -> Self {
        Self { everything: true, ..Self::default() }
    }

    pub(crate) fn join(&mut self, other: Self) {
        self.products.extend(other.products);
        self.handles.extend(other.handles);
        self.tree |= other.tree;
        self.everything |= other.everything;
    }
}

/// A writer commits, and then takes the next number for what it changed; a reader takes the present number,
/// and then reads. So what a reader read before a commit has a lower number than the change.
#[derive(Debug)]
pub(crate) struct Freshness {
    now: AtomicU64,
    everything: AtomicU64,
    pages: AtomicU64,
    tree: AtomicU64,
    places: Box<[AtomicU64]>,
}

impl Default for Freshness {
    fn default() -> Self {
        let places = std::iter::repeat_with(AtomicU64::default).take(PLACES).collect();
        let zero = AtomicU64::default;
        Self { now: zero(), everything: zero(), pages: zero(), tree: zero(), places }
    }
}

impl Freshness {
    pub(crate) fn stamp(&self) -> Stamp {
        Stamp(self.now.load(SeqCst))
    }

    pub(crate) fn tell(&self, news: &Invalidation) {
        if news.is_empty() {
            return;
        }
        let now = self.now.fetch_add(1, SeqCst) + 1;
        for place in news.products.iter().filter_map(|id| self.place(id)) {
            place.fetch_max(now, SeqCst);
        }
        for place in news.handles.iter().filter_map(|handle| self.place(handle.as_str())) {
            place.fetch_max(now, SeqCst);
        }
        self.pages.fetch_max(now, SeqCst);
        if news.tree {
            self.tree.fetch_max(now, SeqCst);
        }
        if news.everything {
            self.everything.fetch_max(now, SeqCst);
        }
    }

    pub(crate) fn shows_product(&self, Stamp(stamp): Stamp, id: ProductId, handle: &str) -> bool {
        let unchanged = |place: Option<&AtomicU64>| place.is_some_and(|place| place.load(SeqCst) <= stamp);
        self.everything.load(SeqCst) <= stamp && unchanged(self.place(&id)) && unchanged(self.place(handle))
    }

    pub(crate) fn shows_pages(&self, Stamp(stamp): Stamp) -> bool {
        self.pages.load(SeqCst) <= stamp
    }

    pub(crate) fn shows_tree(&self, Stamp(stamp): Stamp) -> bool {
        self.tree.load(SeqCst).max(self.everything.load(SeqCst)) <= stamp
    }

    fn place<T: Hash + ?Sized>(&self, thing: &T) -> Option<&AtomicU64> {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(thing);
        let index = usize::try_from(hash).unwrap_or(usize::MAX) % PLACES;
        self.places.get(index)
    }
}
