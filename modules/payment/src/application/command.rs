use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use kernel::{OrderId, PaymentId};
use kernel_db::{BatchWork, Db, Tx};

use super::UnitOfWork;
use crate::{
    domain::{Attempt, Final, Payment},
    error::PaymentError,
    persistence::store::CaptureWanted,
};

/// What the queue carries out.
#[derive(Debug)]
pub(super) enum Command {
    /// Writes a payment down before its provider is asked.
    Claim(Payment),
    Capture(CaptureWanted),
    /// Writes down how an attempt of the payment ended.
    End {
        order: OrderId,
        payment: PaymentId,
        attempt: Attempt,
        end: Final,
    },
    /// Leaves an attempt of the order's payment for later: its outcome is not known.
    Postpone {
        order: OrderId,
        payment: PaymentId,
        attempt: Attempt,
    },
}

/// What a command has come to.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Whether the payment is the first of its order.
    Claimed(bool),
    /// `None` where no capture can be started.
    Started(Option<Box<(Payment, Attempt)>>),
    /// How the payment stands now.
    Ended(Box<Payment>),
    /// Whether the attempt was still open.
    Postponed(bool),
}

/// Carries out commands of one batch: loads what they touch, decides one after the other, saves.
#[derive(Debug)]
pub(super) struct PaymentWork {
    /// How long the process that starts a capture is left alone with it.
    lease: Duration,
}

impl PaymentWork {
    pub(super) const fn new(lease: Duration) -> Self {
        Self { lease }
    }

    fn decide(&self, work: &mut UnitOfWork, command: &Command) -> Result<Outcome, PaymentError> {
        match command {
            Command::Claim(payment) => Ok(Outcome::Claimed(work.claim(payment, self.lease))),
            Command::Capture(wanted) => Ok(Outcome::Started(work.start_capture(wanted, self.lease).map(Box::new))),
            Command::End { order, payment, attempt, end } => {
                is_of(work, *order, *payment)?;
                work.end(*order, attempt, end).map(|payment| Outcome::Ended(Box::new(payment)))
            }
            Command::Postpone { order, payment, attempt } => {
                is_of(work, *order, *payment)?;
                work.postpone(*order, attempt).map(Outcome::Postponed)
            }
        }
    }
}

fn is_of(work: &UnitOfWork, order: OrderId, payment: PaymentId) -> Result<(), PaymentError> {
    let known = work.payment(order).filter(|known| known.id == payment);
    known.map(drop).ok_or(PaymentError::NotFound)
}

#[async_trait]
impl BatchWork for PaymentWork {
    type Command = Command;
    type Outcome = Result<Outcome, PaymentError>;
    type Error = PaymentError;

    async fn carry_out(&self, db: &Db, batch: &[Arc<Command>]) -> Result<Vec<Option<Self::Outcome>>, PaymentError> {
        db.transact(|tx| async move { self.carry_out_in(&tx, batch).await }).await
    }
}

impl PaymentWork {
    async fn carry_out_in(
        &self,
        tx: &Tx,
        batch: &[Arc<Command>],
    ) -> Result<Vec<Option<Result<Outcome, PaymentError>>>, PaymentError> {
        let alone = batch.len() == 1;
        let mut work = UnitOfWork::load(tx, batch.iter().map(|command| command.order()), alone).await?;
        let outcomes = batch
            .iter()
            .map(|command| {
                // What is not there may be locked by another process.
                let later = !alone && command.needs_payment() && !work.knows(command.order());
                (!later).then(|| self.decide(&mut work, command))
            })
            .collect();
        work.save(tx).await?;
        Ok(outcomes)
    }
}

impl Command {
    const fn order(&self) -> OrderId {
        match self {
            Self::Claim(payment) => payment.order,
            Self::Capture(wanted) => wanted.order,
            Self::End { order, .. } | Self::Postpone { order, .. } => *order,
        }
    }

    const fn needs_payment(&self) -> bool {
        !matches!(self, Self::Claim(_))
    }
}
