//! What the full-text index keeps of a product, and what a query asks it for.
//!
//! A word is indexed by its beginnings of certain lengths, so that every query word, which asks for words that begin so,
//! is a look-up of one term: its own longest such beginning. Terms of other kinds are told apart by a mark in front,
//! which no word can have.

use std::collections::BTreeSet;

/// The number of the rules by which words, terms and sort keys are made. A change of them counts it up, and adds a
/// migration with an index like `product_unindexed` for the new number: then every product is indexed again.
pub(crate) const RULES: i64 = 1;

/// A word is indexed by its beginnings of these lengths, in letters.
const LENGTHS: [usize; 7] = [1, 2, 3, 4, 6, 8, 12];

const TITLE: char = '¢';
const UNLISTED: char = '¤';
const CATEGORY: char = '§';
const STATUS: char = '¦';

/// The beginnings of `word` that are indexed.
fn beginnings(word: &str) -> impl Iterator<Item = &str> {
    let ends = LENGTHS.iter().filter_map(|&length| match word.char_indices().nth(length) {
        Some((end, _)) => Some(end),
        None => (word.chars().count() == length).then_some(word.len()),
    });
    ends.filter_map(|end| word.get(..end))
}

/// The longest beginning of a word, in letters, for which a set of parts is kept.
const SHORT: usize = 4;

/// The beginnings of `word` by which [`super::ranges`] know it.
pub(crate) fn short_beginnings(word: &str) -> impl Iterator<Item = &str> {
    beginnings(word).zip(LENGTHS).take_while(|(_, length)| *length <= SHORT).map(|(beginning, _)| beginning)
}

/// The term that finds words which begin with `word`, and perhaps some others.
fn longest(word: &str) -> &str {
    beginnings(word).last().unwrap_or_default()
}

fn marked(mark: char, text: &str) -> String {
    let mut term = String::with_capacity(text.len() + 2);
    term.push(mark);
    term.push_str(text);
    term
}

/// Every term of a product, with a space after each.
#[derive(Debug, Default)]
pub(crate) struct Terms(BTreeSet<String>);

impl Terms {
    /// Of what is shown in the shop; `title` are the words of title and SKUs.
    pub(crate) fn listed<'a>(title: impl Iterator<Item = &'a String>, rest: impl Iterator<Item = &'a String>) -> Self {
        let mut terms = BTreeSet::new();
        for beginning in title.flat_map(|word| beginnings(word)) {
            if terms.insert(beginning.to_owned()) {
                terms.insert(marked(TITLE, beginning));
            }
        }
        terms.extend(rest.flat_map(|word| beginnings(word)).map(str::to_owned));
        Self(terms)
    }

    /// Of what only the admin finds.
    pub(crate) fn unlisted<'a>(words: impl Iterator<Item = &'a String>) -> Self {
        Self(words.flat_map(|word| beginnings(word)).map(|beginning| marked(UNLISTED, beginning)).collect())
    }

    pub(crate) fn add_category(&mut self, number: i64) {
        self.0.insert(category(number));
    }

    pub(crate) fn add_status(&mut self, name: &str) {
        self.0.insert(status(name));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

pub(crate) fn category(number: i64) -> String {
    marked(CATEGORY, &number.to_string())
}

pub(crate) fn status(name: &str) -> String {
    marked(STATUS, name)
}

/// Words that a product must have, each as the beginning of one of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Query {
    words: Vec<String>,
    as_typed: Vec<String>,
}

impl Query {
    /// The query for `words`, which were folded from those `as_typed`. A word with which another one begins asks for
    /// nothing more.
    pub(crate) fn new(mut words: Vec<String>, as_typed: Vec<String>) -> Self {
        words.sort();
        words.dedup();
        let implied = |word: &String, next: Option<&String>| next.is_some_and(|next| next.starts_with(word.as_str()));
        let kept = words.iter().enumerate().filter(|(index, word)| !implied(word, words.get(index + 1)));
        Self { words: kept.map(|(_, word)| word.clone()).collect(), as_typed }
    }

    pub(crate) fn words(&self) -> &[String] {
        &self.words
    }

    /// The words in lower case with their accents: products that are not indexed yet are kept so.
    pub(crate) fn as_typed(&self) -> &[String] {
        &self.as_typed
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether the terms find only what has the words.
    pub(crate) fn is_exact(&self) -> bool {
        self.words.iter().all(|word| longest(word).len() == word.len())
    }

    /// Terms of what is listed and has the words anywhere.
    pub(crate) fn anywhere(&self) -> Vec<String> {
        self.words.iter().map(|word| longest(word).to_owned()).collect()
    }

    /// Terms of what is listed and has all the words in its title or SKUs.
    pub(crate) fn in_title(&self) -> Vec<String> {
        self.words.iter().map(|word| marked(TITLE, longest(word))).collect()
    }

    /// What [`super::ranges`] know of each word.
    pub(crate) fn hints(&self) -> impl Iterator<Item = &str> {
        self.words.iter().filter_map(|word| short_beginnings(word).last())
    }

    /// Terms of what is not listed.
    pub(crate) fn unlisted(&self) -> Vec<String> {
        self.words.iter().map(|word| marked(UNLISTED, longest(word))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{LENGTHS, Query, Terms, beginnings};

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(ToString::to_string).collect()
    }

    fn query(asked: &[&str]) -> Query {
        Query::new(words(asked), Vec::new())
    }

    #[test]
    fn a_word_has_its_beginnings() {
        assert_eq!(beginnings("holders").collect::<Vec<_>>(), ["h", "ho", "hol", "hold", "holder"]);
        assert_eq!(beginnings("σισ").collect::<Vec<_>>(), ["σ", "σι", "σισ"]);
        assert_eq!(beginnings("").count(), 0);
        assert!(LENGTHS.is_sorted());
    }

    #[test]
    fn whatever_begins_a_word_finds_it() {
        let (title, rest) = (words(&["heart", "85123a"]), words(&["candles"]));
        let terms = Terms::listed(title.iter(), rest.iter());
        let has = |wanted: Vec<String>| wanted.iter().all(|term| terms.iter().any(|own| own == term));
        for word in title.iter().chain(&rest) {
            for end in 1..=word.len() {
                let query = query(&[&word[..end]]);
                assert!(has(query.anywhere()), "{}", &word[..end]);
                assert_eq!(has(query.in_title()), word != "candles", "{}", &word[..end]);
                assert!(!has(query.unlisted()));
            }
        }
        assert!(Terms::unlisted(title.iter()).iter().all(|term| term.starts_with('¤')));
    }

    #[test]
    fn a_query_asks_for_each_word_once() {
        assert_eq!(query(&["red", "re", "cup", "red"]).words(), ["cup", "red"]);
        assert!(query(&["red", "blue", "holder"]).is_exact());
        assert!(!query(&["heart"]).is_exact());
        assert_eq!(query(&["heart"]).anywhere(), ["hear"]);
    }
}
