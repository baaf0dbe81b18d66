//! Counts what a database of this module has, for one that is about to be left behind.

use kernel_db::{Db, DbError, tenure};
use kernel_module::{Holding, Holdings};
use sea_orm::FromQueryResult;

const COUNT: &str = "SELECT (SELECT COUNT(*) FROM payment) AS payments, (SELECT COUNT(*) FROM attempt) AS attempts";

#[derive(FromQueryResult)]
struct Counted {
    payments: i64,
    attempts: i64,
}

/// Takes a database whose tables may be older than this build's, or are not there yet.
pub(crate) async fn holdings(db: &Db) -> Result<Holdings, DbError> {
    if !tenure::has_table(db, "payment").await? {
        return Ok(Holdings::default());
    }
    let Counted { payments, attempts } =
        db.one::<Counted>(COUNT, []).await?.ok_or_else(|| DbError::corrupt("count", "there is none"))?;
    Ok(Holdings::new([Holding::of("payment", "payments", payments), Holding::of("attempt", "attempts", attempts)]))
}
