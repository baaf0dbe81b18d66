use crate::import::{ImportError, csv::Csv, ndjson::Ndjson, row::Line};

/// How the rows of an import are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180, with a header that names the columns in any order.
    Csv,
    /// One JSON object in a line.
    Ndjson,
}

/// The longest row, in bytes. One description has at most 20,000 letters.
pub(super) const LONGEST_ROW: usize = 64 * 1024;

impl Format {
    /// The format of a media type such as `text/csv; charset=utf-8`.
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        let mut parts = media_type.split(';').map(str::trim);
        let format = match parts.next()?.to_ascii_lowercase().as_str() {
            "text/csv" => Self::Csv,
            "application/x-ndjson" | "application/ndjson" => Self::Ndjson,
            _ => return None,
        };
        let utf8 = |value: &str| value.trim_matches('"').eq_ignore_ascii_case("utf-8");
        let mut parameters = parts.filter_map(|parameter| parameter.split_once('='));
        parameters.all(|(name, value)| !name.eq_ignore_ascii_case("charset") || utf8(value)).then_some(format)
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

/// Cuts bytes into rows, however they are chopped up on the way.
pub(super) enum Cutter {
    Csv(Box<Csv>),
    Ndjson(Ndjson),
}

impl Cutter {
    pub(super) fn new(format: Format, currency: kernel::Currency) -> Self {
        match format {
            Format::Csv => Self::Csv(Box::new(Csv::new(currency))),
            Format::Ndjson => Self::Ndjson(Ndjson::new(currency)),
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
