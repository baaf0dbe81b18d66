//! What lists sort, filter and search a product by.

use std::collections::BTreeSet;

use super::{Sheet, Status, fold};

/// A product has at most so many search words; a description's last words are left out beyond them.
const MOST_WORDS: usize = 300;

/// Derived from the sheet, and kept beside it so that lists need not read products to find them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Facets {
    pub(crate) listed: bool,
    pub(crate) title_key: String,
    pub(crate) price: i64,
    pub(crate) categories: Vec<i64>,
    pub(crate) words: BTreeSet<String>,
}

impl Facets {
    pub(crate) fn of(sheet: &Sheet) -> Self {
        let mut words = BTreeSet::new();
        let texts = std::iter::once(sheet.title.as_str())
            .chain(sheet.skus().map(kernel::Sku::as_str))
            .chain(sheet.variants.iter().filter_map(|variant| variant.title.as_deref()))
            .chain(std::iter::once(sheet.description.as_str()));
        for word in texts.flat_map(fold::words) {
            if words.len() == MOST_WORDS {
                break;
            }
            words.insert(word);
        }
        Self {
            listed: sheet.status == Status::Active,
            title_key: fold::sort_key(&sheet.title),
            price: sheet.lowest_price(),
            categories: sheet.categories.clone(),
            words,
        }
    }

    /// The words as one text in which ` word` is found where a word begins.
    pub(crate) fn word_text(&self) -> String {
        let length = self.words.iter().map(|word| word.len() + 1).sum::<usize>();
        self.words.iter().fold(String::with_capacity(length), |mut text, word| {
            text.push(' ');
            text.push_str(word);
            text
        })
    }
}
