//! Rows of CSV, from bytes that come in pieces of any size.

use csv_core::{ReadRecordResult, Reader};
use kernel::Currency;

use super::{
    ImportError,
    format::LONGEST_ROW,
    row::{self, Line, Raw, Wrong},
};

/// The most cells of a row; any with more are refused for having more than the header has.
const MOST_CELLS: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Sku,
    Title,
    Price,
    Currency,
    Description,
    Category,
    Stock,
}

const COLUMNS: [(&str, Column); 7] = [
    ("sku", Column::Sku),
    ("title", Column::Title),
    ("price", Column::Price),
    ("currency", Column::Currency),
    ("description", Column::Description),
    ("category", Column::Category),
    ("stock", Column::Stock),
];

/// Without these a row says nothing.
const REQUIRED: [(&str, Column); 3] = [("sku", Column::Sku), ("title", Column::Title), ("price", Column::Price)];

pub(super) struct Csv {
    reader: Reader,
    currency: Currency,
    header: Option<Vec<Column>>,
    /// The row that is being read, without its quotes and commas, and where its cells end.
    text: Vec<u8>,
    ends: Vec<usize>,
    written: usize,
    cells: usize,
    too_many_cells: bool,
    /// Where the row begins and where we are, in lines from 1.
    begins: u64,
    line: u64,
    between_rows: bool,
    /// A row was too long: everything up to the next line end is passed by.
    skipping: bool,
}

impl Csv {
    pub(super) fn new(currency: Currency) -> Self {
        Self {
            reader: Reader::new(),
            currency,
            header: None,
            text: vec![0; LONGEST_ROW],
            ends: vec![0; MOST_CELLS],
            written: 0,
            cells: 0,
            too_many_cells: false,
            begins: 1,
            line: 1,
            between_rows: true,
            skipping: false,
        }
    }

    pub(super) fn feed(&mut self, mut bytes: &[u8], lines: &mut Vec<Line>) -> Result<(), ImportError> {
        loop {
            bytes = self.pass_by(bytes);
            if bytes.is_empty() {
                return Ok(());
            }
            bytes = self.read(bytes, lines)?;
        }
    }

    /// The last row need not end its line.
    pub(super) fn finish(&mut self, lines: &mut Vec<Line>) -> Result<(), ImportError> {
        if !self.between_rows && !self.skipping {
            self.read(&[], lines)?;
        }
        if self.header.is_none() { Err(ImportError::MissingColumn("sku")) } else { Ok(()) }
    }

    /// Passes by empty lines, and what is left of a row that was too long.
    fn pass_by<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let mut bytes = bytes;
        if self.skipping {
            let end = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
            bytes = bytes.get(end..).unwrap_or_default();
            self.skipping = bytes.is_empty();
        }
        while let Some((byte @ (b'\n' | b'\r'), rest)) = bytes.split_first().filter(|_| self.between_rows) {
            self.line += u64::from(*byte == b'\n');
            bytes = rest;
        }
        bytes
    }

    /// Reads to the end of a row or of `bytes`; answers what is left of them.
    fn read<'a>(&mut self, bytes: &'a [u8], lines: &mut Vec<Line>) -> Result<&'a [u8], ImportError> {
        if self.between_rows {
            self.between_rows = false;
            self.begins = self.line;
        }
        let text = self.text.get_mut(self.written..).unwrap_or_default();
        let ends = self.ends.get_mut(self.cells..).unwrap_or_default();
        let (result, read, written, cells) = self.reader.read_record(bytes, text, ends);
        self.written += written;
        self.cells += cells;
        let (read, left) = bytes.split_at_checked(read).unwrap_or((bytes, &[]));
        self.line += read.iter().filter(|&&byte| byte == b'\n').map(|_| 1).sum::<u64>();
        match result {
            ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
            ReadRecordResult::OutputFull => self.give_up(lines),
            ReadRecordResult::OutputEndsFull => {
                self.cells = 0;
                self.too_many_cells = true;
            }
            ReadRecordResult::Record => self.end_row(lines)?,
        }
        Ok(left)
    }

    /// A quote that is never closed would swallow all that follows: the row ends where its line does.
    fn give_up(&mut self, lines: &mut Vec<Line>) {
        let reason = format!("a row has at most {LONGEST_ROW} bytes; is there a quote that is not closed?");
        lines.push(Err(Wrong::new("row-too-long", reason).at(self.begins, None)));
        self.reader.reset();
        self.skipping = true;
        self.next_row();
    }

    fn next_row(&mut self) {
        (self.written, self.cells, self.too_many_cells, self.between_rows) = (0, 0, false, true);
    }

    fn end_row(&mut self, lines: &mut Vec<Line>) -> Result<(), ImportError> {
        match &self.header {
            None => self.header = Some(self.read_header()?),
            Some(header) => lines.push(self.read_row(header)),
        }
        self.next_row();
        Ok(())
    }

    fn read_header(&self) -> Result<Vec<Column>, ImportError> {
        let cells = self.cells().ok_or(ImportError::UnreadableHeader)?;
        let mut header = Vec::with_capacity(cells.len());
        for cell in cells {
            let name = cell.trim_start_matches('\u{feff}').trim().to_ascii_lowercase();
            let Some((_, column)) = COLUMNS.iter().find(|(known, _)| *known == name) else {
                return Err(ImportError::UnknownColumn(name.chars().take(100).collect()));
            };
            if header.contains(column) {
                return Err(ImportError::DuplicateColumn(name));
            }
            header.push(*column);
        }
        match REQUIRED.iter().find(|(_, column)| !header.contains(column)) {
            Some((missing, _)) => Err(ImportError::MissingColumn(missing)),
            None => Ok(header),
        }
    }

    fn read_row(&self, header: &[Column]) -> Line {
        let wrong_number = || {
            let found = if self.too_many_cells { format!("more than {MOST_CELLS}") } else { self.cells.to_string() };
            let reason = format!("the header has {} columns, this row has {found}", header.len());
            Wrong::new("wrong-number-of-fields", reason).at(self.begins, None)
        };
        if self.too_many_cells || self.cells != header.len() {
            return Err(wrong_number());
        }
        let Some(cells) = self.cells() else {
            return Err(Wrong::new("not-utf8", "the row is not UTF-8").at(self.begins, None));
        };
        let mut raw = Raw::default();
        for (column, cell) in header.iter().zip(cells) {
            *raw.cell(*column) = Some(cell);
        }
        row::parse(self.begins, &raw, self.currency)
    }

    /// `None` when a cell is not UTF-8.
    fn cells(&self) -> Option<Vec<&str>> {
        let text = std::str::from_utf8(self.text.get(..self.written)?).ok()?;
        let mut begin = 0;
        let ends = self.ends.get(..self.cells)?.iter();
        ends.map(|&end| text.get(std::mem::replace(&mut begin, end)..end)).collect()
    }
}

impl<'a> Raw<'a> {
    const fn cell(&mut self, column: Column) -> &mut Option<&'a str> {
        match column {
            Column::Sku => &mut self.sku,
            Column::Title => &mut self.title,
            Column::Price => &mut self.price,
            Column::Currency => &mut self.currency,
            Column::Description => &mut self.description,
            Column::Category => &mut self.category,
            Column::Stock => &mut self.stock,
        }
    }
}
