//! What lists sort, filter and search a product by.

use std::collections::BTreeSet;

use super::{Sheet, Status, collation, fold, terms::Terms};

/// A product has at most this many search words; a description's last words are left out beyond them.
const MOST_WORDS: usize = 300;

/// Derived from the sheet, and kept beside it so that lists need not read products to find them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Facets {
    pub(crate) listed: bool,
    pub(crate) title_key: String,
    pub(crate) price: i64,
    pub(crate) categories: Vec<i64>,
    status: Status,
    /// Words of the title, the SKUs and the variants' titles.
    title_words: BTreeSet<String>,
    /// Words of the description that are not among them.
    other_words: BTreeSet<String>,
}

impl Facets {
    pub(crate) fn of(sheet: &Sheet) -> Self {
        let mut title_words = BTreeSet::new();
        let titles = std::iter::once(sheet.title.as_str()).chain(sheet.skus().map(kernel::Sku::as_str));
        let titles = titles.chain(sheet.variants.iter().filter_map(|variant| variant.title.as_deref()));
        let joined = sheet.skus().map(|sku| fold::joined(sku.as_str())).filter(|word| !word.is_empty());
        for word in titles.flat_map(fold::words).chain(joined) {
            if title_words.len() == MOST_WORDS {
                break;
            }
            title_words.insert(word);
        }
        let mut other_words = BTreeSet::new();
        for word in fold::words(&sheet.description) {
            if title_words.len() + other_words.len() == MOST_WORDS {
                break;
            }
            if !title_words.contains(&word) {
                other_words.insert(word);
            }
        }
        Self {
            listed: sheet.status == Status::Active,
            title_key: collation::sort_key(&sheet.title),
            price: sheet.lowest_price(),
            categories: sheet.categories.clone(),
            status: sheet.status,
            title_words,
            other_words,
        }
    }

    /// The words as one text in which ` word` is found where a word begins. Those of the title are on its first line.
    pub(crate) fn word_text(&self) -> String {
        let mut text = String::with_capacity(self.words().map(|word| word.len() + 1).sum::<usize>() + 1);
        let mut push = |word: &String| {
            text.push(' ');
            text.push_str(word);
        };
        self.title_words.iter().for_each(&mut push);
        text.push('\n');
        for word in &self.other_words {
            text.push(' ');
            text.push_str(word);
        }
        text
    }

    /// What the full-text index keeps, with a space between terms.
    pub(crate) fn terms(&self) -> Terms {
        let mut terms = if self.listed {
            Terms::listed(self.title_words.iter(), self.other_words.iter())
        } else {
            Terms::unlisted(self.words())
        };
        for &number in &self.categories {
            terms.add_category(number);
        }
        terms.add_status(self.status.as_str());
        terms
    }

    /// Whether the index keeps the same of both.
    pub(crate) fn has_terms_of(&self, other: &Self) -> bool {
        self.status == other.status
            && self.title_words == other.title_words
            && self.other_words == other.other_words
            && self.categories == other.categories
    }

    pub(crate) fn words(&self) -> impl Iterator<Item = &String> {
        self.title_words.iter().chain(&self.other_words)
    }
}
