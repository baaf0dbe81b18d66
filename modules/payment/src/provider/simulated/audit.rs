//! Compares the simulated provider's books with ours.

use kernel_db::{Db, DbError};
use sea_orm::ConnectionTrait as _;

use super::NAME;

/// What both sides say of the movements that are settled, as `currency operation count amount`.
pub(crate) struct Audit {
    pub(crate) ours: Vec<String>,
    pub(crate) theirs: Vec<String>,
}

/// Theirs leaves out what we still wait to hear of, and nothing else: money that we know nothing of shows.
pub(crate) async fn audit(db: &Db) -> Result<Audit, DbError> {
    let sql = "SELECT side, currency, operation, COUNT(*), CAST(SUM(amount) AS BIGINT) FROM (\
                 SELECT 'ours' AS side, attempt.currency, attempt.operation, attempt.amount FROM attempt \
                 JOIN payment ON payment.id = attempt.payment_id \
                 WHERE payment.method = ? AND attempt.status = 'succeeded' \
                 UNION ALL \
                 SELECT 'theirs', theirs.currency, theirs.operation, theirs.amount FROM simulated_ledger AS theirs \
                 LEFT JOIN attempt ON attempt.id = theirs.reference \
                 LEFT JOIN payment ON payment.id = theirs.reference \
                 WHERE theirs.outcome = 'approved' \
                 AND (attempt.status IS NULL OR attempt.status NOT IN ('queued', 'started', 'unknown', 'pending')) \
                 AND NOT (attempt.id IS NULL AND payment.status IS NOT NULL AND payment.status = 'pending')\
               ) AS movements GROUP BY side, currency, operation ORDER BY side, currency, operation";
    let rows = db.reader().query_all_raw(db.dialect().statement(sql, [NAME.into()])).await?;
    let mut audit = Audit { ours: Vec::new(), theirs: Vec::new() };
    for row in rows {
        let side: String = row.try_get_by_index(0)?;
        let (currency, operation): (String, String) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        let (count, amount): (i64, i64) = (row.try_get_by_index(3)?, row.try_get_by_index(4)?);
        let line = format!("{currency} {operation} {count} {amount}");
        if side == "ours" { audit.ours.push(line) } else { audit.theirs.push(line) }
    }
    Ok(audit)
}
