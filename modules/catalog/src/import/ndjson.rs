//! Rows of JSON objects, one in a line, from bytes that come in pieces of any size.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{error::Category, value::RawValue};

use super::row::{self, LONGEST_ROW, Line, Raw, Wrong};

/// A row as it is written. Price and stock may be texts or numbers; a number is read as the digits that it has.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonRow<'a> {
    #[serde(borrow)]
    sku: Cow<'a, str>,
    #[serde(borrow)]
    title: Option<Cow<'a, str>>,
    #[serde(borrow)]
    price: Option<&'a RawValue>,
    currency: Option<String>,
    description: Option<String>,
    category: Option<String>,
    #[serde(borrow)]
    stock: Option<&'a RawValue>,
}

pub(super) struct Ndjson {
    clear_empty: bool,
    line: u64,
    /// The beginning of a line whose end has not come yet.
    kept: Vec<u8>,
    /// The line is too long: the rest of it is passed by.
    skipping: bool,
    /// The byte before was CR.
    after_cr: bool,
}

impl Ndjson {
    pub(super) fn new(clear_empty: bool) -> Self {
        Self { clear_empty, line: 1, kept: Vec::new(), skipping: false, after_cr: false }
    }

    pub(super) fn feed(&mut self, bytes: &[u8], lines: &mut Vec<Line>) {
        for piece in bytes.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
            let (text, end) = match piece.split_last() {
                Some((end @ (b'\n' | b'\r'), text)) => (text, Some(*end)),
                _ => (piece, None),
            };
            // LF after CR ends the line that CR has ended.
            let ended_before = std::mem::take(&mut self.after_cr) && piece == b"\n";
            self.after_cr = end == Some(b'\r');
            self.keep(text, lines);
            if end.is_some() && !ended_before {
                self.end_line(lines);
            }
        }
    }

    /// The last row need not end its line.
    pub(super) fn finish(&mut self, lines: &mut Vec<Line>) {
        self.end_line(lines);
    }

    fn keep(&mut self, text: &[u8], lines: &mut Vec<Line>) {
        if self.skipping {
            return;
        }
        if self.kept.len() + text.len() > LONGEST_ROW {
            let reason = format!("a row has at most {LONGEST_ROW} bytes");
            lines.push(Err(Wrong::new("row-too-long", reason).at(self.line, None)));
            self.kept.clear();
            self.skipping = true;
        } else {
            self.kept.extend_from_slice(text);
        }
    }

    fn end_line(&mut self, lines: &mut Vec<Line>) {
        if !self.skipping && !self.kept.trim_ascii().is_empty() {
            lines.push(self.read());
        }
        self.kept.clear();
        self.skipping = false;
        self.line += 1;
    }

    fn read(&self) -> Line {
        let text = std::str::from_utf8(&self.kept).ok().filter(|text| !text.contains(char::REPLACEMENT_CHARACTER));
        let Some(text) = text else {
            let reason = "the row is not text of the character set that the file is said to have";
            return Err(Wrong::new("not-utf8", reason).at(self.line, None));
        };
        let row: JsonRow<'_> =
            serde_json::from_str(text.trim()).map_err(|error| refusal(&error).at(self.line, None))?;
        let (price, stock) = (row.price.map(scalar), row.stock.map(scalar));
        let raw = Raw {
            sku: Some(&row.sku),
            title: row.title.as_deref(),
            price: price.as_deref(),
            currency: row.currency.as_deref(),
            description: row.description.as_deref(),
            category: row.category.as_deref(),
            stock: stock.as_deref(),
            clear_empty: self.clear_empty,
            ..Raw::default()
        };
        row::parse(self.line, &raw)
    }
}

/// A text without its quotes; a number, or anything else, as it is written.
fn scalar(value: &RawValue) -> Cow<'_, str> {
    serde_json::from_str::<String>(value.get()).map_or(Cow::Borrowed(value.get()), Cow::Owned)
}

/// serde's messages are the only place where it says what kind of error it met.
fn refusal(error: &serde_json::Error) -> Wrong {
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    let code = match error.classify() {
        Category::Data if message.starts_with("unknown field") => "unknown-field",
        Category::Data if message.starts_with("missing field") => "missing-value",
        Category::Data if message.starts_with("duplicate field") => "duplicate-field",
        Category::Data => "wrong-type",
        _ => "not-json",
    };
    Wrong::new(code, message)
}
