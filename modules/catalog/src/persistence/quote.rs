//! The prices of many SKUs in one statement. It is on the way of every order.

use catalog_contract::Quote;
use kernel::Sku;
use kernel_db::{Db, DbError, dialect};
use sea_orm::QueryResult;

use super::{gather, read};

pub(crate) async fn quote(db: &Db, skus: &[&Sku]) -> Result<Vec<Quote>, DbError> {
    let sql = "SELECT v.sku, v.price, v.currency, p.title, v.title, p.status FROM {rows} AS wanted \
               JOIN variant v ON v.sku = wanted.value ->> 0 JOIN product p ON p.id = v.product_id";
    let rows: Vec<_> = skus.iter().map(|sku| (sku.as_str(),)).collect();
    read(db, sql, [dialect::rows(&rows)]).await?.iter().map(of_row).collect()
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
