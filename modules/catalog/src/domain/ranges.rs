//! Which parts of a sorted list a word can be in.
//!
//! The list by name and the list by price are each cut into parts of about the same length. For each short beginning of a
//! word, and for each category, a set says which parts have a product with it. A set may say too much, and never too
//! little: so a search leaves the other parts out.

use super::{Facets, listing::Column, listing::Key, terms};

const BLOCKS: usize = 8;

/// A list has at most this many parts.
pub(crate) const MOST: usize = BLOCKS * 64;

/// A set of parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Parts([u64; BLOCKS]);

impl Parts {
    pub(crate) const COLUMNS: usize = BLOCKS;

    pub(crate) const fn all() -> Self {
        Self([u64::MAX; BLOCKS])
    }

    pub(crate) fn add(&mut self, part: usize) {
        if let Some(block) = self.0.get_mut(part / 64) {
            *block |= 1 << (part % 64);
        }
    }

    pub(crate) fn has(self, part: usize) -> bool {
        self.0.get(part / 64).is_some_and(|block| (block >> (part % 64)) & 1 == 1)
    }

    pub(crate) fn has_all_of(self, other: Self) -> bool {
        self.0.iter().zip(other.0).all(|(own, other)| own & other == other)
    }

    pub(crate) fn or(self, other: Self) -> Self {
        self.with(other, |own, other| own | other)
    }

    pub(crate) fn and(self, other: Self) -> Self {
        self.with(other, |own, other| own & other)
    }

    fn with(mut self, other: Self, combine: fn(u64, u64) -> u64) -> Self {
        for (own, other) in self.0.iter_mut().zip(other.0) {
            *own = combine(*own, other);
        }
        self
    }

    /// As the database keeps it.
    pub(crate) fn columns(self) -> [i64; BLOCKS] {
        self.0.map(u64::cast_signed)
    }

    pub(crate) fn of_columns(columns: [i64; BLOCKS]) -> Self {
        Self(columns.map(i64::cast_unsigned))
    }
}

/// A list that is cut into parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum List {
    Name,
    Price,
}

impl List {
    pub(crate) const ALL: [Self; 2] = [Self::Name, Self::Price];

    pub(crate) const fn of(column: Column) -> Self {
        match column {
            Column::Title | Column::LowerTitle => Self::Name,
            Column::Price | Column::Newest | Column::Relevance => Self::Price,
        }
    }

    /// As the database knows it.
    pub(crate) const fn number(self) -> i64 {
        match self {
            Self::Name => 1,
            Self::Price => 2,
        }
    }

    pub(crate) fn key(self, facets: &Facets) -> Key {
        match self {
            Self::Name => Key::Text(facets.title_key.clone()),
            Self::Price => Key::Number(facets.price),
        }
    }
}

/// Where a list is cut. It stays so as long as it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) generation: i64,
    pub(crate) list: List,
    /// The first key of each part but the first one's.
    pub(crate) lows: Vec<Key>,
}

/// Keys from `low` on and below `high`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) low: Option<Key>,
    pub(crate) high: Option<Key>,
}

impl Cut {
    pub(crate) fn part_of(&self, key: &Key) -> usize {
        self.lows.partition_point(|low| low <= key)
    }

    /// What `parts` cover, in ascending order; neighbours are one.
    pub(crate) fn spans(&self, parts: Parts) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        let mut before = false;
        for part in 0..=self.lows.len() {
            let high = self.lows.get(part).cloned();
            if parts.has(part) {
                match spans.last_mut() {
                    Some(last) if before => last.high = high,
                    _ => {
                        let low = part.checked_sub(1).and_then(|before| self.lows.get(before)).cloned();
                        spans.push(Span { low, high });
                    }
                }
            }
            before = parts.has(part);
        }
        spans
    }
}

/// The beginnings and categories by which a listed product is known to its parts.
pub(crate) fn hints(facets: &Facets) -> impl Iterator<Item = std::borrow::Cow<'_, str>> {
    let words = facets.words().flat_map(|word| terms::short_beginnings(word)).map(std::borrow::Cow::Borrowed);
    words.chain(facets.categories.iter().map(|&number| std::borrow::Cow::Owned(terms::category(number))))
}

#[cfg(test)]
mod tests {
    use super::{Cut, Key, List, MOST, Parts, Span};

    fn parts(which: &[usize]) -> Parts {
        let mut parts = Parts::default();
        for &part in which {
            parts.add(part);
        }
        parts
    }

    #[test]
    fn a_set_keeps_its_parts() {
        let some = parts(&[0, 63, 64, MOST - 1, MOST]);
        let kept: Vec<usize> = (0..=MOST).filter(|&part| some.has(part)).collect();
        assert_eq!(kept, [0, 63, 64, MOST - 1]);
        assert_eq!(Parts::of_columns(some.columns()), some);
        assert_eq!(some.and(parts(&[63, 65])), parts(&[63]));
        assert_eq!(some.and(Parts::all()), some);
        assert!(some.or(parts(&[65])).has_all_of(some) && !some.has_all_of(parts(&[65])));
    }

    #[test]
    fn each_key_is_in_the_span_of_its_part() {
        let key = |number| Some(Key::Number(number));
        let lows = vec![Key::Number(10), Key::Number(20), Key::Number(30)];
        let cut = Cut { generation: 1, list: List::Price, lows };
        let part_of = |number| cut.part_of(&Key::Number(number));
        assert_eq!([part_of(9), part_of(10), part_of(19), part_of(20), part_of(99)], [0, 1, 1, 2, 3]);
        let spans = cut.spans(parts(&[0, 2, 3]));
        assert_eq!(spans, [Span { low: None, high: key(10) }, Span { low: key(20), high: None }]);
        assert_eq!(cut.spans(parts(&[1])), [Span { low: key(10), high: key(20) }]);
        assert_eq!(cut.spans(Parts::all()), [Span { low: None, high: None }]);
        assert_eq!(cut.spans(Parts::default()), []);
    }
}
