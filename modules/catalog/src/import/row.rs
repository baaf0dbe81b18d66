//! One row, judged by itself.

use kernel::{Currency, Money, Sku, text};

use super::RowError;
use crate::domain::{category::DEEPEST, sheet::judge_price};

/// A row as it is written; what is `None` is not among the columns.
#[derive(Debug, Default)]
pub(super) struct Raw<'a> {
    pub(super) sku: Option<&'a str>,
    pub(super) title: Option<&'a str>,
    pub(super) price: Option<&'a str>,
    pub(super) currency: Option<&'a str>,
    pub(super) description: Option<&'a str>,
    pub(super) category: Option<&'a str>,
    pub(super) stock: Option<&'a str>,
}

/// A row that can be written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) sku: Sku,
    pub(super) title: String,
    pub(super) price: Money,
    pub(super) description: Option<String>,
    /// A path of titles from the root, joined by [`PATH`].
    pub(super) category: Option<String>,
    pub(super) stock: i64,
}

/// A row, or why it is none.
pub(super) type Line = Result<Row, RowError>;

/// What stands between the titles of a category's path.
pub(super) const PATH: &str = " > ";

/// The most units that a SKU opens with.
const MOST_STOCK: i64 = 1_000_000_000;

/// A broken rule and the words for it.
pub(super) struct Wrong(&'static str, String);

impl Wrong {
    pub(super) fn new(code: &'static str, reason: impl Into<String>) -> Self {
        Self(code, reason.into())
    }

    pub(super) fn at(self, line: u64, sku: Option<&str>) -> RowError {
        let sku = sku.map(|sku| sku.chars().take(Sku::MAX_LENGTH).collect());
        RowError { line, sku, code: self.0.to_owned(), reason: self.1 }
    }
}

/// Reads `raw`; `currency` is that of rows that do not name one.
pub(super) fn parse(line: u64, raw: &Raw<'_>, currency: Currency) -> Line {
    judge(line, raw, currency).map_err(|wrong| wrong.at(line, raw.sku))
}

fn judge(line: u64, raw: &Raw<'_>, currency: Currency) -> Result<Row, Wrong> {
    let sku = required("sku", raw.sku)?;
    let sku = Sku::parse(sku).map_err(|error| Wrong::new("bad-sku", error.to_string()))?;
    let title = required("title", raw.title)?;
    let title = text::line(title, 200).map_err(|error| Wrong::new("bad-title", error.to_string()))?;
    Ok(Row {
        line,
        sku,
        title: title.to_owned(),
        price: price(required("price", raw.price)?, raw.currency, currency)?,
        description: raw.description.map(description).transpose()?,
        category: raw.category.map(str::trim).filter(|path| !path.is_empty()).map(path).transpose()?,
        stock: raw.stock.map(str::trim).filter(|stock| !stock.is_empty()).map_or(Ok(0), stock)?,
    })
}

fn required<'a>(column: &str, cell: Option<&'a str>) -> Result<&'a str, Wrong> {
    let cell = cell.map(str::trim).filter(|cell| !cell.is_empty());
    cell.ok_or_else(|| Wrong::new("missing-value", format!("`{column}` is empty")))
}

fn price(price: &str, named: Option<&str>, default: Currency) -> Result<Money, Wrong> {
    let currency = match named.map(str::trim).filter(|currency| !currency.is_empty()) {
        None => default,
        Some(code) => {
            Currency::parse(code).map_err(|error| Wrong::new("bad-currency", format!("`{code}`: {error}")))?
        }
    };
    let wrong = |reason: &str| Wrong::new("bad-price", format!("`{price}`: {reason}"));
    let price = Money::parse_decimal(price, currency).map_err(|error| wrong(&error.to_string()))?;
    judge_price(price).map_err(wrong)?;
    Ok(price)
}

fn description(text: &str) -> Result<String, Wrong> {
    text::prose(text, 20_000).map_err(|error| Wrong::new("bad-description", error.to_string()))
}

/// `A > B > C`, with the spaces put right.
fn path(path: &str) -> Result<String, Wrong> {
    let titles: Vec<&str> = path.split('>').map(str::trim).collect();
    let sane = |title: &&str| text::line(title, 100).is_ok();
    if titles.len() > DEEPEST || !titles.iter().all(sane) {
        let reason = format!("`{path}` is not a path of at most {DEEPEST} titles such as `Home > Kitchen > Mugs`");
        return Err(Wrong::new("bad-category", reason));
    }
    Ok(titles.join(PATH))
}

fn stock(stock: &str) -> Result<i64, Wrong> {
    let units: Option<i64> = stock.parse().ok().filter(|units| (0..=MOST_STOCK).contains(units));
    units.ok_or_else(|| Wrong::new("bad-stock", format!("`{stock}` is not a number of units from 0 to {MOST_STOCK}")))
}
