//! The simulated provider's own ledger.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use kernel::{AttemptId, DateTime, Seams, Utc};
use kernel_db::{BatchQueue, BatchWork, Db, DbError};

use super::{Instruction, ProviderError, Verdict};
use crate::persistence::simulated_ledger::{self as books, Line, Standing};

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
        let line = line(instruction, entry, self.db.seams().now());
        if let Written::Down(verdict) = self.lines.submit(line).await.map_err(lost)? {
            return Ok(verdict);
        }
        let kept = self.look_up(instruction.reference).await?;
        Ok(kept.unwrap_or_else(|| Verdict::Declined { reason: "there is not so much to move".to_owned() }))
    }

    /// What stands under `reference`; what is due by now is decided first.
    pub(super) async fn look_up(&self, reference: AttemptId) -> Result<Option<Verdict>, ProviderError> {
        let Some(standing) = books::find(&self.db, reference).await.map_err(lost)? else { return Ok(None) };
        if standing.settles_at.is_some_and(|due| due <= self.db.seams().now()) {
            return self.decide(reference).await.map(Some);
        }
        Ok(Some(verdict(standing)))
    }

    /// Ends what is undecided; answers what stands there.
    pub(super) async fn decide(&self, reference: AttemptId) -> Result<Verdict, ProviderError> {
        let decided = books::decide(&self.db, reference).await.map_err(lost)?;
        decided.map(verdict).ok_or(ProviderError::Unclear)
    }
}

fn line(instruction: &Instruction, entry: Entry, now: DateTime<Utc>) -> Line {
    let (outcome, reason, settles_at) = match entry {
        Entry::Approved | Entry::IfThereIsRoom => ("approved", None, None),
        Entry::Declined(reason) => ("declined", Some(reason), None),
        Entry::Undecided { approve: true, after } => ("approving", None, Some(now + after)),
        Entry::Undecided { approve: false, after } => ("declining", Some("the card was declined"), Some(now + after)),
    };
    Line {
        reference: instruction.reference,
        authorization_reference: instruction.payment,
        order_id: instruction.order,
        operation: instruction.operation.as_str(),
        currency: instruction.amount.currency(),
        amount: instruction.amount.minor(),
        outcome,
        reason,
        settles_at,
    }
}

/// Writes lines down, one about each authorization: of two movements of the same money, the second has to see what the
/// first has left, and is written alone.
async fn write(db: &Db, lines: &[Arc<Line>]) -> Result<Vec<Option<Written>>, DbError> {
    let mut met = HashSet::with_capacity(lines.len());
    let mut first: Vec<&Line> = Vec::with_capacity(lines.len());
    first.extend(lines.iter().map(AsRef::as_ref).filter(|line: &&Line| met.insert(line.authorization_reference)));
    first.sort_by_key(|line| line.reference);
    let written = books::write(db, &first).await?;
    let mut verdicts: HashMap<_, _> = written.into_iter().map(|it| (it.reference, verdict(it))).collect();
    Ok(lines
        .iter()
        .map(|line| match verdicts.remove(&line.reference.uuid()) {
            _ if !met.remove(&line.authorization_reference) => None,
            Some(verdict) => Some(Written::Down(verdict)),
            None => Some(Written::Not),
        })
        .collect())
}

fn verdict(standing: Standing) -> Verdict {
    match standing.outcome.as_str() {
        "approved" => Verdict::Approved,
        "declined" => Verdict::Declined { reason: standing.reason.unwrap_or_default() },
        _ => Verdict::Pending,
    }
}

/// From the store's side, a provider whose database fails is one whose answer was lost.
#[expect(clippy::needless_pass_by_value, reason = "it is what map_err passes")]
fn lost(error: DbError) -> ProviderError {
    tracing::warn!(?error, "the simulated provider's books failed");
    ProviderError::Unclear
}
