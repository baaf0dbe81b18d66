use std::sync::Arc;

use kernel::{CallContext, OrderId, card};
use kernel_db::guard;
use payment_contract::{Authorize, Charge, ChargeRefusal};
use port::Executed;

use super::{PaymentService, ask::Outcome, command::Command, service::instruction};
use crate::{
    domain::{Asked, Attempt, AttemptStatus, Final, Payment, Status},
    error::PaymentError,
    persistence::query::{self, Found, PaymentWithAttempts},
    provider::Provider,
};

impl PaymentService {
    /// Sets an order's money aside, once.
    ///
    /// The payment's row is written before the provider is asked. Its id is the provider's reference, and only one
    /// row fits an order, so whoever wrote it asks, and everyone else waits for what comes of it.
    pub(crate) async fn authorize(&self, cx: &CallContext, authorize: Authorize) -> Result<Charge, PaymentError> {
        let provider = self.admit(&authorize)?;
        let Authorize { order, amount, method, token } = authorize;
        let seams = self.db.seams();
        let asked = Asked {
            by: cx.principal.label(),
            correlation: cx.correlation,
            traceparent: cx.traceparent.clone(),
            at: seams.now(),
        };
        let payment = Payment::asked_for(seams.id(), order, (method, token), amount, asked);
        if !self.claim(&payment).await? && !guard::sabotaged("payment.claim") {
            return self.join_authorization(cx, order).await;
        }
        guard::pass("payment.claimed");
        let attempt = self.authorization(&payment);
        let outcome = self.call(provider.as_ref(), &instruction(&payment, &attempt)).await;
        guard::pass("payment.answered");
        let payment = self.settle(&payment, &attempt, &outcome).await?;
        answer(&payment, &outcome)
    }

    /// Writes a payment down before its provider is asked. `false` when its order has one already, or has given it up.
    pub(crate) async fn claim(&self, payment: &Payment) -> Result<bool, PaymentError> {
        let outcome = self.commands.submit(Command::Claim(payment.clone())).await??;
        Ok(matches!(outcome, super::command::Outcome::Claimed(true)))
    }

    /// Refuses what must not even be written down.
    fn admit(&self, authorize: &Authorize) -> Result<Arc<dyn Provider>, ChargeRefusal> {
        let decline = |reason: &str| Err(ChargeRefusal::Declined { reason: reason.to_owned() });
        if card::holds_card_number(&authorize.token) || card::holds_card_number(&authorize.method) {
            return decline("a card number was sent where a token belongs");
        }
        if authorize.amount.minor() < 0 {
            return decline("the amount is negative");
        }
        let unknown = || ChargeRefusal::UnknownMethod { method: authorize.method.clone() };
        self.provider(&authorize.method).cloned().ok_or_else(unknown)
    }

    /// The outcome of a payment that was asked for before: waits for whoever is asking, and asks the provider where
    /// nobody is.
    async fn join_authorization(&self, cx: &CallContext, order: OrderId) -> Result<Charge, PaymentError> {
        let mut patience = self.patience(cx);
        loop {
            let dossier = match query::with_attempts_of(&self.db, order).await? {
                Found::Payment(dossier) => dossier,
                Found::Tombstone => return Err(ChargeRefusal::Voided { order }.into()),
                Found::Nothing => return Err(PaymentError::IN_DOUBT),
            };
            if let Some(outcome) = known(&dossier) {
                return answer(&dossier.payment, &outcome);
            }
            match self.push_authorization(&dossier).await? {
                Some(Outcome::Final(_)) => {}
                Some(outcome) => return answer(&dossier.payment, &outcome),
                None if patience.wait().await => {}
                None => return Err(PaymentError::IN_DOUBT),
            }
        }
    }

    /// `None` while somebody else is at it.
    async fn push_authorization(&self, dossier: &PaymentWithAttempts) -> Result<Option<Outcome>, PaymentError> {
        let now = self.db.seams().now();
        let left_alone = |attempt: &Attempt| attempt.next_try_at.is_some_and(|next| now < next);
        let started = dossier.authorization().filter(|attempt| attempt.status == AttemptStatus::Started);
        if started.is_some_and(left_alone) {
            return Ok(None);
        }
        self.carry_out(dossier.payment.authorization()).await
    }
}

/// What can be answered without asking anybody.
fn known(dossier: &PaymentWithAttempts) -> Option<Outcome> {
    if dossier.payment.status() != Status::Pending || dossier.payment.is_given_up() {
        let reason = dossier.authorization().and_then(|attempt| attempt.answer.clone()).unwrap_or_default();
        return Some(Outcome::Final(Final::Declined { reason })); // the reason counts where it was declined
    }
    let pending = dossier.authorization().is_some_and(|attempt| attempt.status == AttemptStatus::Pending);
    pending.then_some(Outcome::Pending)
}

fn answer(payment: &Payment, outcome: &Outcome) -> Result<Charge, PaymentError> {
    if payment.is_given_up() {
        return Err(ChargeRefusal::Voided { order: payment.order }.into());
    }
    match (payment.status(), outcome) {
        (Status::Declined, Outcome::Final(Final::Declined { reason })) => {
            Err(ChargeRefusal::Declined { reason: reason.clone() }.into())
        }
        (Status::Declined, _) => Err(ChargeRefusal::Declined { reason: String::new() }.into()),
        (Status::Pending, Outcome::Unreached) => Err(PaymentError::ProviderAway { executed: Executed::No }),
        (Status::Pending, Outcome::Unknown) => Err(PaymentError::IN_DOUBT),
        _ => Ok(payment.charge()),
    }
}
