//! The tables of catalog.
#![expect(unreachable_pub, reason = "the derives of sea-orm write pub")]

pub(crate) mod category;
pub(crate) mod product;
pub(crate) mod search_doc;
pub(crate) mod search_hint;
pub(crate) mod search_map;
pub(crate) mod search_part;
pub(crate) mod shelf;
pub(crate) mod tree;
pub(crate) mod variant;
