//! Counts what a database of this module has, for one that is about to be left behind.

use kernel_db::{Db, DbError, tenure};
use kernel_module::{Holding, Holdings};
use sea_orm::ConnectionTrait as _;

const COUNT: &str = "SELECT (SELECT COUNT(*) FROM orders), \
               (SELECT COUNT(*) FROM orders WHERE due_at IS NOT NULL), \
               (SELECT COUNT(*) FROM cart)";

/// Takes a database whose tables may be older than this build's, or are not there yet.
pub(crate) async fn holdings(db: &Db) -> Result<Holdings, DbError> {
    if !tenure::has_table(db, "orders").await? {
        return Ok(Holdings::default());
    }
    let row = db.reader().query_one_raw(db.dialect().statement(COUNT, [])).await?;
    let row = row.ok_or_else(|| DbError::corrupt("count", "there is none"))?;
    Ok(Holdings::new([
        Holding::of("order", "orders", row.try_get_by_index(0)?),
        Holding::of("placing under way", "placings under way", row.try_get_by_index(1)?),
        Holding::of("cart", "carts", row.try_get_by_index(2)?),
    ]))
}
