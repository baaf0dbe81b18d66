//! The lines of an order, as JSON in its row; and which orders have a SKU.

use std::collections::BTreeSet;

use kernel::{Currency, Money, Sku};
use kernel_db::{DbError, Write, dialect};
use serde::{Deserialize, Serialize};

use crate::domain::Line;

/// One line in the column `lines`. Its place is its number; amounts are in the order's currency.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredLine {
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

pub(super) fn stored(lines: &[Line]) -> Vec<StoredLine> {
    let stored = |line: &Line| StoredLine {
        sku: line.sku.clone(),
        title: line.title.clone(),
        quantity: line.quantity,
        price: line.unit_price.minor(),
        fulfilled: line.fulfilled,
        returned: line.returned,
        called_off: line.called_off,
    };
    lines.iter().map(stored).collect()
}

pub(super) fn read(text: &str, currency: Currency) -> Result<Vec<Line>, DbError> {
    let stored: Vec<StoredLine> = serde_json::from_str(text).map_err(|error| DbError::corrupt("lines", error))?;
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
    Ok((1..).zip(stored).map(line).collect())
}

/// So many orders, by their numbers, share an entry of `order_sku`.
pub(super) const BLOCK: i64 = 1_024;

/// Notes which SKUs are in the blocks of these new orders, each given with its number. An order of another process may note
/// the same at the same time, so the entries are written in their order.
pub(crate) fn note_skus<'a>(orders: impl IntoIterator<Item = (i64, &'a [Line])>) -> Write {
    let sql = "INSERT INTO order_sku (sku, block) SELECT value ->> 0, CAST(value ->> 1 AS bigint) FROM {rows} WHERE true \
               ON CONFLICT (sku, block) DO NOTHING";
    let entries =
        orders.into_iter().flat_map(|(number, lines)| lines.iter().map(move |line| (&line.sku, number / BLOCK)));
    let entries: BTreeSet<(&str, i64)> = entries.map(|(sku, block)| (sku.as_str(), block)).collect();
    Write::new(sql, [dialect::rows(&Vec::from_iter(entries))])
}
