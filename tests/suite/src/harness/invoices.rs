//! Real invoices, where they are to be had, and what they come to by a count of our own.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
};

use super::{aloud, variable};

const FILE: &str = "../../../shared/data/online-retail/invoices-2010-12-01-to-12.csv";

/// Invoices in a run that is not the full one.
const SOME: usize = 150;

/// What a file of invoices comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Takings {
    pub(crate) orders: i64,
    pub(crate) lines: i64,
    pub(crate) units: i64,
    pub(crate) pence: i64,
}

/// A file of invoices, and what it comes to.
#[derive(Debug)]
pub(crate) struct Invoices {
    pub(crate) file: PathBuf,
    pub(crate) takings: Takings,
}

impl Invoices {
    /// Copies the first invoices into `folder`, or all of them when `BANYAN_FULL_REPLAY` is set. `None`, and aloud,
    /// where there are none.
    pub(crate) fn copied_into(folder: &Path) -> Option<Self> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
        if !source.is_file() {
            aloud("SKIPPED: the replay of real invoices, which are not here");
            return None;
        }
        let most = if variable("BANYAN_FULL_REPLAY").is_some() { usize::MAX } else { SOME };
        let file = folder.join("invoices.csv");
        copy(&source, &file, most);
        let takings = count(&file);
        Some(Self { file, takings })
    }
}

fn copy(source: &Path, target: &Path, invoices: usize) {
    let mut reader = csv::Reader::from_path(source).unwrap();
    let mut writer = csv::Writer::from_path(target).unwrap();
    writer.write_record(reader.headers().unwrap()).unwrap();
    let mut seen = HashSet::new();
    for row in reader.records().map(Result::unwrap) {
        seen.insert(row[0].to_owned());
        if seen.len() > invoices {
            break;
        }
        writer.write_record(&row).unwrap();
    }
    writer.flush().unwrap();
}

/// Reads the file as a shop: a product's price is its first positive one; an order is an invoice whose number begins
/// with a digit, with the rows that sell a product.
fn count(file: &Path) -> Takings {
    let rows: Vec<csv::StringRecord> = csv::Reader::from_path(file).unwrap().records().map(Result::unwrap).collect();
    let mut prices: HashMap<&str, i64> = HashMap::new();
    for row in &rows {
        let pence = pence(&row[5]);
        if pence > 0 {
            prices.entry(&row[1]).or_insert(pence);
        }
    }
    let (mut takings, mut orders) = (Takings::default(), HashSet::new());
    for row in rows.iter().filter(|row| row[0].starts_with(|first: char| first.is_ascii_digit())) {
        let units: i64 = row[3].parse().unwrap();
        let Some(price) = prices.get(&row[1]).filter(|_| units > 0) else { continue };
        orders.insert(&row[0]);
        takings.lines += 1;
        takings.units += units;
        takings.pence += units * price;
    }
    takings.orders = orders.len().try_into().unwrap();
    takings
}

/// Exact, from decimal text.
fn pence(text: &str) -> i64 {
    let (major, minor) = text.split_once('.').unwrap_or((text, ""));
    let sign = if major.starts_with('-') { -1 } else { 1 };
    let minor: i64 = format!("{minor:0<2}")[..2].parse().unwrap();
    major.parse::<i64>().unwrap() * 100 + sign * minor
}
