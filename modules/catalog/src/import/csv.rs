//! Rows of CSV, from text that comes in pieces of any size.
//!
//! Lines may end in LF, CRLF or CR. The bytes of the row that is being read are kept until it ends: a quote that never
//! closes would swallow the rest of the file, so that row is refused where it began and the lines after its first one are
//! read again as rows of their own.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::{
    ImportError,
    columns::{self, Column, ColumnMap, Slot},
    dialect,
    row::{self, LONGEST_ROW, Line, Raw, Wrong},
};

/// The most cells of a row. Exports of other shops have a hundred.
const MOST_CELLS: usize = 512;

/// The most bytes of a row as it is written. Quotes that stand for themselves are written twice.
const LONGEST_WRITTEN_ROW: usize = 2 * LONGEST_ROW;

pub(super) struct Csv {
    map: Option<ColumnMap>,
    clear_empty: bool,
    /// `None` until a first line has told the separator.
    reader: Option<Reader>,
    header: Option<Vec<Slot>>,
    /// The text before the end of that line, and then the row that is being read, as it is written.
    written: Vec<u8>,
    /// The row without its quotes and separators, and where its cells end.
    text: Vec<u8>,
    ends: Vec<usize>,
    length: usize,
    cells: usize,
    too_many_cells: bool,
    /// Where the row begins, and where reading is.
    begins: Place,
    place: Place,
    state: State,
    group: Group,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    BetweenRows,
    InRow,
    /// A row was too long: everything up to the next line end is passed by.
    Skipping,
}

/// A line, counted from 1.
#[derive(Debug, Clone, Copy)]
struct Place {
    line: u64,
    /// The byte before was CR: LF after it ends no further line.
    after_cr: bool,
}

/// The product of an export whose variants follow in rows of their own.
#[derive(Debug, Default)]
struct Group {
    name: String,
    title: String,
    description: String,
    category: String,
}

impl Place {
    fn pass(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let ends_line = *byte == b'\r' || (*byte == b'\n' && !self.after_cr);
            self.line += u64::from(ends_line);
            self.after_cr = *byte == b'\r';
        }
    }
}

impl Csv {
    pub(super) fn new(map: Option<ColumnMap>, clear_empty: bool) -> Self {
        let start = Place { line: 1, after_cr: false };
        Self {
            map,
            clear_empty,
            reader: None,
            header: None,
            written: Vec::new(),
            text: vec![0; LONGEST_ROW],
            ends: vec![0; MOST_CELLS],
            length: 0,
            cells: 0,
            too_many_cells: false,
            begins: start,
            place: start,
            state: State::BetweenRows,
            group: Group::default(),
        }
    }

    pub(super) fn feed(&mut self, bytes: &[u8], lines: &mut Vec<Line>) -> Result<(), ImportError> {
        if self.reader.is_some() {
            return self.read_all(bytes, lines);
        }
        self.written.extend_from_slice(bytes);
        self.begin(false, lines)
    }

    /// The last row need not end its line.
    pub(super) fn finish(&mut self, lines: &mut Vec<Line>) -> Result<(), ImportError> {
        if self.reader.is_none() {
            self.begin(true, lines)?;
        }
        while self.state == State::InRow {
            self.read(b"\n", lines)?;
            if self.state == State::InRow {
                let reason = format!("the quote that opens in the row on line {} is never closed", self.begins.line);
                self.give_up("unclosed-quote", reason, lines)?;
            }
        }
        if self.header.is_none() { Err(ImportError::no_header()) } else { Ok(()) }
    }

    /// Reads on once a whole line has come that says something, or as much as a row may have.
    fn begin(&mut self, all: bool, lines: &mut Vec<Line>) -> Result<(), ImportError> {
        let blank = self.written.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(self.written.len());
        let line = self.written.get(blank..).unwrap_or_default();
        let end = line.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
        if end.is_none() && !all && line.len() < LONGEST_ROW {
            return Ok(());
        }
        let end = end.unwrap_or(line.len());
        let separator = dialect::separator(line.get(..end).unwrap_or_default());
        self.reader = Some(ReaderBuilder::new().delimiter(separator.byte).build());
        let text = std::mem::take(&mut self.written);
        let (passed, text) = text.split_at(if separator.is_instruction { blank + end } else { 0 });
        self.place.pass(passed);
        self.read_all(text, lines)
    }

    fn read_all(&mut self, mut bytes: &[u8], lines: &mut Vec<Line>) -> Result<(), ImportError> {
        loop {
            bytes = self.pass_by(bytes);
            if bytes.is_empty() {
                return Ok(());
            }
            bytes = self.read(bytes, lines)?;
        }
    }

    /// Passes by empty lines, and what is left of a row that was too long.
    fn pass_by<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let mut left = bytes;
        if self.state == State::Skipping {
            let end = left.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(left.len());
            left = left.get(end..).unwrap_or_default();
            if !left.is_empty() {
                self.state = State::BetweenRows;
            }
        }
        if self.state == State::BetweenRows {
            let end = left.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(left.len());
            left = left.get(end..).unwrap_or_default();
        }
        self.place.pass(bytes.get(..bytes.len() - left.len()).unwrap_or_default());
        left
    }

    /// Reads to the end of a row or of `bytes`; answers what is left of them.
    fn read<'a>(&mut self, bytes: &'a [u8], lines: &mut Vec<Line>) -> Result<&'a [u8], ImportError> {
        if self.state == State::BetweenRows {
            self.state = State::InRow;
            self.begins = self.place;
        }
        let Some(reader) = &mut self.reader else { return Ok(bytes) };
        let text = self.text.get_mut(self.length..).unwrap_or_default();
        let ends = self.ends.get_mut(self.cells..).unwrap_or_default();
        let (result, read, length, cells) = reader.read_record(bytes, text, ends);
        self.length += length;
        self.cells += cells;
        let (read, left) = bytes.split_at_checked(read).unwrap_or((bytes, &[]));
        self.place.pass(read);
        if matches!(result, ReadRecordResult::Record) {
            self.end_row(lines)?;
            return Ok(left);
        }
        self.written.extend_from_slice(read);
        if matches!(result, ReadRecordResult::OutputEndsFull) {
            self.cells = 0;
            self.too_many_cells = true;
        }
        if matches!(result, ReadRecordResult::OutputFull) || self.written.len() > LONGEST_WRITTEN_ROW {
            let line = self.begins.line;
            let reason =
                format!("the row on line {line} has more than {LONGEST_ROW} bytes; a quote in it may not be closed");
            self.give_up("row-too-long", reason, lines)?;
        }
        Ok(left)
    }

    /// Refuses the row that is being read. It ends where its first line does; the lines after that are read again.
    fn give_up(&mut self, code: &'static str, reason: String, lines: &mut Vec<Line>) -> Result<(), ImportError> {
        if self.header.is_none() {
            return Err(ImportError::UnreadableHeader);
        }
        lines.push(Err(Wrong::new(code, reason).at(self.begins.line, None)));
        if let Some(reader) = &mut self.reader {
            reader.reset();
        }
        let written = std::mem::take(&mut self.written);
        self.next_row();
        let Some(end) = written.iter().position(|byte| matches!(byte, b'\r' | b'\n')) else {
            self.state = State::Skipping;
            return Ok(());
        };
        self.place = self.begins;
        self.read_all(written.get(end..).unwrap_or_default(), lines)
    }

    fn next_row(&mut self) {
        self.written.clear();
        (self.length, self.cells, self.too_many_cells, self.state) = (0, 0, false, State::BetweenRows);
    }

    fn end_row(&mut self, lines: &mut Vec<Line>) -> Result<(), ImportError> {
        match self.header.take() {
            None => self.header = Some(self.read_header()?),
            Some(header) => {
                lines.extend(self.read_row(&header));
                self.header = Some(header);
            }
        }
        self.next_row();
        Ok(())
    }

    fn read_header(&self) -> Result<Vec<Slot>, ImportError> {
        let cells = self.cells().filter(|_| !self.too_many_cells).ok_or(ImportError::UnreadableHeader)?;
        columns::read(&cells, self.map.as_ref())
    }

    /// `None` for a row that says nothing.
    fn read_row(&mut self, header: &[Slot]) -> Option<Line> {
        let (line, count) = (self.begins.line, self.cells);
        let wrong = |code, reason: String| Some(Err(Wrong::new(code, reason).at(line, None)));
        let wrong_number = |found: String| {
            wrong("wrong-number-of-fields", format!("the header has {} columns, this row has {found}", header.len()))
        };
        if self.too_many_cells {
            return wrong_number(format!("more than {MOST_CELLS}"));
        }
        let Some(cells) = cells(&self.text, self.length, self.ends.get(..count)?) else {
            return wrong(
                "not-utf8",
                "the row is not text of the character set that the file is said to have".to_owned(),
            );
        };
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            return None;
        }
        let missing = header.get(cells.len()..).unwrap_or_default();
        let further = cells.get(header.len()..).unwrap_or_default();
        if missing.iter().any(|slot| *slot != Slot::Nameless) || further.iter().any(|cell| !cell.trim().is_empty()) {
            return wrong_number(count.to_string());
        }
        let mut raw = Raw { clear_empty: self.clear_empty, ..Raw::default() };
        for (slot, cell) in header.iter().zip(&cells) {
            match slot {
                Slot::Column(column) => raw.set(*column, cell),
                Slot::Nameless if !cell.trim().is_empty() => {
                    return wrong(
                        "nameless-column",
                        format!("`{cell}` stands in a column to which the header gives no name"),
                    );
                }
                Slot::Nameless | Slot::Ignored => {}
            }
        }
        if header.contains(&Slot::Column(Column::Group)) {
            return self.group.read(line, raw);
        }
        Some(row::parse(line, &raw))
    }

    fn cells(&self) -> Option<Vec<&str>> {
        cells(&self.text, self.length, self.ends.get(..self.cells)?)
    }
}

/// `None` when a cell is not text of its character set.
fn cells<'a>(text: &'a [u8], length: usize, ends: &[usize]) -> Option<Vec<&'a str>> {
    let text = std::str::from_utf8(text.get(..length)?).ok()?;
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return None;
    }
    let mut begin = 0;
    ends.iter().map(|&end| text.get(std::mem::replace(&mut begin, end)..end)).collect()
}

impl Group {
    /// A variant is a product here, named after its product and what it is among the variants. `None` for a row that
    /// adds only a picture.
    fn read(&mut self, line: u64, raw: Raw<'_>) -> Option<Line> {
        let said = |cell: Option<&str>| cell.map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned);
        if said(raw.sku).is_none() && said(raw.price).is_none() {
            return None;
        }
        let name = said(raw.group).unwrap_or_default();
        if name != self.name || said(raw.title).is_some() {
            let [title, description, category] =
                [raw.title, raw.description, raw.category].map(|cell| said(cell).unwrap_or_default());
            *self = Self { name, title, description, category };
        }
        // What a product without variants has for one.
        let is_choice = |choice: &&str| !choice.is_empty() && *choice != "Default Title";
        let choices: Vec<&str> = raw.choices.iter().map(|choice| choice.trim()).filter(is_choice).collect();
        let title = match choices.as_slice() {
            [] => self.title.clone(),
            choices => format!("{} - {}", self.title, choices.join(" / ")),
        };
        let whole = Raw {
            title: Some(&title),
            description: raw.description.map(|_| self.description.as_str()),
            category: raw.category.map(|_| self.category.as_str()),
            ..raw
        };
        Some(row::parse(line, &whole))
    }
}
