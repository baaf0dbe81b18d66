//! The orders in which products are listed, and a product's place in one.

use kernel::ProductId;
use serde::{Deserialize, Serialize};

/// By what a list is sorted. The product's id decides between equals, and is the order of `Newest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Column {
    #[serde(rename = "s")]
    Title,
    /// As cursors of version 0.1.0 say it, whose key is the title in lower case.
    #[serde(rename = "t")]
    LowerTitle,
    #[serde(rename = "p")]
    Price,
    #[serde(rename = "n")]
    Newest,
    /// What has the words of a search in its title or SKUs, and then the rest.
    #[serde(rename = "r")]
    Relevance,
}

/// What a list is sorted by, and which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    #[serde(rename = "c")]
    pub(crate) column: Column,
    #[serde(rename = "d")]
    pub(crate) descending: bool,
}

/// A product's value in the column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Key {
    None,
    Number(i64),
    Text(String),
}

/// Where a product stands in a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Place {
    #[serde(rename = "k")]
    pub(crate) key: Key,
    #[serde(rename = "p")]
    pub(crate) product: ProductId,
}

impl Key {
    /// By relevance: the words are in the title or the SKUs.
    pub(crate) const BEST: i64 = 1;
    /// By relevance: they are elsewhere.
    pub(crate) const OTHERS: i64 = 2;

    /// Whether a list sorted by `column` could have given it.
    pub(crate) fn is_of(&self, column: Column) -> bool {
        match (self, column) {
            (Self::None, Column::Newest) | (Self::Number(_), Column::Price) => true,
            (Self::Text(text), Column::Title) => !text.contains('\0'),
            (Self::Number(tier), Column::Relevance) => [Self::BEST, Self::OTHERS].contains(tier),
            _ => false,
        }
    }
}
