//! What must be true of payments, proved on live data. Each rule is one statement, so it sees one moment.

use chrono::TimeDelta;
use kernel_db::{Db, DbError};
use kernel_module::Check;
use sea_orm::{ConnectionTrait as _, QueryResult, Value};

use crate::{config::Config, provider::simulated::audit};

pub(crate) async fn check(db: &Db, config: &Config) -> Result<Vec<Check>, DbError> {
    let mut checks = vec![ordered_sums(db).await?];
    checks.extend(ledger_balances(db).await?);
    checks.extend(sums_equal_ledger(db).await?);
    checks.push(belonging(db).await?);
    checks.push(provider_agrees(db).await?);
    checks.push(nothing_in_doubt(db, config).await?);
    checks.push(nothing_promised_twice(db).await?);
    checks.push(what_failed_is_shown(db).await?);
    checks.push(refusals_add_up(db).await?);
    Ok(checks)
}

async fn rows(db: &Db, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<Vec<QueryResult>, DbError> {
    Ok(db.reader().query_all_raw(db.dialect().statement(sql, values)).await?)
}

async fn two_numbers(db: &Db, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<(i64, i64), DbError> {
    match rows(db, sql, values).await?.first() {
        Some(row) => Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)),
        None => Ok((0, 0)),
    }
}

async fn ordered_sums(db: &Db) -> Result<Check, DbError> {
    let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN amount >= authorized AND authorized >= captured \
               AND captured >= refunded AND refunded >= 0 THEN 1 ELSE 0 END), 0) AS BIGINT) FROM payment";
    let (payments, ordered) = two_numbers(db, sql, []).await?;
    let rule = "payment: authorized covers captured, captured covers refunded (payments; those that keep it)";
    Ok(Check::new(rule, payments, ordered))
}

async fn belonging(db: &Db) -> Result<Check, DbError> {
    let sql = "SELECT (SELECT COUNT(*) FROM attempt) + (SELECT COUNT(*) FROM ledger), \
               (SELECT COUNT(*) FROM attempt JOIN payment ON payment.id = attempt.payment_id) \
               + (SELECT COUNT(*) FROM ledger JOIN attempt ON attempt.id = ledger.attempt_id \
               AND attempt.payment_id = ledger.payment_id)";
    let (all, belonging) = two_numbers(db, sql, []).await?;
    let rule = "payment: every attempt has its payment, every movement its attempt (rows; those that do)";
    Ok(Check::new(rule, all, belonging))
}

async fn ledger_balances(db: &Db) -> Result<Vec<Check>, DbError> {
    let sql = "SELECT currency, CAST(SUM(debited) AS BIGINT), CAST(SUM(credited) AS BIGINT) FROM ledger \
               GROUP BY currency ORDER BY currency";
    let found = rows(db, sql, []).await?;
    found
        .iter()
        .map(|row| {
            let currency: String = row.try_get_by_index(0)?;
            let (debits, credits): (i64, i64) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
            let rule = format!("payment: debits equal credits in {currency}");
            Ok(Check::new(&rule, debits, credits))
        })
        .collect()
}

/// What an operation adds to the account by which it is counted.
const LEDGER_SUMS: &str = "SELECT payment_id, \
     SUM(CASE operation WHEN 'authorize' THEN debited WHEN 'void' THEN -credited ELSE 0 END) AS authorized, \
     SUM(CASE WHEN operation = 'capture' THEN debited ELSE 0 END) AS captured, \
     SUM(CASE WHEN operation = 'refund' THEN credited ELSE 0 END) AS refunded \
     FROM ledger GROUP BY payment_id";

async fn sums_equal_ledger(db: &Db) -> Result<Vec<Check>, DbError> {
    let sql = format!(
        "SELECT payment.currency, \
         CAST(SUM(payment.authorized) AS BIGINT), CAST(SUM(COALESCE(sums.authorized, 0)) AS BIGINT), \
         CAST(SUM(payment.captured) AS BIGINT), CAST(SUM(COALESCE(sums.captured, 0)) AS BIGINT), \
         CAST(SUM(payment.refunded) AS BIGINT), CAST(SUM(COALESCE(sums.refunded, 0)) AS BIGINT), \
         SUM(CASE WHEN payment.authorized = COALESCE(sums.authorized, 0) AND payment.captured = COALESCE(sums.captured, 0) \
         AND payment.refunded = COALESCE(sums.refunded, 0) THEN 0 ELSE 1 END) \
         FROM payment LEFT JOIN ({LEDGER_SUMS}) AS sums ON sums.payment_id = payment.id \
         WHERE payment.method IS NOT NULL GROUP BY payment.currency ORDER BY payment.currency"
    );
    let found = rows(db, &sql, []).await?;
    found
        .iter()
        .map(|row| {
            let currency: String = row.try_get_by_index(0)?;
            let sum = |index: usize| row.try_get_by_index::<i64>(index);
            let side = |authorized: i64, captured: i64, refunded: i64, wrong: i64| {
                format!("authorized {authorized}, captured {captured}, refunded {refunded}, {wrong} payments differ")
            };
            let rule = format!("payment: every payment equals its ledger in {currency}");
            let check = Check::new(&rule, side(sum(1)?, sum(3)?, sum(5)?, 0), side(sum(2)?, sum(4)?, sum(6)?, sum(7)?));
            Ok(check)
        })
        .collect()
}

async fn provider_agrees(db: &Db) -> Result<Check, DbError> {
    let audit = audit::audit(db).await?;
    let rule = "payment: settled movements equal the simulated provider's (currency, operation, count, amount)";
    let check = Check::new(rule, audit.ours.join("; "), audit.theirs.join("; "));
    Ok(check.with_detail("left the store's attempts, right simulated_ledger; what is still open is left out"))
}

async fn nothing_in_doubt(db: &Db, config: &Config) -> Result<Check, DbError> {
    let sql = "SELECT (SELECT COUNT(*) FROM attempt WHERE status IN ('queued', 'started', 'unknown', 'pending') \
               AND created_at < ?), (SELECT COUNT(*) FROM payment WHERE status = 'pending' AND created_at < ? \
               AND NOT EXISTS (SELECT 1 FROM attempt WHERE attempt.id = payment.id))";
    let doubt = TimeDelta::seconds(i64::try_from(config.doubt_seconds).unwrap_or(i64::MAX / 1_000));
    let deadline = db.seams().now() - doubt;
    let (attempts, payments) = two_numbers(db, sql, [deadline.into(), deadline.into()]).await?;
    let rule = format!("payment: attempts unsettled for more than {} s", config.doubt_seconds);
    Ok(Check::new(&rule, attempts + payments, 0))
}

/// The refund attempts that are decided and may still move money.
const OWED: &str = "COALESCE((SELECT SUM(attempt.amount) FROM attempt WHERE attempt.payment_id = payment.id \
                    AND attempt.operation = 'refund' AND attempt.status IN ('queued', 'started', 'unknown', 'pending')), 0)";

async fn nothing_promised_twice(db: &Db) -> Result<Check, DbError> {
    // Before the money is taken, a capture under way may have promised what it is about to take.
    let sql = format!(
        "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN refunded + {OWED} <= CASE WHEN status = 'authorized' \
         THEN authorized ELSE captured END THEN 1 ELSE 0 END), 0) AS BIGINT) FROM payment \
         WHERE EXISTS (SELECT 1 FROM attempt WHERE attempt.payment_id = payment.id AND attempt.operation = 'refund') \
         AND status IN ('authorized', 'captured', 'refunded')"
    );
    let (payments, covered) = two_numbers(db, &sql, []).await?;
    let rule =
        "payment: what was taken covers every refund, made and to be made (payments with refunds; those covered)";
    Ok(Check::new(rule, payments, covered))
}

async fn what_failed_is_shown(db: &Db) -> Result<Check, DbError> {
    let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN refund_refusal.refunded = 0 THEN 1 ELSE 0 END), 0) AS BIGINT) \
               FROM attempt LEFT JOIN refund_refusal ON refund_refusal.refund_id = attempt.id \
               WHERE attempt.operation = 'refund' AND attempt.status = 'failed'";
    let (failed, shown) = two_numbers(db, sql, []).await?;
    let rule = "payment: every refund that failed is shown to the shop as work (failed; shown)";
    let open = "SELECT COUNT(*), COUNT(*) FROM refund_refusal WHERE resolved_at IS NULL";
    let (open, _) = two_numbers(db, open, []).await?;
    let detail =
        format!("{open} refused refunds are to be settled: GET /api/v1/admin/payments?attention=true lists them");
    Ok(Check::new(rule, failed, shown).with_detail(detail))
}

async fn refusals_add_up(db: &Db) -> Result<Check, DbError> {
    let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN refund_refusal.refunded = COALESCE(\
               CASE WHEN attempt.status <> 'failed' THEN attempt.amount END, 0) THEN 1 ELSE 0 END), 0) \
               AS BIGINT) FROM refund_refusal LEFT JOIN attempt ON attempt.id = refund_refusal.refund_id";
    let (refusals, right) = two_numbers(db, sql, []).await?;
    let rule = "payment: what is promised is paid or refused (refusals; those whose paid part is in the attempts)";
    Ok(Check::new(rule, refusals, right))
}
