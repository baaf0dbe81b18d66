use std::{collections::HashMap, time::Duration};

use kernel::{AttemptId, DateTime, OrderId, PaymentId, Seams, Utc};
use kernel_db::{Cause, Tx};
use payment_contract::PaymentEvent;
use uuid::Uuid;

mod promises;
mod tracked;

use self::tracked::Tracked;
use crate::{
    domain::{
        Attempt, AttemptStatus, Final, Movement, Operation, Payment, Plain, Posting, Refusal, Status, Wanted,
        capture_reference,
    },
    error::PaymentError,
    persistence::{
        KeptPayment, Row,
        hot::{self, Changes},
        store::{self, CaptureWanted},
    },
};

/// The payments that some commands touch, as they become while one command after the other is decided.
///
/// Load it, decide, save it: the commands of a batch, the events of a reaction, and a webhook all pass here. Deciding makes
/// no call, so the order of the commands is all that counts.
#[derive(Debug)]
pub(crate) struct UnitOfWork {
    now: DateTime<Utc>,
    seams: Seams,
    payments: HashMap<OrderId, Tracked>,
    tombstones: Vec<OrderId>,
    postings: Vec<(Attempt, Posting)>,
    refusals: Vec<Refusal>,
    events: Vec<(Cause, i64, PaymentEvent)>,
}

impl UnitOfWork {
    /// Loads and locks the payments of `orders`. `waits` says whether it waits for those that another process has locked, or
    /// leaves them out.
    pub(crate) async fn load(
        tx: &Tx,
        orders: impl Iterator<Item = OrderId> + Send,
        waits: bool,
    ) -> Result<Self, PaymentError> {
        let rows = hot::lock(tx, orders, waits).await?;
        Self::of_locked(tx, rows).await
    }

    /// Loads and locks the payment with that id; answers its order.
    pub(crate) async fn of_payment(tx: &Tx, id: PaymentId) -> Result<Option<(OrderId, Self)>, PaymentError> {
        Self::of_one(tx, store::lock(tx, id).await?).await
    }

    /// As [`Self::of_payment`], for the payment that `reference` is about. One that another process has locked is waited for,
    /// or else left out.
    pub(crate) async fn of_reference(
        tx: &Tx,
        reference: AttemptId,
        waits: bool,
    ) -> Result<Option<(OrderId, Self)>, PaymentError> {
        Self::of_one(tx, store::lock_by_reference(tx, reference, waits).await?).await
    }

    async fn of_one(tx: &Tx, kept: Option<KeptPayment>) -> Result<Option<(OrderId, Self)>, PaymentError> {
        let Some(kept) = kept else { return Ok(None) };
        let order = kept.payment.order;
        Ok(Some((order, Self::of_locked(tx, vec![Row::Payment(Box::new(kept))]).await?)))
    }

    async fn of_locked(tx: &Tx, rows: Vec<Row>) -> Result<Self, PaymentError> {
        let (mut payments, mut tombstones) = (Vec::new(), Vec::new());
        for row in rows {
            match row {
                Row::Tombstone(order) => tombstones.push(order),
                Row::Payment(kept) => payments.push(*kept),
            }
        }
        // A plain payment's row says everything.
        let others: Vec<_> = payments.iter().filter(|kept| kept.plain.is_none()).map(|kept| kept.payment.id).collect();
        let (attempts, refusals) = match others.as_slice() {
            [] => (Vec::new(), Vec::new()),
            others => (hot::attempts(tx, others).await?, hot::refusals(tx, others).await?),
        };
        let tracked = |kept: KeptPayment| (kept.payment.order, Tracked::of_kept(kept, &attempts, &refusals));
        Ok(Self {
            now: tx.seams().now(),
            seams: tx.seams().clone(),
            payments: payments.into_iter().map(tracked).collect(),
            tombstones,
            postings: Vec::new(),
            refusals: Vec::new(),
            events: Vec::new(),
        })
    }

    pub(crate) fn payment(&self, order: OrderId) -> Option<&Payment> {
        self.payments.get(&order).map(|tracked| &tracked.payment)
    }

    pub(crate) fn attempts(&self, order: OrderId) -> &[Attempt] {
        self.payments.get(&order).map_or(&[], |tracked| &tracked.attempts)
    }

    /// Whether there is a payment of the order, or a tombstone in its place.
    pub(crate) fn knows(&self, order: OrderId) -> bool {
        self.payments.contains_key(&order) || self.tombstones.contains(&order)
    }

    fn tracked(&mut self, order: OrderId) -> Result<&mut Tracked, PaymentError> {
        self.payments.get_mut(&order).ok_or(PaymentError::NotFound)
    }

    /// Makes a payment whose provider is asked next, unless its order has one, or has given it up. Other processes leave it
    /// alone for as long as the caller's lease.
    pub(crate) fn claim(&mut self, payment: &Payment, lease: Duration) -> bool {
        let is_first = !self.knows(payment.order);
        if is_first {
            let plain = Plain::claimed(payment.created_at + lease);
            self.payments.insert(payment.order, Tracked::claimed(payment.clone(), &plain));
        }
        is_first
    }

    /// Starts the capture of all that is set aside, for as long as the caller's lease. `None` where there is nothing to take,
    /// it was taken before, or something else is being asked for.
    pub(crate) fn start_capture(
        &mut self,
        CaptureWanted { order, wanted }: &CaptureWanted,
        lease: Duration,
    ) -> Option<(Payment, Attempt)> {
        let now = self.now;
        let tracked = self.payments.get_mut(order)?;
        let is_plain = tracked.is_plain();
        let Tracked { payment, attempts, .. } = tracked;
        let is_taken = |attempt: &Attempt| {
            attempt.status.is_open()
                || attempt.operation == Operation::Capture
                    && !matches!(attempt.status, AttemptStatus::Failed | AttemptStatus::Dropped)
        };
        let wants = payment.status() == Status::Authorized && !payment.is_given_up();
        if !wants || attempts.iter().any(is_taken) {
            return None;
        }
        let mut wanted = wanted.clone();
        if is_plain {
            wanted.id = capture_reference(payment.id);
        }
        let amount = payment.standing().authorized;
        let attempt = wanted.attempt(payment, Operation::Capture, amount, now).started_until(now + lease);
        attempts.push(attempt.clone());
        Some((payment.clone(), attempt))
    }

    /// Leaves an attempt for later, as it is given. `false` when it is settled.
    pub(crate) fn postpone(&mut self, order: OrderId, attempt: &Attempt) -> Result<bool, PaymentError> {
        let tracked = self.tracked(order)?;
        let Some(known) = tracked.attempts.iter_mut().find(|known| known.id == attempt.id) else { return Ok(false) };
        if !known.status.is_unsettled() {
            return Ok(false);
        }
        *known = known.clone().left_for(attempt.status, attempt.answer.clone(), attempt.next_try_at);
        Ok(true)
    }

    /// Ends `attempt`; answers how its payment stands now. What was decided before stays so.
    pub(crate) fn end(&mut self, order: OrderId, attempt: &Attempt, end: &Final) -> Result<Payment, PaymentError> {
        let Tracked { payment, attempts, .. } = self.tracked(order)?;
        let kept = attempts.iter().find(|kept| kept.id == attempt.id);
        if kept.is_some_and(|kept| kept.status == AttemptStatus::Succeeded) || is_known(payment, attempt, end) {
            return Ok(payment.clone());
        }
        if let (Operation::Refund, Final::Declined { reason }) = (attempt.operation, end) {
            return self.fail_refund(order, attempt, reason);
        }
        let mut moved = payment.clone();
        let movement = moved.settle(attempt, end)?;
        let (status, answer) = match end {
            Final::Approved => (AttemptStatus::Succeeded, None),
            Final::Declined { reason } => (AttemptStatus::Failed, Some(reason.clone())),
            Final::NeverHappened => (AttemptStatus::Dropped, Some("the provider never saw it".to_owned())),
        };
        if status == AttemptStatus::Failed && attempt.operation != Operation::Authorize {
            tracing::warn!(payment = %moved.id, operation = attempt.operation.as_str(), ?answer, "declined");
        }
        let ended = attempt.clone().left_for(status, answer, None);
        let frees =
            attempt.operation == Operation::Authorize && moved.status() == Status::Authorized && moved.is_given_up();
        self.moved(order, moved, movement, &ended)?;
        if frees {
            let asked_by = "system:payment".to_owned();
            let (correlation, traceparent) = (attempt.correlation, attempt.traceparent.clone());
            let id = self.seams.id();
            self.free(order, Wanted { id, asked_by, reason: None, correlation, traceparent })?;
        }
        self.payment(order).cloned().ok_or(PaymentError::NotFound)
    }

    /// Keeps what an attempt has made of its payment: its standing, the ledger and the event.
    fn moved(
        &mut self,
        order: OrderId,
        payment: Payment,
        movement: Movement,
        attempt: &Attempt,
    ) -> Result<(), PaymentError> {
        let because = cause(attempt.correlation, attempt.traceparent.clone());
        if let Some(event) = movement.event {
            self.events.push((because, payment.standing().version, event));
        }
        self.postings.extend(movement.posting.map(|posting| (attempt.clone(), posting)));
        let tracked = self.tracked(order)?;
        tracked.payment = payment;
        tracked.put(attempt.clone());
        Ok(())
    }

    /// Queues the void of what is set aside, unless one is under way.
    fn free(&mut self, order: OrderId, wanted: Wanted) -> Result<(), PaymentError> {
        let now = self.now;
        let Tracked { payment, attempts, .. } = self.tracked(order)?;
        let is_void = |attempt: &Attempt| {
            attempt.operation == Operation::Void
                && !matches!(attempt.status, AttemptStatus::Failed | AttemptStatus::Dropped)
        };
        if !attempts.iter().any(is_void) {
            let amount = payment.standing().authorized;
            attempts.push(wanted.attempt(payment, Operation::Void, amount, now));
        }
        Ok(())
    }

    /// Notes that the money of `order` is not wanted any more, and queues what that takes. `None` when there is no payment: a
    /// later one is refused then.
    pub(crate) fn give_up(&mut self, order: OrderId, wanted: Wanted) -> Result<Option<Payment>, PaymentError> {
        let Some(tracked) = self.payments.get_mut(&order) else { return Ok(None) };
        if matches!(tracked.payment.status(), Status::Pending | Status::Authorized) {
            tracked.payment.give_up();
        }
        match tracked.payment.status() {
            Status::Pending => self.abandon_what_was_never_asked(order)?,
            Status::Authorized => self.free(order, wanted)?,
            Status::Captured | Status::Declined | Status::Voided | Status::Refunded => {}
        }
        Ok(self.payment(order).cloned())
    }

    /// A payment whose provider could not be reached has nothing to wait for.
    fn abandon_what_was_never_asked(&mut self, order: OrderId) -> Result<(), PaymentError> {
        let Tracked { payment, attempts, .. } = self.tracked(order)?;
        let unreached = attempts.iter().any(|attempt| attempt.status == AttemptStatus::Failed);
        if !unreached || attempts.iter().any(|attempt| attempt.status.is_unsettled()) {
            return Ok(());
        }
        let movement = payment.abandoned()?;
        let because = cause(payment.correlation, payment.traceparent.clone());
        let version = payment.standing().version;
        self.events.extend(movement.event.map(|event| (because, version, event)));
        Ok(())
    }

    /// Adds or changes an attempt.
    pub(crate) fn put(&mut self, order: OrderId, attempt: Attempt) -> Result<(), PaymentError> {
        self.tracked(order)?.put(attempt);
        Ok(())
    }

    /// Writes all that has changed.
    pub(crate) async fn save(&self, tx: &Tx) -> Result<(), PaymentError> {
        let (mut made, mut moved, mut attempts) = (Vec::new(), Vec::new(), Vec::new());
        for tracked in self.payments.values() {
            let now = tracked.as_kept();
            attempts.extend(tracked.changed_attempts(&now));
            match &tracked.before {
                None => made.push(now),
                Some((before, _)) if *before != now => moved.push(KeptPayment { revision: now.revision + 1, ..now }),
                Some(_) => {}
            }
        }
        made.sort_by_key(|kept| kept.payment.order);
        moved.sort_by_key(|kept| kept.payment.order);
        let (postings, refusals, events) = (&self.postings, &self.refusals, &self.events);
        Ok(hot::save(tx, &Changes { made, moved, attempts, postings, refusals, events }).await?)
    }
}

/// Whether an authorization's outcome is known already. An approval that comes after the payment was abandoned is
/// news all the same: the money must be freed.
fn is_known(payment: &Payment, attempt: &Attempt, end: &Final) -> bool {
    let is_news = match payment.status() {
        Status::Pending => true,
        Status::Voided => *end == Final::Approved,
        Status::Authorized | Status::Captured | Status::Declined | Status::Refunded => false,
    };
    attempt.operation == Operation::Authorize && !is_news
}

const fn cause(correlation: Option<Uuid>, traceparent: Option<String>) -> Cause {
    Cause { correlation, causation: correlation, traceparent }
}
