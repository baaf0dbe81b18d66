use std::collections::HashMap;

use kernel::{DateTime, Money, OrderId, RefundId, Seams, Utc};
use kernel_db::{Cause, Tx, guard};
use payment_contract::PaymentEvent;
use uuid::Uuid;

use crate::{
    domain::{
        Attempt, AttemptStatus, Final, IllegalMove, Movement, Operation, Payment, Posting, Promise, Refusal, Status,
        TOO_LITTLE_LEFT, Wanted, is_decided, promise, refusal_of,
    },
    error::PaymentError,
    persistence::{
        hot::{self, Changes, Row},
        store::CaptureWanted,
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

/// A payment with all that was asked of its provider, oldest first, and what was refused.
#[derive(Debug, Clone)]
struct Tracked {
    /// Missing for a payment that is new.
    kept: Option<(Payment, Vec<Attempt>)>,
    payment: Payment,
    attempts: Vec<Attempt>,
    refusals: Vec<Refusal>,
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

    /// Of rows that are locked.
    pub(crate) async fn of_locked(tx: &Tx, rows: Vec<Row>) -> Result<Self, PaymentError> {
        let (mut payments, mut tombstones) = (Vec::new(), Vec::new());
        for row in rows {
            match row {
                Row::Tombstone(order) => tombstones.push(order),
                Row::Payment(payment) => payments.push(*payment),
            }
        }
        let ids: Vec<_> = payments.iter().map(|payment| payment.id).collect();
        let attempts = if ids.is_empty() { Vec::new() } else { hot::attempts(tx, &ids).await? };
        let refunds = attempts.iter().any(|attempt| attempt.operation == Operation::Refund);
        let refusals = if refunds || payments.len() == 1 { hot::refusals(tx, &ids).await? } else { Vec::new() };
        let tracked = |payment: Payment| {
            let attempts: Vec<_> = attempts.iter().filter(|attempt| attempt.payment == payment.id).cloned().collect();
            let refusals = refusals.iter().filter(|refusal| refusal.payment == payment.id).cloned().collect();
            let kept = Some((payment.clone(), attempts.clone()));
            (payment.order, Tracked { kept, payment, attempts, refusals })
        };
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

    /// Makes a payment, unless its order has one, or has given it up.
    pub(crate) fn claim(&mut self, payment: &Payment) -> bool {
        let is_first = !self.knows(payment.order);
        if is_first {
            let (attempts, refusals) = (Vec::new(), Vec::new());
            let tracked = Tracked { kept: None, payment: payment.clone(), attempts, refusals };
            self.payments.insert(payment.order, tracked);
        }
        is_first
    }

    /// Starts the capture of all that is set aside, for as long as the caller's lease. `None` where there is nothing to take,
    /// it was taken before, or something else is being asked for.
    pub(crate) fn start_capture(
        &mut self,
        CaptureWanted { order, wanted }: &CaptureWanted,
        lease: std::time::Duration,
    ) -> Option<(Payment, Attempt)> {
        let now = self.now;
        let tracked = self.payments.get_mut(order)?;
        let Tracked { payment, attempts, .. } = tracked;
        let is_taken = |attempt: &Attempt| {
            attempt.status.is_open()
                || attempt.operation == Operation::Capture
                    && !matches!(attempt.status, AttemptStatus::Failed | AttemptStatus::Dropped)
        };
        let plain = payment.status() == Status::Authorized && !payment.is_given_up();
        if !plain || attempts.iter().any(is_taken) {
            return None;
        }
        let amount = payment.standing().authorized;
        let attempt = wanted.clone().attempt(payment, Operation::Capture, amount, now).started_until(now + lease);
        attempts.push(attempt.clone());
        Some((payment.clone(), attempt))
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
    pub(crate) fn free(&mut self, order: OrderId, wanted: Wanted) -> Result<(), PaymentError> {
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

    /// Notes that the money of `order` is not wanted any more, and queues what that takes. `None` when there is no payment: a later one
    /// is refused then.
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

    /// Takes a promise on that was made elsewhere: queues what is left of it, at most what was asked, and tells the shop of
    /// the rest. Once for each refund id, whatever became of it.
    pub(crate) fn take_on(
        &mut self,
        order: OrderId,
        (refund, asked): (RefundId, Money),
        wanted: Wanted,
    ) -> Result<(), PaymentError> {
        let now = self.now;
        let Tracked { payment, attempts, refusals, .. } = self.tracked(order)?;
        if is_decided(attempts, refusals, refund) {
            return Ok(());
        }
        let seen = if guard::sabotaged("payment.reserve") { &[] } else { attempts.as_slice() };
        let Promise { given, left } = promise(payment, seen, asked).map_err(IllegalMove::from)?;
        let asked_by = wanted.asked_by.clone();
        let because = cause(wanted.correlation, wanted.traceparent.clone());
        if given.is_positive() {
            attempts.push(wanted.attempt(payment, Operation::Refund, given, now));
        }
        if given == asked {
            return Ok(());
        }
        let reason = TOO_LITTLE_LEFT.to_owned();
        let payment = payment.id;
        self.refuse(
            order,
            Refusal {
                refund,
                payment,
                asked,
                refunded: given,
                left,
                reason,
                asked_by,
                created_at: now,
                resolved: None,
            },
            because,
        )
    }

    /// Ends a refund that cannot be had, and tells the shop.
    pub(crate) fn fail_refund(
        &mut self,
        order: OrderId,
        attempt: &Attempt,
        reason: &str,
    ) -> Result<Payment, PaymentError> {
        let now = self.now;
        let tracked = self.tracked(order)?;
        let before = tracked.refusals.iter().find(|refusal| refusal.refund.uuid() == attempt.id.uuid());
        let refusal = refusal_of((&tracked.payment, &tracked.attempts), attempt, before, (reason, now));
        let refusal = refusal.map_err(IllegalMove::from)?;
        tracked.put(attempt.clone().left_for(AttemptStatus::Failed, Some(reason.to_owned()), None));
        let because = cause(attempt.correlation, attempt.traceparent.clone());
        self.refuse(order, refusal, because)?;
        self.payment(order).cloned().ok_or(PaymentError::NotFound)
    }

    /// Keeps a refusal and publishes it.
    fn refuse(&mut self, order: OrderId, refusal: Refusal, because: Cause) -> Result<(), PaymentError> {
        if guard::sabotaged("payment.refuse") {
            return Ok(());
        }
        let Refusal { refund, asked, refunded, reason, .. } = &refusal;
        let tracked = self.tracked(order)?;
        let payment = tracked.payment.id;
        tracing::warn!(%payment, %refund, %asked, %refunded, reason, "a promised refund cannot be made");
        let movement = tracked.payment.refund_refused(&refusal);
        let version = tracked.payment.standing().version;
        tracked.refusals.push(refusal.clone());
        self.events.extend(movement.event.map(|event| (because, version, event)));
        self.refusals.push(refusal);
        Ok(())
    }

    /// Changes an attempt.
    pub(crate) fn put(&mut self, order: OrderId, attempt: Attempt) -> Result<(), PaymentError> {
        self.tracked(order)?.put(attempt);
        Ok(())
    }

    /// Writes all that has changed.
    pub(crate) async fn save(&self, tx: &Tx) -> Result<(), PaymentError> {
        let (mut made, mut moved, mut attempts) = (Vec::new(), Vec::new(), Vec::new());
        for Tracked { kept, payment, attempts: now, .. } in self.payments.values() {
            let known: &[Attempt] = match kept {
                None => {
                    made.push(payment);
                    &[]
                }
                Some((before, known)) => {
                    if before != payment {
                        moved.push((payment, before.standing()));
                    }
                    known
                }
            };
            attempts.extend(now.iter().filter(|attempt| !known.contains(attempt)));
        }
        made.sort_by_key(|payment| payment.order);
        moved.sort_by_key(|(payment, _)| payment.order);
        let (postings, refusals, events) = (&self.postings, &self.refusals, &self.events);
        Ok(hot::save(tx, &Changes { made, moved, attempts, postings, refusals, events }).await?)
    }
}

impl Tracked {
    fn put(&mut self, attempt: Attempt) {
        match self.attempts.iter_mut().find(|known| known.id == attempt.id) {
            Some(known) => *known = attempt,
            None => self.attempts.push(attempt),
        }
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

pub(crate) const fn cause(correlation: Option<Uuid>, traceparent: Option<String>) -> Cause {
    Cause { correlation, causation: correlation, traceparent }
}
