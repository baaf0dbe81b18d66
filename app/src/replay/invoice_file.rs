//! Reads an invoice file: the products that are sold, and the orders.

use std::{
    collections::{BTreeMap, HashMap},
    io::Read,
};

use csv::{ReaderBuilder, StringRecord};
use kernel::{Currency, Money, Sku};

/// The columns, as the file must name them.
const COLUMNS: [&str; 6] = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice"];

/// What a file of invoices says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceFile {
    /// In the order in which the file names them first.
    pub products: Vec<Product>,
    /// Invoices with something to sell, in file order.
    pub invoices: Vec<Invoice>,
    /// Invoices of which no row was left.
    pub empty: usize,
    pub credit_notes: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    pub sku: Sku,
    pub title: String,
    pub price: Money,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    pub number: String,
    /// As the file has them: a SKU may stand on several lines.
    pub lines: Vec<(Sku, i64)>,
}

/// What the whole file comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    pub orders: i64,
    pub lines: i64,
    pub units: i64,
    pub pence: i64,
}

/// Why a file cannot be read as invoices. Lines are counted from 1, the header included.
#[derive(Debug, thiserror::Error)]
pub enum InvoiceFileError {
    #[error("the file has no column {0}; the columns are {columns}", columns = COLUMNS.join(","))]
    NoColumn(&'static str),
    #[error("line {line}: {what}")]
    Row { line: u64, what: String },
    #[error("the file cannot be read: {0}")]
    Unreadable(#[from] csv::Error),
    #[error("the sum of the orders is too large")]
    TooLarge,
}

/// A row that matters, as text and number.
struct Row {
    invoice: String,
    sku: Sku,
    description: String,
    quantity: i64,
    price: Money,
}

impl InvoiceFile {
    /// Reads the file. The rules are those of the data set's own page:
    ///
    /// - a product is a stock code that has a positive price somewhere; its title is its first description that is
    ///   not empty, its price its first positive one;
    /// - an order is an invoice whose number begins with a digit, with those of its rows whose quantity is positive
    ///   and whose product exists; one that is left without a row is skipped;
    /// - an invoice whose number begins with `C` is a credit note.
    pub fn read(source: impl Read) -> Result<Self, InvoiceFileError> {
        let rows = rows(source)?;
        let products = products(&rows);
        let sold: HashMap<&Sku, &Product> = products.iter().map(|product| (&product.sku, product)).collect();
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut invoices: Vec<Invoice> = Vec::new();
        for row in &rows {
            let place = *places.entry(&row.invoice).or_insert_with(|| {
                invoices.push(Invoice { number: row.invoice.clone(), lines: Vec::new() });
                invoices.len() - 1
            });
            let Some(invoice) = invoices.get_mut(place) else { continue };
            if row.quantity > 0 && sold.contains_key(&row.sku) {
                invoice.lines.push((row.sku.clone(), row.quantity));
            }
        }
        let credit_notes = invoices.iter().filter(|invoice| invoice.number.starts_with('C')).count();
        invoices.retain(|invoice| invoice.number.starts_with(|first: char| first.is_ascii_digit()));
        let all = invoices.len();
        invoices.retain(|invoice| !invoice.lines.is_empty());
        let empty = all - invoices.len();
        Ok(Self { products, invoices, empty, credit_notes })
    }

    /// How many units of each product its orders want.
    pub fn demand(&self) -> BTreeMap<Sku, i64> {
        let mut demand: BTreeMap<Sku, i64> = BTreeMap::new();
        for (sku, quantity) in self.invoices.iter().flat_map(|invoice| &invoice.lines) {
            *demand.entry(sku.clone()).or_default() += quantity;
        }
        demand
    }

    /// What its orders come to at the products' prices.
    pub fn figures(&self) -> Result<Figures, InvoiceFileError> {
        let prices: HashMap<&Sku, Money> = self.products.iter().map(|product| (&product.sku, product.price)).collect();
        let mut figures = Figures { orders: count(self.invoices.len()), ..Figures::default() };
        for (sku, quantity) in self.invoices.iter().flat_map(|invoice| &invoice.lines) {
            let price = prices.get(sku).map_or(0, |price| price.minor());
            let pence = price.checked_mul(*quantity).ok_or(InvoiceFileError::TooLarge)?;
            figures.lines += 1;
            figures.units = figures.units.checked_add(*quantity).ok_or(InvoiceFileError::TooLarge)?;
            figures.pence = figures.pence.checked_add(pence).ok_or(InvoiceFileError::TooLarge)?;
        }
        Ok(figures)
    }
}

/// A number of things, as figures are kept.
pub(super) fn count(things: usize) -> i64 {
    i64::try_from(things).unwrap_or(i64::MAX)
}

fn products(rows: &[Row]) -> Vec<Product> {
    let mut titles: HashMap<&Sku, &str> = HashMap::new();
    let mut prices: HashMap<&Sku, Money> = HashMap::new();
    let mut order: Vec<&Sku> = Vec::new();
    for row in rows {
        if !row.description.is_empty() {
            titles.entry(&row.sku).or_insert(&row.description);
        }
        if row.price.is_positive() && !prices.contains_key(&row.sku) {
            prices.insert(&row.sku, row.price);
            order.push(&row.sku);
        }
    }
    let product = |sku: &Sku| {
        let title = titles.get(sku).map_or_else(|| sku.to_string(), |title| (*title).to_owned());
        prices.get(sku).map(|price| Product { sku: sku.clone(), title, price: *price })
    };
    order.into_iter().filter_map(product).collect()
}

fn rows(source: impl Read) -> Result<Vec<Row>, InvoiceFileError> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(source);
    let header = reader.headers()?.clone();
    let place = |column: &'static str| {
        let named = |name: &str| name.trim_start_matches('\u{feff}') == column;
        header.iter().position(named).ok_or(InvoiceFileError::NoColumn(column))
    };
    let places = COLUMNS.into_iter().map(place).collect::<Result<Vec<usize>, InvoiceFileError>>()?;
    let mut rows = Vec::new();
    for record in reader.into_records() {
        let record = record?;
        rows.push(row(&record, &places)?);
    }
    Ok(rows)
}

fn row(record: &StringRecord, places: &[usize]) -> Result<Row, InvoiceFileError> {
    let line = record.position().map_or(0, csv::Position::line);
    let refused = |what: String| InvoiceFileError::Row { line, what };
    let mut cells = places.iter().map(|place| record.get(*place).map(str::trim));
    let mut cell = |name: &str| cells.next().flatten().ok_or_else(|| refused(format!("{name} is missing")));
    let [invoice, code, description, quantity, _date, price] = [
        cell("InvoiceNo")?,
        cell("StockCode")?,
        cell("Description")?,
        cell("Quantity")?,
        cell("InvoiceDate")?,
        cell("UnitPrice")?,
    ];
    Ok(Row {
        invoice: invoice.to_owned(),
        sku: Sku::parse(code).map_err(|error| refused(format!("StockCode {code:?}: {error}")))?,
        description: description.to_owned(),
        quantity: quantity.parse().map_err(|_| refused(format!("Quantity {quantity:?} is not a whole number")))?,
        price: Money::parse_decimal(price, Currency::GBP)
            .map_err(|error| refused(format!("UnitPrice {price:?}: {error}")))?,
    })
}
