//! Counts what a database of this module has, for one that is about to be left behind.

use kernel_db::{Db, DbError, tenure};
use kernel_module::{Holding, Holdings};
use sea_orm::FromQueryResult;

const COUNT: &str = "SELECT (SELECT COUNT(*) FROM level) AS levels, \
               (SELECT COUNT(*) FROM claim WHERE status = 'held') AS held, \
               (SELECT COUNT(*) FROM claim WHERE status = 'committed') AS committed, \
               (SELECT COUNT(*) FROM ledger) AS movements";

#[derive(FromQueryResult)]
struct Count {
    levels: i64,
    held: i64,
    committed: i64,
    movements: i64,
}

/// Takes a database whose tables may be older than this build's, or are not there yet.
pub(crate) async fn holdings(db: &Db) -> Result<Holdings, DbError> {
    if !tenure::has_table(db, "level").await? {
        return Ok(Holdings::default());
    }
    let count = db.one::<Count>(COUNT, []).await?.ok_or_else(|| DbError::corrupt("count", "there is none"))?;
    Ok(Holdings::new([
        Holding::of("level", "levels", count.levels),
        Holding::of("open hold", "open holds", count.held),
        Holding::of("commitment", "commitments", count.committed),
        Holding::of("movement", "movements", count.movements),
    ]))
}
