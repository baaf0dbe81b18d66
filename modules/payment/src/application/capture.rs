use kernel::{CallContext, OrderId};
use kernel_db::guard;
use payment_contract::ChargeRefusal;
use port::Executed;

use super::{
    PaymentService,
    ask::Outcome,
    command::{self, Command},
    service::instruction,
};
use crate::{
    domain::{Attempt, AttemptStatus, Final, Operation, Payment, Status},
    error::PaymentError,
    persistence::{
        query::{self, Found, PaymentWithAttempts},
        store::CaptureWanted,
    },
};

/// How far a capture has come.
enum Progress {
    Captured(Box<Payment>),
    /// Something ended; look again.
    Moved,
    /// Somebody else is at it.
    Busy,
}

impl PaymentService {
    /// Takes what is set aside for `order`, all of it and once.
    pub(crate) async fn capture(&self, cx: &CallContext, order: OrderId) -> Result<Payment, PaymentError> {
        let mut patience = self.patience(cx);
        loop {
            let wanted = CaptureWanted { order, wanted: self.wanted(cx) };
            if let Some((payment, attempt)) = self.start_capture(wanted).await? {
                guard::pass("payment.capture_claimed");
                let provider = self.provider(&payment.method).ok_or(PaymentError::NoProvider)?;
                let outcome = self.call(provider.as_ref(), &instruction(&payment, &attempt)).await;
                guard::pass("payment.capture_answered");
                return answer(self.settle(&payment, &attempt, &outcome).await?, &outcome);
            }
            let dossier = match query::with_attempts_of(&self.db, order).await? {
                Found::Payment(dossier) => dossier,
                Found::Tombstone => return Err(ChargeRefusal::Voided { order }.into()),
                Found::Nothing => return Err(ChargeRefusal::NoPayment { order }.into()),
            };
            match self.push_capture(dossier).await? {
                Progress::Captured(payment) => return Ok(*payment),
                Progress::Moved => {}
                Progress::Busy if patience.wait().await => {}
                Progress::Busy => return Err(PaymentError::IN_DOUBT),
            }
        }
    }

    /// `None` where no capture can be started.
    async fn start_capture(&self, wanted: CaptureWanted) -> Result<Option<(Payment, Attempt)>, PaymentError> {
        match self.commands.submit(Command::Capture(wanted)).await?? {
            command::Outcome::Started(started) => Ok(started.map(|started| *started)),
            _ => Ok(None),
        }
    }

    /// Brings a capture that was begun before as far as it goes, or says why there can be none.
    async fn push_capture(&self, dossier: PaymentWithAttempts) -> Result<Progress, PaymentError> {
        let payment = &dossier.payment;
        let order = payment.order;
        let illegal = || ChargeRefusal::IllegalMove {
            status: payment.charge().status.as_str().to_owned(),
            wanted: "captured".to_owned(),
        };
        match payment.status() {
            Status::Captured | Status::Refunded => return Ok(Progress::Captured(Box::new(dossier.payment))),
            _ if payment.is_given_up() => return Err(ChargeRefusal::Voided { order }.into()),
            Status::Pending | Status::Declined | Status::Voided => return Err(illegal().into()),
            Status::Authorized => {}
        }
        match dossier.open() {
            Some(attempt) if attempt.status == AttemptStatus::Pending => Err(PaymentError::IN_DOUBT),
            Some(attempt) if attempt.operation == Operation::Capture => match self.carry_out(attempt.id).await? {
                Some(Outcome::Final(_)) => Ok(Progress::Moved),
                Some(outcome) => answer(dossier.payment, &outcome).map(|payment| Progress::Captured(Box::new(payment))),
                None => Ok(Progress::Busy),
            },
            _ => Ok(Progress::Busy),
        }
    }
}

fn answer(payment: Payment, outcome: &Outcome) -> Result<Payment, PaymentError> {
    match outcome {
        Outcome::Final(Final::Approved) => Ok(payment),
        Outcome::Final(Final::Declined { reason }) => Err(ChargeRefusal::Declined { reason: reason.clone() }.into()),
        Outcome::Unreached => Err(PaymentError::ProviderAway { executed: Executed::No }),
        Outcome::Final(Final::NeverHappened) | Outcome::Pending | Outcome::Unknown => Err(PaymentError::IN_DOUBT),
    }
}
