//! The lines of an order, as JSON in its row; and which orders have a SKU.

use std::collections::BTreeSet;

use kernel::{Currency, Money, Sku};
use kernel_db::{Rows, Sql, Write};
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use crate::domain::Line;

/// The column `lines`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub(crate) struct StoredLines(Vec<StoredLine>);

/// One line. Its place is its number; amounts are in the order's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct StoredLine {
    sku: Sku,
    title: String,
    quantity: i64,
    price: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    fulfilled: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    returned: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    called_off: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_zero(count: &i64) -> bool {
    *count == 0
}

impl StoredLines {
    pub(super) fn into_lines(self, currency: Currency) -> Vec<Line> {
        let line = |(number, line): (i64, StoredLine)| Line {
            number,
            sku: line.sku,
            title: line.title,
            quantity: line.quantity,
            unit_price: Money::new(line.price, currency),
            fulfilled: line.fulfilled,
            returned: line.returned,
            called_off: line.called_off,
        };
        (1..).zip(self.0).map(line).collect()
    }

    pub(super) fn units(&self) -> i64 {
        self.0.iter().fold(0, |units, line| units.saturating_add(line.quantity))
    }
}

impl From<&[Line]> for StoredLines {
    fn from(lines: &[Line]) -> Self {
        let stored = |line: &Line| StoredLine {
            sku: line.sku.clone(),
            title: line.title.clone(),
            quantity: line.quantity,
            price: line.unit_price.minor(),
            fulfilled: line.fulfilled,
            returned: line.returned,
            called_off: line.called_off,
        };
        Self(lines.iter().map(stored).collect())
    }
}

/// The number of consecutive orders that share an entry of `order_sku`.
pub(super) const BLOCK: i64 = 1_024;

/// A SKU that is in a block.
#[derive(PartialEq, Eq, PartialOrd, Ord, Rows)]
struct SkuOfBlock<'a> {
    sku: &'a str,
    block: i64,
}

pub(super) static NOTE_SKUS: Sql =
    Sql::new("order.note-skus", || format!("{} ON CONFLICT (sku, block) DO NOTHING", SkuOfBlock::insert("order_sku")));

/// Notes which SKUs are in the blocks of these new orders, each given with its number. Another process may note the same at
/// the same time, so entries are written in their order.
pub(crate) fn note_skus<'a>(orders: impl IntoIterator<Item = (i64, &'a [Line])>) -> Write {
    let entry = |number: i64, line: &'a Line| SkuOfBlock { sku: line.sku.as_str(), block: number / BLOCK };
    let entries = orders.into_iter().flat_map(|(number, lines)| lines.iter().map(move |line| entry(number, line)));
    Write::new(&NOTE_SKUS, [SkuOfBlock::bind(entries.collect::<BTreeSet<_>>())])
}
