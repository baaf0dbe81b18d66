//! One row, judged by itself.

use kernel::{Currency, Money, Sku, text};

use super::RowError;
use crate::domain::{category::DEEPEST, sheet::judge_price};

/// The longest row, in bytes. One description has at most 20,000 letters.
pub(super) const LONGEST_ROW: usize = 64 * 1024;

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
    pub(super) group: Option<&'a str>,
    pub(super) choices: Vec<&'a str>,
    /// An empty description or category takes away what is there, and does not keep it.
    pub(super) clear_empty: bool,
}

/// A row that can be written. What is `None` the row does not say: a product that is there keeps it, and a new one
/// gets what is usual.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) sku: Sku,
    pub(super) title: Option<String>,
    pub(super) price: Option<Price>,
    pub(super) currency: Option<Currency>,
    pub(super) description: Option<String>,
    /// A path of titles from the root, joined by [`PATH`]; empty for no category.
    pub(super) category: Option<String>,
    pub(super) stock: i64,
}

/// A decimal number without needless zeros. It is an amount once its currency is known, which may be that of the
/// product that is there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Price(String);

/// A row, or why it is none.
pub(super) type Line = Result<Row, RowError>;

/// What stands between the titles of a category's path.
pub(super) const PATH: &str = " > ";

/// The most units that a SKU opens with.
const MOST_STOCK: i64 = 1_000_000_000;

/// A broken rule and the words for it.
#[derive(Debug)]
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

impl Row {
    /// What a product must be given before it is there.
    pub(super) fn needed<'a, T>(&self, column: &str, value: Option<&'a T>) -> Result<&'a T, Wrong> {
        let missing = || Wrong::new("missing-value", format!("`{column}` is empty, and {} is a new SKU", self.sku));
        value.ok_or_else(missing)
    }

    pub(super) fn wrong(&self, wrong: Wrong) -> RowError {
        wrong.at(self.line, Some(self.sku.as_str()))
    }
}

impl Price {
    /// Reads digits with a point, such as `12.50`.
    fn parse(text: &str) -> Result<Self, Wrong> {
        let wrong = |reason: &str| Wrong::new("bad-price", format!("`{text}`: {reason}"));
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) {
            return Err(wrong("a price is digits with a point, such as 1234.50, without a sign of its currency"));
        }
        if negative {
            return Err(wrong("a price is not negative"));
        }
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let whole = if whole.is_empty() { "0" } else { whole };
        Ok(Self(if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }))
    }

    pub(super) fn in_currency(&self, currency: Currency) -> Result<Money, Wrong> {
        let wrong = |reason: &str| Wrong::new("bad-price", format!("`{}`: {reason}", self.0));
        let price = Money::parse_decimal(&self.0, currency).map_err(|error| wrong(&error.to_string()))?;
        judge_price(price).map_err(wrong)?;
        Ok(price)
    }
}

pub(super) fn parse(line: u64, raw: &Raw<'_>) -> Line {
    judge(line, raw).map_err(|wrong| wrong.at(line, raw.sku))
}

fn judge(line: u64, raw: &Raw<'_>) -> Result<Row, Wrong> {
    let sku = said(raw.sku).ok_or_else(|| Wrong::new("missing-value", "`sku` is empty"))?;
    let sku = Sku::parse(sku).map_err(|error| Wrong::new("bad-sku", error.to_string()))?;
    let clears = |cell: Option<&str>| raw.clear_empty && cell.is_some();
    let or_cleared = |value: Option<String>, cell| value.or_else(|| clears(cell).then(String::new));
    Ok(Row {
        line,
        sku,
        title: said(raw.title).map(title).transpose()?,
        price: said(raw.price).map(Price::parse).transpose()?,
        currency: said(raw.currency).map(currency).transpose()?,
        description: or_cleared(raw.description.filter(is_said).map(description).transpose()?, raw.description),
        category: or_cleared(said(raw.category).map(path).transpose()?, raw.category),
        stock: said(raw.stock).map_or(Ok(0), stock)?,
    })
}

fn is_said(cell: &&str) -> bool {
    !cell.trim().is_empty()
}

/// What a cell says. A blank one says nothing.
fn said(cell: Option<&str>) -> Option<&str> {
    cell.map(str::trim).filter(|cell| !cell.is_empty())
}

fn title(title: &str) -> Result<String, Wrong> {
    let title = text::line(title, 200).map_err(|error| Wrong::new("bad-title", error.to_string()))?;
    Ok(title.to_owned())
}

fn currency(code: &str) -> Result<Currency, Wrong> {
    Currency::parse(code).map_err(|error| Wrong::new("bad-currency", format!("`{code}`: {error}")))
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
