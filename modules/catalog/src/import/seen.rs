//! Knows which SKUs came before in the same import, in 13 bytes or so for each.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

use super::row::Row;

/// What a SKU came with before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// It has not come yet.
    New,
    /// With the same content.
    Same,
    /// With other content.
    Other,
}

/// Many small tables, so that a growing one copies little at a time.
const SHARDS: usize = 256;

/// SKUs that are remembered. Memory stays flat beyond them: a repeated SKU there is an ordinary update.
const MOST: usize = 2_000_000;

/// Hashes of SKUs and of the rows that they came with. By the number of bits a false repeat has a chance of
/// one in ten million in a full import.
#[derive(Debug)]
pub(super) struct Seen {
    hasher: RandomState,
    shards: Vec<HashMap<[u8; 8], [u8; 4]>>,
    count: usize,
}

impl Seen {
    pub(super) fn new() -> Self {
        let shards = std::iter::repeat_with(HashMap::new).take(SHARDS).collect();
        Self { hasher: RandomState::new(), shards, count: 0 }
    }

    /// Remembers `row` unless its SKU came before.
    pub(super) fn before(&mut self, row: &Row) -> Before {
        let content = (&row.title, &row.price, row.currency, &row.description, &row.category, row.stock);
        let content = low_bytes(self.hasher.hash_one(content));
        let full = self.count >= MOST;
        let (key, shard) = self.place(row);
        let Some(shard) = self.shards.get_mut(shard) else { return Before::New };
        match shard.get(&key) {
            Some(before) if *before == content => Before::Same,
            Some(_) => Before::Other,
            None if full => Before::New,
            None => {
                shard.insert(key, content);
                self.count += 1;
                Before::New
            }
        }
    }

    /// The row was refused after all: the next one with its SKU is judged afresh.
    pub(super) fn forget(&mut self, row: &Row) {
        let (key, shard) = self.place(row);
        if self.shards.get_mut(shard).and_then(|shard| shard.remove(&key)).is_some() {
            self.count -= 1;
        }
    }

    fn place(&self, row: &Row) -> ([u8; 8], usize) {
        let key = self.hasher.hash_one(&row.sku).to_le_bytes();
        (key, usize::from(key[0]) % SHARDS)
    }
}

fn low_bytes(hash: u64) -> [u8; 4] {
    let [a, b, c, d, ..] = hash.to_le_bytes();
    [a, b, c, d]
}
