//! The SQL of inventory.
//!
//! [`hot`] is what every order passes: claims and levels are loaded, and saved with the ledger, for many at once. [`level`]
//! is what is set by hand, [`old`] what is deleted; [`read`] answers people; [`audit`] compares levels, claims and ledger.

pub(crate) mod audit;
pub(crate) mod below;
pub(crate) mod holdings;
pub(crate) mod hot;
pub(crate) mod level;
pub(crate) mod migrations;
pub(crate) mod old;
pub(crate) mod read;

use kernel::Sku;
use kernel_db::{Db, DbError};
use sea_orm::{ConnectionTrait, QueryResult, Value};

/// Reads outside a transaction.
async fn read_rows(
    db: &Db,
    sql: &str,
    values: impl IntoIterator<Item = Value> + Send,
) -> Result<Vec<QueryResult>, DbError> {
    Ok(db.reader().query_all_raw(db.dialect().statement(sql, values)).await?)
}

fn read_sku(text: &str) -> Result<Sku, DbError> {
    Sku::parse(text).map_err(|error| DbError::corrupt("SKU", error))
}

/// The value of `{rows}` that holds one SKU a row.
fn sku_rows<'a>(skus: impl Iterator<Item = &'a Sku>) -> Value {
    let rows: Vec<[&str; 1]> = skus.map(|sku| [sku.as_str()]).collect();
    kernel_db::dialect::rows(&rows)
}
