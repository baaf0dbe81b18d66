//! Where the money is.

use kernel::{DateTime, Utc};
use kernel_db::{Write, dialect, guard};

use super::super::row::{id_cell, time_cell};
use crate::domain::{Attempt, Posting};

/// Enters movements into the ledger, each with the attempt that it comes of: a debit and a credit. What is there already
/// is left as it is, and nothing is to be kept when a row is missing.
pub(crate) fn post_all(postings: &[(&Attempt, &Posting)], now: DateTime<Utc>) -> Write {
    let sql = "INSERT INTO ledger (payment_id, attempt_id, operation, account, currency, debit, credit, posted_at) \
               SELECT {id}(value ->> 0), {id}(value ->> 1), value ->> 2, value ->> 3, value ->> 4, \
               CAST(value ->> 5 AS bigint), CAST(value ->> 6 AS bigint), {time}(value ->> 7) FROM {rows} WHERE true \
               ON CONFLICT DO NOTHING";
    let now = time_cell(now);
    let mut rows = Vec::with_capacity(postings.len() * 2);
    for (attempt, posting) in postings {
        let minor = posting.amount.minor();
        let credited = minor + i64::from(guard::sabotaged("payment.rounding"));
        for (account, debit, credit) in [(posting.debit, minor, 0), (posting.credit, 0, credited)] {
            let (payment, id) = (id_cell(attempt.payment.uuid()), id_cell(attempt.id.uuid()));
            let (operation, currency) = (attempt.operation.as_str(), posting.amount.currency());
            rows.push((payment, id, operation, account.as_str(), currency, debit, credit, &now));
        }
    }
    Write::new(sql, [dialect::rows(&rows)])
}
