//! The prices of many SKUs in one statement. It is on the way of every order.

use catalog_contract::Quote;
use kernel::Sku;
use kernel_db::{Db, DbError, Sql, rows};
use sea_orm::FromQueryResult;

use super::gather;
use crate::domain::Status;

pub(super) static QUOTE: Sql = Sql::new("catalog.quote", || {
    "SELECT v.sku, v.price, v.currency, p.title AS product, v.title AS variant, p.status \
     FROM variant v JOIN product p ON p.id = v.product_id WHERE v.sku IN {texts}"
        .to_owned()
});

#[derive(FromQueryResult)]
struct Row {
    sku: String,
    price: i64,
    currency: String,
    product: String,
    variant: Option<String>,
    status: String,
}

pub(crate) async fn quote(db: &Db, skus: &[&Sku]) -> Result<Vec<Quote>, DbError> {
    db.all(&QUOTE, [rows::texts(skus.iter().map(|sku| sku.as_str()))]).await?.into_iter().map(of_row).collect()
}

fn of_row(row: Row) -> Result<Quote, DbError> {
    let title = match row.variant {
        Some(variant) => format!("{}, {variant}", row.product),
        None => row.product,
    };
    let price = gather::money(row.price, &row.currency)?;
    Ok(Quote { sku: gather::sku(&row.sku)?, title, price, sellable: row.status == Status::Active.as_str() })
}
