//! The simulated provider's own ledger.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use kernel::{AttemptId, DateTime, Seams, Utc};
use kernel_db::{BatchQueue, BatchWork, Db, DbError, dialect};
use sea_orm::{ConnectionTrait as _, QueryResult};
use serde::Serialize;
use uuid::Uuid;

use super::{Instruction, ProviderError, Verdict};
use crate::persistence::{id_cell, time_cell};

pub(super) struct SimulatedLedger {
    db: Db,
    lines: BatchQueue<WriteLines>,
}

/// Writes the lines of a batch with one statement.
struct WriteLines;

#[async_trait]
impl BatchWork for WriteLines {
    type Command = Line;
    type Outcome = Written;
    type Error = DbError;

    async fn carry_out(&self, db: &Db, batch: &[Arc<Line>]) -> Result<Vec<Option<Written>>, DbError> {
        write(db, batch).await
    }
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
    /// Approved if there is so much to move: a capture or a void frees what is set aside, a refund what was taken.
    IfThereIsRoom,
}

/// An instruction and what is to stand under it.
#[derive(Debug, Clone)]
struct Line {
    instruction: Instruction,
    outcome: &'static str,
    reason: Option<&'static str>,
    settles_at: Option<DateTime<Utc>>,
}

/// What became of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Written {
    Down(Verdict),
    /// The reference is there already, or there is no room.
    Not,
}

impl SimulatedLedger {
    pub(super) fn of(db: &Db) -> Self {
        Self { db: db.clone(), lines: BatchQueue::new(db.clone(), WriteLines) }
    }

    pub(super) fn seams(&self) -> &Seams {
        self.db.seams()
    }

    /// Writes `entry` down under the instruction's reference; answers what stands there.
    pub(super) async fn enter(&self, instruction: &Instruction, entry: Entry) -> Result<Verdict, ProviderError> {
        let line = Line::of(instruction, entry, self.db.seams().now());
        if let Written::Down(verdict) = self.lines.submit(line).await.map_err(lost)? {
            return Ok(verdict);
        }
        let kept = self.look_up(instruction.reference).await?;
        Ok(kept.unwrap_or_else(|| Verdict::Declined { reason: "there is not so much to move".to_owned() }))
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

impl Line {
    fn of(instruction: &Instruction, entry: Entry, now: DateTime<Utc>) -> Self {
        let (outcome, reason, settles_at) = match entry {
            Entry::Approved | Entry::IfThereIsRoom => ("approved", None, None),
            Entry::Declined(reason) => ("declined", Some(reason), None),
            Entry::Undecided { approve: true, after } => ("approving", None, Some(now + after)),
            Entry::Undecided { approve: false, after } => {
                ("declining", Some("the card was declined"), Some(now + after))
            }
        };
        Self { instruction: instruction.clone(), outcome, reason, settles_at }
    }

    /// As a row of [`WRITE`].
    fn cells(&self) -> impl Serialize {
        let Instruction { operation, reference, payment, order, amount, .. } = self.instruction;
        let ids = (id_cell(reference.uuid()), id_cell(payment.uuid()), id_cell(order.uuid()));
        let (currency, minor) = (amount.currency(), amount.minor());
        let settles_at = self.settles_at.map(time_cell);
        (ids.0, ids.1, ids.2, operation.as_str(), currency, minor, self.outcome, self.reason, settles_at)
    }
}

/// Writes lines down, one about each authorization: of two movements of the same money, the second has to see what the
/// first has left, and is written alone.
async fn write(db: &Db, lines: &[Arc<Line>]) -> Result<Vec<Option<Written>>, DbError> {
    let mut met = HashSet::with_capacity(lines.len());
    let mut first: Vec<&Line> = Vec::with_capacity(lines.len());
    first.extend(lines.iter().map(AsRef::as_ref).filter(|line: &&Line| met.insert(line.instruction.payment)));
    first.sort_by_key(|line| line.instruction.reference);
    let rows: Vec<_> = first.iter().map(|line| line.cells()).collect();
    let mut verdicts = HashMap::with_capacity(first.len());
    for row in db.write_one(WRITE, [dialect::rows(&rows), db.seams().now().into()]).await? {
        verdicts.insert(row.try_get_by_index::<Uuid>(2)?, verdict(&row)?);
    }
    Ok(lines
        .iter()
        .map(|line| match verdicts.remove(&line.instruction.reference.uuid()) {
            _ if !met.remove(&line.instruction.payment) => None,
            Some(verdict) => Some(Written::Down(verdict)),
            None => Some(Written::Not),
        })
        .collect())
}

/// An authorization is written down as it is, a movement only if its authorization leaves as much to move: for a refund
/// what was taken and not given back, for the others what was neither taken nor freed.
///
/// It does not wait for the disk. Should a crash of the server undo it, what the store wrote after it is undone as well,
/// for both are in one log; and the store asks again under the same reference.
const WRITE: &str = "WITH entry AS (SELECT {id}(value ->> 0) AS reference, {id}(value ->> 1) AS authorization_reference, \
     {id}(value ->> 2) AS order_id, value ->> 3 AS operation, value ->> 4 AS currency, \
     CAST(value ->> 5 AS bigint) AS amount, value ->> 6 AS outcome, value ->> 7 AS reason, \
     {time}(value ->> 8) AS settles_at FROM {rows}) \
     INSERT INTO simulated_ledger (reference, authorization_reference, order_id, operation, currency, amount, outcome, \
     reason, settles_at, created_at) \
     SELECT entry.reference, entry.authorization_reference, entry.order_id, entry.operation, entry.currency, \
     entry.amount, entry.outcome, entry.reason, entry.settles_at, ? FROM entry \
     LEFT JOIN simulated_ledger AS root ON root.reference = entry.authorization_reference \
     WHERE entry.operation = 'authorize' OR root.outcome = 'approved' AND root.currency = entry.currency \
     AND entry.amount <= CASE entry.operation WHEN 'refund' THEN \
     COALESCE((SELECT SUM(CASE moved.operation WHEN 'capture' THEN moved.amount ELSE -moved.amount END) \
     FROM simulated_ledger AS moved WHERE moved.authorization_reference = root.reference \
     AND moved.outcome = 'approved' AND moved.operation IN ('capture', 'refund')), 0) \
     ELSE root.amount - COALESCE((SELECT SUM(moved.amount) FROM simulated_ledger AS moved \
     WHERE moved.authorization_reference = root.reference AND moved.outcome = 'approved' \
     AND moved.operation IN ('capture', 'void')), 0) END \
     ON CONFLICT (reference) DO NOTHING RETURNING outcome, reason, reference {and_without_sync}";

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
