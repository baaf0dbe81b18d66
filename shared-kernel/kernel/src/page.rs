//! Keyset pages: a list is cut by the sort key of its last row, never by counting rows.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

/// One page of a list, and the cursor of the next one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Opaque. Pass it as `cursor` to read on; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// How many rows a page holds: 1 to 100, 20 by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u16);

impl Limit {
    pub const MAX: u16 = 100;

    /// `None` when `rows` is not 1 to 100.
    pub fn new(rows: u16) -> Option<Self> {
        (1..=Self::MAX).contains(&rows).then_some(Self(rows))
    }

    pub fn rows(self) -> usize {
        usize::from(self.0)
    }

    /// One more than fits, so that a query shows whether another page follows.
    pub fn and_one(self) -> u64 {
        u64::from(self.0) + 1
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(20)
    }
}

/// The place in a list after which the next page begins: the sort key of the last row, URL-safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor;

/// The cursor did not come from this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not one that this list gave")]
pub struct CursorError;

impl Cursor {
    /// Hex of the key's JSON: opaque enough to discourage making one up, and needs no escaping.
    pub fn encode<K: Serialize>(key: &K) -> String {
        use std::fmt::Write as _;
        let json = serde_json::to_vec(key).unwrap_or_default();
        json.iter().fold(String::with_capacity(json.len() * 2), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    pub fn decode<K: DeserializeOwned>(text: &str) -> Result<K, CursorError> {
        let digits: Option<Vec<u8>> =
            text.chars().map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok())).collect();
        let digits = digits.filter(|digits| digits.len().is_multiple_of(2)).ok_or(CursorError)?;
        let bytes: Vec<u8> =
            digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte * 16 + digit)).collect();
        serde_json::from_slice(&bytes).map_err(|_| CursorError)
    }
}

impl<T> Page<T> {
    /// Cuts `rows`, read with [`Limit::and_one`], to the page's size; `key` gives a row's sort key.
    pub fn cut<K: Serialize>(mut rows: Vec<T>, limit: Limit, key: impl Fn(&T) -> K) -> Self {
        let more = rows.len() > limit.rows();
        rows.truncate(limit.rows());
        let next_cursor = rows.last().filter(|_| more).map(|last| Cursor::encode(&key(last)));
        Self { items: rows, next_cursor }
    }

    pub fn map<U>(self, view: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(view).collect(), next_cursor: self.next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Limit, Page};

    #[test]
    fn the_last_page_has_no_cursor() {
        let limit = Limit::new(2).unwrap();
        let page = Page::cut(vec![1, 2, 3], limit, |row| *row);
        assert_eq!(page.items, [1, 2]);
        assert_eq!(Cursor::decode::<i32>(&page.next_cursor.unwrap()), Ok(2));
        assert_eq!(Page::cut(vec![1, 2], limit, |row| *row).next_cursor, None);
    }

    #[test]
    fn a_made_up_cursor_is_refused() {
        for bad in ["", "zz", "abc", "22", "é1"] {
            assert!(Cursor::decode::<(String, i64)>(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_limit_is_1_to_100() {
        assert_eq!([0, 1, 100, 101].map(|rows| Limit::new(rows).is_some()), [false, true, true, false]);
    }
}
