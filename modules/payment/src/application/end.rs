//! How attempts end: the payment, the attempt, the ledger and the news of it, in one commit.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use kernel::PaymentId;
use kernel_db::{Cause, Db, DbError, Tx, guard, outbox};
use uuid::Uuid;

use crate::{
    domain::{Attempt, AttemptStatus, Final, IllegalMove, Movement, Operation, Payment, Status, Wanted},
    error::PaymentError,
    persistence::store,
};

/// The end of an attempt, of a payment that was last seen so.
#[derive(Debug, Clone)]
pub(crate) struct Ending {
    pub(crate) seen: Payment,
    pub(crate) attempt: Attempt,
    pub(crate) end: Final,
}

/// What an ending makes of a payment and an attempt.
#[derive(Debug, Clone)]
struct Ended<'a> {
    seen: &'a Payment,
    payment: Payment,
    attempt: Attempt,
    movement: Movement,
}

/// Ends many attempts in one commit; answers how their payments stand now. It believes that they stood as they were
/// seen, which saves reading them.
///
/// `None`, and nothing written, for one that takes more care: its payment stands elsewhere by now, is locked or was given
/// up, what the provider says does not fit it, or another attempt of it ends here as well.
pub(crate) async fn end_all(db: &Db, endings: &[Arc<Ending>]) -> Result<Vec<Option<Payment>>, PaymentError> {
    let mut met = HashSet::with_capacity(endings.len());
    let mut plain = Vec::with_capacity(endings.len());
    for Ending { seen, attempt, end } in endings.iter().map(Arc::as_ref) {
        let plainly = met.insert(seen.id) && !seen.standing().given_up;
        plain.extend(plainly.then(|| Ended::new(seen, attempt, end).ok()).flatten());
    }
    if plain.is_empty() {
        return Ok(vec![None; endings.len()]);
    }
    let plain = &plain;
    let written = match db.transact(|tx| async move { write(&tx, plain).await }).await {
        Ok(written) => written,
        Err(Unwritten::Moved) if endings.len() == 1 => return Ok(vec![None]),
        // Each by itself, then, so that only the one that has moved is looked at again.
        Err(unwritten) => return Err(unwritten.into()),
    };
    // Of two endings of one payment the first is the one that was written.
    let mut written: HashMap<PaymentId, Payment> = written.into_iter().map(|payment| (payment.id, payment)).collect();
    Ok(endings.iter().map(|ending| written.remove(&ending.seen.id)).collect())
}

/// Ends `attempt`, of a payment that the caller has locked, with all its attempts; answers how it stands now.
pub(super) async fn end_locked(
    tx: &Tx,
    (locked, attempts): (&Payment, &[Attempt]),
    attempt: &Attempt,
    end: &Final,
) -> Result<Payment, PaymentError> {
    let kept = attempts.iter().find(|kept| kept.id == attempt.id);
    if kept.is_some_and(|kept| kept.status == AttemptStatus::Succeeded) || is_decided(locked, attempt, end) {
        return Ok(locked.clone());
    }
    // Nobody comes between: whatever does not fit is a contradiction.
    let ended = Ended::new(locked, attempt, end)?;
    let payment = write(tx, &[ended]).await?.pop().ok_or(PaymentError::SettledBefore)?;
    if attempt.operation == Operation::Authorize && payment.status() == Status::Authorized && payment.is_given_up() {
        let asked_by = "system:payment".to_owned();
        let (correlation, traceparent) = (attempt.correlation, attempt.traceparent.clone());
        let wanted = Wanted { id: tx.seams().id(), asked_by, reason: None, correlation, traceparent };
        free(tx, &payment, wanted).await?;
    }
    Ok(payment)
}

/// Whether an authorization's outcome is known already. An approval that comes after the payment was abandoned is
/// news all the same: the money must be freed.
fn is_decided(payment: &Payment, attempt: &Attempt, end: &Final) -> bool {
    let news = match payment.status() {
        Status::Pending => true,
        Status::Voided => *end == Final::Approved,
        Status::Authorized | Status::Captured | Status::Declined | Status::Refunded => false,
    };
    attempt.operation == Operation::Authorize && !news
}

/// Writes what became of payments and attempts, all of it or nothing, and answers the payments. The last of a
/// transaction.
async fn write(tx: &Tx, ended: &[Ended<'_>]) -> Result<Vec<Payment>, Unwritten> {
    let now = tx.seams().now();
    let moved: Vec<_> =
        ended.iter().filter(|ended| ended.moves()).map(|it| (&it.payment, it.seen.standing())).collect();
    let attempts: Vec<&Attempt> = ended.iter().map(|ended| &ended.attempt).collect();
    let postings = ended.iter().filter_map(|ended| Some((&ended.attempt, ended.movement.posting.as_ref()?)));
    let postings: Vec<_> = postings.collect();
    announce(tx, ended)?;
    let writes = vec![store::save_all(&moved, now), store::close_all(&attempts, now), store::post_all(&postings, now)];
    let changed = tx.run_last(writes).await?;
    let all = |n: usize, rows: usize| changed.get(n).is_some_and(|&changed| usize::try_from(changed) == Ok(rows));
    if !all(0, moved.len()) {
        return Err(Unwritten::Moved);
    }
    if !all(1, attempts.len()) || !all(2, postings.len() * 2) {
        return Err(PaymentError::SettledBefore.into());
    }
    guard::pass("payment.before_commit");
    Ok(ended.iter().map(|ended| ended.payment.clone()).collect())
}

/// Why endings were not written.
enum Unwritten {
    /// A payment does not stand as it was seen, or somebody else has it.
    Moved,
    Otherwise(PaymentError),
}

impl From<PaymentError> for Unwritten {
    fn from(error: PaymentError) -> Self {
        Self::Otherwise(error)
    }
}

impl From<DbError> for Unwritten {
    fn from(error: DbError) -> Self {
        Self::Otherwise(error.into())
    }
}

impl From<Unwritten> for PaymentError {
    fn from(unwritten: Unwritten) -> Self {
        match unwritten {
            Unwritten::Moved => Self::SettledBefore,
            Unwritten::Otherwise(error) => error,
        }
    }
}

/// The events that brought the payments to their present versions.
fn announce(tx: &Tx, ended: &[Ended<'_>]) -> Result<(), DbError> {
    let causes: Vec<Cause> =
        ended.iter().map(|ended| cause(ended.attempt.correlation, ended.attempt.traceparent.clone())).collect();
    let news = ended.iter().zip(&causes).filter_map(|(ended, cause)| {
        let event = ended.movement.event.as_ref()?;
        Some((cause, ended.payment.standing().version, event))
    });
    outbox::publish_all(tx, &news.collect::<Vec<_>>())
}

/// Queues the void of what is set aside.
pub(super) async fn free(tx: &Tx, payment: &Payment, wanted: Wanted) -> Result<(), PaymentError> {
    let amount = payment.standing().authorized;
    store::add(tx, &wanted.attempt(payment, Operation::Void, amount, tx.seams().now())).await?;
    Ok(())
}

pub(super) const fn cause(correlation: Option<Uuid>, traceparent: Option<String>) -> Cause {
    Cause { correlation, causation: correlation, traceparent }
}

impl<'a> Ended<'a> {
    fn new(seen: &'a Payment, attempt: &Attempt, end: &Final) -> Result<Self, IllegalMove> {
        let mut payment = seen.clone();
        let movement = payment.settle(attempt, end)?;
        let (status, answer) = match end {
            Final::Approved => (AttemptStatus::Succeeded, None),
            Final::Declined { reason } => (AttemptStatus::Failed, Some(reason.clone())),
            Final::NeverHappened => (AttemptStatus::Dropped, Some("the provider never saw it".to_owned())),
        };
        if status == AttemptStatus::Failed && attempt.operation != Operation::Authorize {
            tracing::warn!(payment = %payment.id, operation = attempt.operation.as_str(), ?answer, "declined");
        }
        let attempt = attempt.clone().left_for(status, answer, None);
        Ok(Self { seen, payment, attempt, movement })
    }

    /// A capture, a void or a refund that is declined leaves its payment as it is.
    const fn moves(&self) -> bool {
        self.movement.event.is_some()
    }
}
