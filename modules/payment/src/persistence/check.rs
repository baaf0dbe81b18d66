//! The figures that the check of payment compares. Each is one statement, so it sees one moment.

use kernel::{DateTime, Utc};
use kernel_db::{Db, DbError};
use sea_orm::{FromQueryResult, Value};

/// How many there are, and how many of them are as they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Counts {
    pub(crate) whole: i64,
    pub(crate) good: i64,
}

async fn counts(db: &Db, sql: &str, values: impl IntoIterator<Item = Value> + Send) -> Result<Counts, DbError> {
    let found = db.one::<Counts>(sql, values).await?;
    found.ok_or_else(|| DbError::corrupt("count", "there is none"))
}

/// Of payments, those whose sums cover each other.
pub(crate) async fn ordered_sums(db: &Db) -> Result<Counts, DbError> {
    let sql = "SELECT COUNT(*) AS whole, CAST(COALESCE(SUM(CASE WHEN amount >= authorized AND authorized >= captured \
               AND captured >= refunded AND refunded >= 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS good FROM payment";
    counts(db, sql, []).await
}

/// Of attempts and movements, those that belong to a payment and to an attempt. A movement of a plain payment belongs to what
/// the payment's row says.
pub(crate) async fn belonging(db: &Db) -> Result<Counts, DbError> {
    let sql = "SELECT (SELECT COUNT(*) FROM attempt) + (SELECT COUNT(*) FROM ledger) AS whole, \
               (SELECT COUNT(*) FROM attempt JOIN payment ON payment.id = attempt.payment_id WHERE payment.plain = 0) \
               + (SELECT COUNT(*) FROM ledger JOIN payment ON payment.id = ledger.payment_id \
               LEFT JOIN attempt ON attempt.id = ledger.attempt_id AND attempt.payment_id = ledger.payment_id \
               WHERE attempt.status = 'succeeded' AND attempt.operation = ledger.operation \
               OR payment.plain = 1 AND (ledger.attempt_id = payment.id AND ledger.operation = 'authorize' \
               AND payment.status IN ('authorized', 'captured') \
               OR ledger.attempt_id = payment.capture_id AND ledger.operation = 'capture' \
               AND payment.status = 'captured')) AS good";
    counts(db, sql, []).await
}

/// The sums of a currency.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Balance {
    pub(crate) currency: String,
    pub(crate) debited: i64,
    pub(crate) credited: i64,
}

pub(crate) async fn balances(db: &Db) -> Result<Vec<Balance>, DbError> {
    let sql = "SELECT currency, CAST(SUM(debited) AS BIGINT) AS debited, CAST(SUM(credited) AS BIGINT) AS credited \
               FROM ledger GROUP BY currency ORDER BY currency";
    db.all(sql, []).await
}

/// What the payments of a currency say, and what the ledger says of them.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Sums {
    pub(crate) currency: String,
    pub(crate) authorized: i64,
    pub(crate) captured: i64,
    pub(crate) refunded: i64,
    pub(crate) ledger_authorized: i64,
    pub(crate) ledger_captured: i64,
    pub(crate) ledger_refunded: i64,
    /// Payments that say otherwise than the ledger.
    pub(crate) differ: i64,
}

/// What an operation adds to the account by which it is counted.
const LEDGER_SUMS: &str = "SELECT payment_id, \
     SUM(CASE operation WHEN 'authorize' THEN debited WHEN 'void' THEN -credited ELSE 0 END) AS authorized, \
     SUM(CASE WHEN operation = 'capture' THEN debited ELSE 0 END) AS captured, \
     SUM(CASE WHEN operation = 'refund' THEN credited ELSE 0 END) AS refunded \
     FROM ledger GROUP BY payment_id";

pub(crate) async fn sums(db: &Db) -> Result<Vec<Sums>, DbError> {
    let sides = ["authorized", "captured", "refunded"].map(|sum| {
        format!(
            "CAST(SUM(payment.{sum}) AS BIGINT) AS {sum}, \
             CAST(SUM(COALESCE(sums.{sum}, 0)) AS BIGINT) AS ledger_{sum}, "
        )
    });
    let sql = format!(
        "SELECT payment.currency, {sides} \
         SUM(CASE WHEN payment.authorized = COALESCE(sums.authorized, 0) AND payment.captured = COALESCE(sums.captured, 0) \
         AND payment.refunded = COALESCE(sums.refunded, 0) THEN 0 ELSE 1 END) AS differ \
         FROM payment LEFT JOIN ({LEDGER_SUMS}) AS sums ON sums.payment_id = payment.id \
         WHERE payment.method IS NOT NULL GROUP BY payment.currency ORDER BY payment.currency",
        sides = sides.concat(),
    );
    db.all(&sql, []).await
}

/// Settled movements of one kind, as one side has them.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Movements {
    side: String,
    currency: String,
    operation: String,
    count: i64,
    amount: i64,
}

/// What both sides say of the movements that are settled, as `currency operation count amount`.
pub(crate) struct Audit {
    pub(crate) ours: Vec<String>,
    pub(crate) theirs: Vec<String>,
}

/// Compares the attempts of payments with the ledger of the simulated provider, which they name by `method`. Theirs leaves
/// out what we still wait to hear of, and nothing else: money that we know nothing of shows.
pub(crate) async fn audit(db: &Db, method: &str) -> Result<Audit, DbError> {
    let sql = "SELECT side, currency, operation, COUNT(*) AS count, CAST(SUM(amount) AS BIGINT) AS amount FROM (\
                 SELECT 'ours' AS side, attempt.currency, attempt.operation, attempt.amount FROM attempt \
                 JOIN payment ON payment.id = attempt.payment_id \
                 WHERE payment.method = ? AND attempt.status = 'succeeded' AND payment.plain = 0 \
                 UNION ALL \
                 SELECT 'ours', currency, 'authorize', authorized FROM payment \
                 WHERE method = ? AND plain = 1 AND status IN ('authorized', 'captured') \
                 UNION ALL \
                 SELECT 'ours', currency, 'capture', captured FROM payment \
                 WHERE method = ? AND plain = 1 AND status = 'captured' \
                 UNION ALL \
                 SELECT 'theirs', theirs.currency, theirs.operation, theirs.amount FROM simulated_ledger AS theirs \
                 LEFT JOIN attempt ON attempt.id = theirs.reference \
                 LEFT JOIN payment ON payment.id = theirs.authorization_reference AND payment.plain = 1 \
                 WHERE theirs.outcome = 'approved' \
                 AND (attempt.status IS NULL OR attempt.status NOT IN ('queued', 'started', 'unknown', 'pending')) \
                 AND NOT (payment.id IS NOT NULL AND (theirs.reference = payment.id AND payment.status = 'pending' \
                 OR payment.capture_id IS NOT NULL AND theirs.reference = payment.capture_id \
                 AND payment.status = 'authorized'))\
               ) AS movements GROUP BY side, currency, operation ORDER BY side, currency, operation";
    let found = db.all::<Movements>(sql, [method.into(), method.into(), method.into()]).await?;
    let (ours, theirs): (Vec<_>, Vec<_>) = found.into_iter().partition(|movements| movements.side == "ours");
    let lines = |side: Vec<Movements>| {
        let line =
            |Movements { currency, operation, count, amount, .. }| format!("{currency} {operation} {count} {amount}");
        side.into_iter().map(line).collect()
    };
    Ok(Audit { ours: lines(ours), theirs: lines(theirs) })
}

/// How much has been open since before `deadline`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub(crate) struct InDoubt {
    pub(crate) attempts: i64,
    /// Plain ones, by what their rows say.
    pub(crate) payments: i64,
}

pub(crate) async fn in_doubt(db: &Db, deadline: DateTime<Utc>) -> Result<InDoubt, DbError> {
    let sql = "SELECT (SELECT COUNT(*) FROM attempt WHERE status IN ('queued', 'started', 'unknown', 'pending') \
               AND created_at < ?) AS attempts, (SELECT COUNT(*) FROM payment WHERE plain = 1 \
               AND (status = 'pending' AND created_at < ? \
               OR status = 'authorized' AND capture_id IS NOT NULL AND capture_at < ?)) AS payments";
    let found = db.one::<InDoubt>(sql, [deadline.into(), deadline.into(), deadline.into()]).await?;
    found.ok_or_else(|| DbError::corrupt("count", "there is none"))
}

/// What is about to be given back of a payment.
const OWED: &str = "COALESCE((SELECT SUM(attempt.amount) FROM attempt WHERE attempt.payment_id = payment.id \
                    AND attempt.operation = 'refund' AND attempt.status IN ('queued', 'started', 'unknown', 'pending')), 0)";

/// Of payments with refunds, those that what was taken covers. Before the money is taken, a capture under way may have promised
/// what it is about to take.
pub(crate) async fn covered(db: &Db) -> Result<Counts, DbError> {
    let sql = format!(
        "SELECT COUNT(*) AS whole, CAST(COALESCE(SUM(CASE WHEN refunded + {OWED} <= CASE WHEN status = 'authorized' \
         THEN authorized ELSE captured END THEN 1 ELSE 0 END), 0) AS BIGINT) AS good FROM payment \
         WHERE EXISTS (SELECT 1 FROM attempt WHERE attempt.payment_id = payment.id AND attempt.operation = 'refund') \
         AND status IN ('authorized', 'captured', 'refunded')"
    );
    counts(db, &sql, []).await
}

/// Of refunds that failed, those that are shown to the shop.
pub(crate) async fn shown(db: &Db) -> Result<Counts, DbError> {
    let sql = "SELECT COUNT(*) AS whole, \
               CAST(COALESCE(SUM(CASE WHEN refund_refusal.refunded = 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS good \
               FROM attempt LEFT JOIN refund_refusal ON refund_refusal.refund_id = attempt.id \
               WHERE attempt.operation = 'refund' AND attempt.status = 'failed'";
    counts(db, sql, []).await
}

/// Of refusals, those whose paid part is that of their attempt.
pub(crate) async fn adding_up(db: &Db) -> Result<Counts, DbError> {
    let sql = "SELECT COUNT(*) AS whole, CAST(COALESCE(SUM(CASE WHEN refund_refusal.refunded = COALESCE(\
               CASE WHEN attempt.status <> 'failed' THEN attempt.amount END, 0) THEN 1 ELSE 0 END), 0) \
               AS BIGINT) AS good FROM refund_refusal LEFT JOIN attempt ON attempt.id = refund_refusal.refund_id";
    counts(db, sql, []).await
}
