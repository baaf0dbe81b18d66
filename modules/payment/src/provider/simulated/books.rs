//! The simulated provider's own ledger.

use std::time::Duration;

use kernel::{AttemptId, DateTime, Seams, Utc};
use kernel_db::{Db, DbError};
use sea_orm::{ConnectionTrait as _, QueryResult, Value};
use uuid::Uuid;

use super::{Instruction, ProviderError, Verdict};

pub(super) struct Books {
    db: Db,
}

/// What to write down, unless the reference is there already.
#[derive(Debug, Clone, Copy)]
pub(super) enum Entry {
    Approved,
    Declined(&'static str),
    Undecided {
        approve: bool,
        after: Duration,
    },
    /// Approved if so much is still set aside.
    FromWhatIsSetAside,
    /// Approved if so much was taken and not given back.
    FromWhatIsTaken,
}

impl Books {
    pub(super) fn of(db: &Db) -> Self {
        Self { db: db.clone() }
    }

    pub(super) fn seams(&self) -> &Seams {
        self.db.seams()
    }

    /// Writes `entry` down under the instruction's reference; answers what stands there.
    pub(super) async fn enter(&self, instruction: &Instruction, entry: Entry) -> Result<Verdict, ProviderError> {
        let written = match entry {
            Entry::FromWhatIsSetAside => self.move_money(instruction, SET_ASIDE).await,
            Entry::FromWhatIsTaken => self.move_money(instruction, TAKEN).await,
            _ => self.open(instruction, entry).await,
        };
        if let Some(row) = written.map_err(lost)?.first() {
            return verdict(row).map_err(lost);
        }
        let kept = self.look_up(instruction.reference).await?;
        Ok(kept.unwrap_or_else(|| Verdict::Declined { reason: "there is not so much to move".to_owned() }))
    }

    async fn open(&self, instruction: &Instruction, entry: Entry) -> Result<Vec<QueryResult>, DbError> {
        let now = self.db.seams().now();
        let (outcome, reason, settles_at) = match entry {
            Entry::Declined(reason) => ("declined", Some(reason.to_owned()), None),
            Entry::Undecided { approve: true, after } => ("approving", None, Some(now + after)),
            Entry::Undecided { approve: false, after } => {
                ("declining", Some("the card was declined".to_owned()), Some(now + after))
            }
            _ => ("approved", None, None),
        };
        let sql = "INSERT INTO simulated_ledger (reference, authorization_reference, order_id, operation, currency, \
                   amount, outcome, reason, settles_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
                   ON CONFLICT (reference) DO NOTHING RETURNING outcome, reason";
        let values: [Value; 10] = [
            instruction.reference.uuid().into(),
            instruction.payment.uuid().into(),
            instruction.order.uuid().into(),
            instruction.operation.as_str().into(),
            instruction.amount.currency().code().into(),
            instruction.amount.minor().into(),
            outcome.into(),
            reason.into(),
            settles_at.into(),
            now.into(),
        ];
        self.db.write_one(sql, values).await
    }

    /// Writes a movement down if `room` leaves as much.
    async fn move_money(&self, instruction: &Instruction, room: &str) -> Result<Vec<QueryResult>, DbError> {
        let sql = format!(
            "INSERT INTO simulated_ledger (reference, authorization_reference, order_id, operation, currency, amount, \
             outcome, created_at) SELECT ?, root.reference, root.order_id, ?, root.currency, ?, 'approved', ? \
             FROM simulated_ledger AS root WHERE root.reference = ? AND root.outcome = 'approved' \
             AND root.currency = ? AND {room} >= ? ON CONFLICT (reference) DO NOTHING RETURNING outcome, reason"
        );
        let amount = instruction.amount;
        let values: [Value; 7] = [
            instruction.reference.uuid().into(),
            instruction.operation.as_str().into(),
            amount.minor().into(),
            self.db.seams().now().into(),
            instruction.payment.uuid().into(),
            amount.currency().code().into(),
            amount.minor().into(),
        ];
        self.db.write_one(&sql, values).await
    }

    /// What stands under `reference`; what is due by now is decided first.
    pub(super) async fn look_up(&self, reference: AttemptId) -> Result<Option<Verdict>, ProviderError> {
        let sql = "SELECT outcome, reason, settles_at FROM simulated_ledger WHERE reference = ?";
        let statement = self.db.dialect().statement(sql, [reference.uuid().into()]);
        let row = self.db.reader().query_one_raw(statement).await.map_err(lost)?;
        let Some(row) = row else { return Ok(None) };
        let settles_at: Option<DateTime<Utc>> = row.try_get_by_index(2).map_err(lost)?;
        if settles_at.is_some_and(|due| due <= self.db.seams().now()) {
            return self.decide(reference).await.map(Some);
        }
        verdict(&row).map(Some).map_err(lost)
    }

    /// Ends what is undecided; answers what stands there.
    pub(super) async fn decide(&self, reference: AttemptId) -> Result<Verdict, ProviderError> {
        let sql = "UPDATE simulated_ledger SET settles_at = NULL, outcome = CASE outcome WHEN 'approving' THEN \
                   'approved' WHEN 'declining' THEN 'declined' ELSE outcome END WHERE reference = ? \
                   RETURNING outcome, reason";
        let reference: Uuid = reference.into();
        let rows = self.db.write_one(sql, [reference.into()]).await.map_err(lost)?;
        rows.first().map_or(Err(ProviderError::Unclear), |row| verdict(row).map_err(lost))
    }
}

/// How much of the authorization `root` was neither taken nor freed.
const SET_ASIDE: &str = "root.amount - COALESCE((SELECT SUM(moved.amount) FROM simulated_ledger AS moved \
                         WHERE moved.authorization_reference = root.reference AND moved.outcome = 'approved' \
                         AND moved.operation IN ('capture', 'void')), 0)";

/// How much of the authorization `root` was taken and not given back.
const TAKEN: &str = "COALESCE((SELECT SUM(CASE moved.operation WHEN 'capture' THEN moved.amount ELSE -moved.amount END) \
                     FROM simulated_ledger AS moved WHERE moved.authorization_reference = root.reference \
                     AND moved.outcome = 'approved' AND moved.operation IN ('capture', 'refund')), 0)";

fn verdict(row: &QueryResult) -> Result<Verdict, DbError> {
    let outcome: String = row.try_get_by_index(0)?;
    Ok(match outcome.as_str() {
        "approved" => Verdict::Approved,
        "declined" => Verdict::Declined { reason: row.try_get_by_index::<Option<String>>(1)?.unwrap_or_default() },
        _ => Verdict::Pending,
    })
}

/// From the store's side, a provider whose database fails is one whose answer was lost.
fn lost(error: impl Into<DbError>) -> ProviderError {
    let error = error.into();
    tracing::warn!(?error, "the simulated provider's books failed");
    ProviderError::Unclear
}
