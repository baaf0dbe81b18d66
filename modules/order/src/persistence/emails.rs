//! Keeps the key by which an order's email address is searched. It is made in Rust, because neither database folds as
//! Unicode says; so orders of before there was a key get theirs a batch at a time.

use kernel_db::{DbError, Tx, dialect};
use sea_orm::ConnectionTrait;

use super::{cell, select};

pub(crate) const ANY_UNFOLDED: &str = "SELECT 1 FROM orders WHERE email_folded IS NULL LIMIT 1";

/// Whether an order has no key yet, asked without a transaction: mostly none is without.
pub(crate) async fn any_unfolded<C: ConnectionTrait>(connection: &C) -> Result<bool, DbError> {
    Ok(!select(connection, ANY_UNFOLDED, []).await?.is_empty())
}

/// Gives at most `limit` orders their key; answers how many.
pub(crate) async fn fold(tx: &Tx, limit: i64) -> Result<u64, DbError> {
    let sql = "SELECT number, email FROM orders WHERE email_folded IS NULL ORDER BY number LIMIT ? {skip_locked}";
    let mut rows: Vec<(i64, String)> = Vec::new();
    for row in tx.rows(sql, [limit.into()]).await? {
        rows.push((cell(&row, 0)?, kernel::fold_email(&cell::<String>(&row, 1)?)));
    }
    if rows.is_empty() {
        return Ok(0);
    }
    let sql = "UPDATE orders SET email_folded = known.folded FROM (SELECT CAST(value ->> 0 AS bigint) AS number, \
               value ->> 1 AS folded FROM {rows}) AS known WHERE orders.number = known.number";
    tx.run(sql, [dialect::rows(&rows)]).await
}
