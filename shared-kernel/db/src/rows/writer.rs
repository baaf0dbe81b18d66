//! Writes rows as the JSON that a statement is given.

use sea_orm::Value;
use serde::Serialize;

/// Writes the cells of rows, one after the other.
#[derive(Debug, Default)]
pub struct RowWriter {
    json: Vec<u8>,
    is_row_begun: bool,
    has_failed: bool,
}

impl RowWriter {
    /// Adds a cell to the row.
    pub fn cell<V: Serialize + ?Sized>(&mut self, value: &V) {
        if std::mem::replace(&mut self.is_row_begun, true) {
            self.json.push(b',');
        }
        self.has_failed |= serde_json::to_writer(&mut self.json, value).is_err();
    }

    pub(super) fn begin(&mut self) {
        self.json.push(if self.json.is_empty() { b'[' } else { b',' });
        self.json.push(b'[');
        self.is_row_begun = false;
    }

    pub(super) fn end(&mut self) {
        self.json.push(b']');
    }

    /// The database refuses the empty text of rows that could not be written: a cell must not become another.
    pub(super) fn finish(mut self) -> Value {
        if self.json.is_empty() {
            self.json.push(b'[');
        }
        self.json.push(b']');
        let text = if self.has_failed { String::new() } else { String::from_utf8(self.json).unwrap_or_default() };
        text.into()
    }
}
