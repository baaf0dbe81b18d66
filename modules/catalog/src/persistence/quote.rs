//! The prices of many SKUs in one statement. It is on the way of every order.

use catalog_contract::Quote;
use kernel::Sku;
use kernel_db::{Db, DbError};
use sea_orm::QueryResult;

use super::{gather, padded, placeholders, read};

/// A list of values and not `{rows}`: Postgres then knows how few they are, and always goes by the index.
pub(crate) async fn quote(db: &Db, skus: &[Sku]) -> Result<Vec<Quote>, DbError> {
    if skus.is_empty() {
        return Ok(Vec::new());
    }
    let (marks, count) = placeholders(skus.len());
    let sql = format!(
        "SELECT v.sku, v.price, v.currency, p.title, v.title, p.status FROM variant v \
         JOIN product p ON p.id = v.product_id WHERE v.sku IN ({marks})"
    );
    let rows = read(db, &sql, padded(skus.iter().map(|sku| sku.as_str().into()), count)).await?;
    rows.iter().map(of_row).collect()
}

fn of_row(row: &QueryResult) -> Result<Quote, DbError> {
    let (product, variant): (String, Option<String>) = (row.try_get_by_index(3)?, row.try_get_by_index(4)?);
    let title = match variant {
        Some(variant) => format!("{product}, {variant}"),
        None => product,
    };
    let status: String = row.try_get_by_index(5)?;
    Ok(Quote { sku: gather::sku(row, 0)?, title, price: gather::money(row, 1)?, sellable: status == "active" })
}
