//! Counts what a database of this module has, for one that is about to be left behind.

use kernel_db::{Db, DbError, tenure};
use kernel_module::{Holding, Holdings};
use sea_orm::FromQueryResult;

const COUNT: &str = "SELECT (SELECT COUNT(*) FROM product) AS products, (SELECT COUNT(*) FROM category) AS categories";

#[derive(FromQueryResult)]
struct Count {
    products: i64,
    categories: i64,
}

/// Takes a database whose tables may be older than this build's, or are not there yet.
pub(crate) async fn holdings(db: &Db) -> Result<Holdings, DbError> {
    if !tenure::has_table(db, "product").await? {
        return Ok(Holdings::default());
    }
    let count = db.one::<Count>(COUNT, []).await?.ok_or_else(|| DbError::corrupt("count", "there is none"))?;
    Ok(Holdings::new([
        Holding::of("product", "products", count.products),
        Holding::of("category", "categories", count.categories),
    ]))
}
