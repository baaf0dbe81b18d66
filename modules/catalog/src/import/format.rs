use crate::import::{Charset, ColumnMap, ImportError, csv::Csv, ndjson::Ndjson, row::Line};

/// How the rows of an import are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180, with a header that names the columns in any order.
    Csv,
    /// One JSON object in a line.
    Ndjson,
}

impl Format {
    /// The format of a media type such as `text/csv`, without its parameters.
    fn of_media_type(media_type: &str) -> Option<Self> {
        match media_type.trim().to_ascii_lowercase().as_str() {
            "text/csv" => Some(Self::Csv),
            "application/x-ndjson" | "application/ndjson" => Some(Self::Ndjson),
            _ => None,
        }
    }

    /// The format that a file's name says it has.
    pub fn of_file_name(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            _ => None,
        }
    }
}

/// How the bytes of an import are to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub format: Format,
    pub charset: Charset,
    /// The bytes must be gzip. Without it gzip is known by its first bytes.
    pub gzip: bool,
    /// Where the columns are, when the file does not use our names.
    pub map: Option<ColumnMap>,
    /// An empty description or category takes away what is there, and does not keep it.
    pub clear_empty: bool,
}

impl From<Format> for Source {
    fn from(format: Format) -> Self {
        Self { format, charset: Charset::default(), gzip: false, map: None, clear_empty: false }
    }
}

impl Source {
    /// What a media type such as `text/csv; charset=utf-8` says; `None` when rows cannot be read from it.
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        let mut parts = media_type.split(';');
        let mut source = Self::from(Format::of_media_type(parts.next()?)?);
        for (name, value) in parts.filter_map(|parameter| parameter.split_once('=')) {
            if name.trim().eq_ignore_ascii_case("charset") {
                source.charset = Charset::named(value.trim().trim_matches('"'))?;
            }
        }
        Some(source)
    }
}

/// Cuts text into rows, however it is chopped up on the way.
pub(super) enum Cutter {
    Csv(Box<Csv>),
    Ndjson(Ndjson),
}

impl Cutter {
    pub(super) fn new(source: &Source) -> Self {
        match source.format {
            Format::Csv => Self::Csv(Box::new(Csv::new(source.map.clone(), source.clear_empty))),
            Format::Ndjson => Self::Ndjson(Ndjson::new(source.clear_empty)),
        }
    }

    pub(super) fn feed(&mut self, bytes: &[u8], lines: &mut Vec<Line>) -> Result<(), ImportError> {
        match self {
            Self::Csv(csv) => csv.feed(bytes, lines),
            Self::Ndjson(ndjson) => {
                ndjson.feed(bytes, lines);
                Ok(())
            }
        }
    }

    /// There are no more bytes.
    pub(super) fn finish(&mut self, lines: &mut Vec<Line>) -> Result<(), ImportError> {
        match self {
            Self::Csv(csv) => csv.finish(lines),
            Self::Ndjson(ndjson) => {
                ndjson.finish(lines);
                Ok(())
            }
        }
    }
}
