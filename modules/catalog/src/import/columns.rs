//! Which column of a file says what.

use super::{ImportError, row::Raw};

/// What a column says of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Sku,
    Title,
    Price,
    Currency,
    Description,
    Category,
    Stock,
    /// Rows with the same text here are variants of one product. Only exports of other shops have it.
    Group,
    /// What this variant is among those of its group, such as its size.
    Choice,
}

/// Our own names.
const COLUMNS: [(&str, Column); 7] = [
    ("sku", Column::Sku),
    ("title", Column::Title),
    ("price", Column::Price),
    ("currency", Column::Currency),
    ("description", Column::Description),
    ("category", Column::Category),
    ("stock", Column::Stock),
];

/// What one place of the header is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Column(Column),
    /// The header has no name there, and rows must have nothing there.
    Nameless,
    /// A column of another shop's that says nothing to a store.
    Ignored,
}

/// An export of another shop: its name for `map`, columns by which it is known, and where ours are among them.
struct Export {
    name: &'static str,
    shop: &'static str,
    marks: &'static [&'static str],
    columns: &'static [(&'static str, Column)],
}

/// Header names as the shops' own documentation of their product CSV files gives them.
const EXPORTS: [Export; 3] = [
    Export {
        name: "shopify",
        shop: "Shopify",
        marks: &["handle", "body (html)"],
        columns: &[
            ("variant sku", Column::Sku),
            ("title", Column::Title),
            ("variant price", Column::Price),
            ("body (html)", Column::Description),
            ("type", Column::Category),
            ("variant inventory qty", Column::Stock),
            ("handle", Column::Group),
            ("option1 value", Column::Choice),
            ("option2 value", Column::Choice),
            ("option3 value", Column::Choice),
        ],
    },
    Export {
        name: "woocommerce",
        shop: "WooCommerce",
        marks: &["regular price", "tax status"],
        columns: &[
            ("sku", Column::Sku),
            ("name", Column::Title),
            ("regular price", Column::Price),
            ("description", Column::Description),
            ("categories", Column::Category),
            ("stock", Column::Stock),
        ],
    },
    Export {
        name: "magento",
        shop: "Magento",
        marks: &["attribute_set_code", "product_type"],
        columns: &[
            ("sku", Column::Sku),
            ("name", Column::Title),
            ("price", Column::Price),
            ("description", Column::Description),
            ("qty", Column::Stock),
        ],
    },
];

/// Where the columns of a file are that does not use our names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnMap(Vec<(String, Column)>);

impl ColumnMap {
    /// Reads the name of a known export (`shopify`, `woocommerce`, `magento`), or pairs such as
    /// `sku=Item No,title=Name,price=Net`.
    ///
    /// # Errors
    ///
    /// Says what is wrong with `text`, and what it may be.
    pub fn parse(text: &str) -> Result<Self, String> {
        let name = text.trim().to_ascii_lowercase();
        if let Some(export) = EXPORTS.iter().find(|export| export.name == name) {
            return Ok(Self(export.columns.iter().map(|(name, column)| ((*name).to_owned(), *column)).collect()));
        }
        let pairs = text.split(',').map(|pair| Self::pair(pair).ok_or_else(|| Self::refusal(pair)));
        let map = Self(pairs.collect::<Result<_, _>>()?);
        let has_sku = map.0.iter().any(|(_, column)| *column == Column::Sku);
        if has_sku { Ok(map) } else { Err("does not say which column is `sku`".to_owned()) }
    }

    fn pair(pair: &str) -> Option<(String, Column)> {
        let (ours, theirs) = pair.split_once('=')?;
        let (ours, theirs) = (folded(ours), folded(theirs));
        let (_, column) = COLUMNS.iter().find(|(name, _)| *name == ours).filter(|_| !theirs.is_empty())?;
        Some((theirs, *column))
    }

    fn refusal(pair: &str) -> String {
        let exports: Vec<&str> = EXPORTS.iter().map(|export| export.name).collect();
        format!(
            "`{}` is neither a known export ({}) nor a pair such as `sku=Item No`; the columns are {}",
            pair.chars().take(100).collect::<String>(),
            exports.join(", "),
            COLUMNS.map(|(name, _)| name).join(", "),
        )
    }
}

/// What each place of a header is for.
pub(super) fn read(cells: &[&str], map: Option<&ColumnMap>) -> Result<Vec<Slot>, ImportError> {
    let names: Vec<String> = cells.iter().map(|cell| folded(cell)).collect();
    let mut slots = Vec::with_capacity(names.len());
    for name in &names {
        let slot = slot(name, map).ok_or_else(|| unknown(name, &names))?;
        if slots.contains(&slot) && matches!(slot, Slot::Column(column) if column != Column::Choice) {
            return Err(ImportError::DuplicateColumn(name.clone()));
        }
        slots.push(slot);
    }
    if slots.contains(&Slot::Column(Column::Sku)) { Ok(slots) } else { Err(missing(&names, map)) }
}

fn slot(name: &str, map: Option<&ColumnMap>) -> Option<Slot> {
    if name.is_empty() {
        return Some(Slot::Nameless);
    }
    let column = match map {
        Some(map) => map.0.iter().find(|(theirs, _)| theirs == name).map(|(_, column)| *column),
        None => Some(COLUMNS.iter().find(|(ours, _)| *ours == name).map(|(_, column)| *column)?),
    };
    Some(column.map_or(Slot::Ignored, Slot::Column))
}

fn unknown(name: &str, names: &[String]) -> ImportError {
    let shop = recognized(names).map(|export| (export.name, export.shop));
    ImportError::UnknownColumn { column: name.chars().take(100).collect(), shop }
}

fn missing(names: &[String], map: Option<&ColumnMap>) -> ImportError {
    let sku = |map: &ColumnMap| map.0.iter().find(|(_, column)| *column == Column::Sku).map(|(name, _)| name.clone());
    let wanted = map.and_then(sku).unwrap_or_else(|| "sku".to_owned());
    let shop = recognized(names).filter(|_| map.is_none()).map(|export| (export.name, export.shop));
    ImportError::MissingColumn { column: wanted, shop }
}

fn recognized(names: &[String]) -> Option<&'static Export> {
    let has = |mark: &&str| names.iter().any(|name| name == mark);
    EXPORTS.iter().find(|export| export.marks.iter().all(has))
}

fn folded(name: &str) -> String {
    name.trim_start_matches('\u{feff}').trim().to_lowercase()
}

impl<'a> Raw<'a> {
    pub(super) fn set(&mut self, column: Column, cell: &'a str) {
        match column {
            Column::Sku => self.sku = Some(cell),
            Column::Title => self.title = Some(cell),
            Column::Price => self.price = Some(cell),
            Column::Currency => self.currency = Some(cell),
            Column::Description => self.description = Some(cell),
            Column::Category => self.category = Some(cell),
            Column::Stock => self.stock = Some(cell),
            Column::Group => self.group = Some(cell),
            Column::Choice => self.choices.push(cell),
        }
    }
}
