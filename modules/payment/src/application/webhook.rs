use kernel::card;
use kernel_db::Tx;

use super::{PaymentService, UnitOfWork, ask::Outcome};
use crate::{
    domain::{Final, Operation, Payment, Status},
    error::PaymentError,
    persistence::inbox,
    provider::{Notice, Reading, Verdict},
    signature::{Seal, WebhookSecret},
};

/// Ids that a provider gives its events are kept whole, up to so many bytes.
const LONGEST_ID: usize = 255;

impl PaymentService {
    /// Takes a provider's news in: once for each event id, however often it is brought.
    ///
    /// What is kept, what it means and that it was dealt with are one commit. News may come before our own call has
    /// written its outcome: the payment is there before the call, so whoever comes first writes, and the other finds
    /// it written.
    pub(crate) async fn receive(
        &self,
        provider: &str,
        (secret, seal): (&WebhookSecret, &Seal),
        body: &[u8],
    ) -> Result<(), PaymentError> {
        let reader = self.provider(provider).ok_or(PaymentError::NoProvider)?;
        secret.check(seal, body, self.db.seams().wall())?;
        let text = std::str::from_utf8(body).map_err(|_| PaymentError::Unreadable)?;
        if seal.id.is_empty() || seal.id.len() > LONGEST_ID {
            return Err(PaymentError::Unreadable);
        }
        let reading = &reader.read_webhook(text);
        match reading {
            Reading::Malformed => return Err(PaymentError::Unreadable),
            Reading::Notice(Notice { verdict: Verdict::Declined { reason }, .. })
                if card::holds_card_number(reason) =>
            {
                return Err(PaymentError::CardNumber);
            }
            Reading::Notice(_) => {}
            Reading::Ignored(why) => {
                tracing::info!(provider, event = %seal.id, why, "a webhook is kept and not acted on");
            }
        }
        let kept = keepable(text);
        self.db
            .transact(|tx| async move {
                if inbox::keep(&tx, provider, &seal.id, kept).await? {
                    let processed = match reading {
                        Reading::Notice(notice) => Self::act_on(&tx, notice).await?,
                        Reading::Ignored(why) => why,
                        Reading::Malformed => return Err(PaymentError::Unreadable),
                    };
                    inbox::note(&tx, provider, &seal.id, processed).await?;
                }
                Ok::<_, PaymentError>(())
            })
            .await?;
        self.wake();
        Ok(())
    }

    /// Settles what the news is about; answers what came of it.
    async fn act_on(tx: &Tx, notice: &Notice) -> Result<&'static str, PaymentError> {
        let Outcome::Final(end) = Outcome::from(notice.verdict.clone()) else { return Ok("no news") };
        let Some((order, mut work)) = UnitOfWork::of_reference(tx, notice.reference, true).await? else {
            return Ok("unknown reference");
        };
        let attempt = work.attempts(order).iter().find(|attempt| attempt.id == notice.reference).cloned();
        let (Some(attempt), Some(payment)) = (attempt, work.payment(order)) else { return Ok("unknown reference") };
        if !attempt.status.is_unsettled() && !is_late_approval(payment, attempt.operation, &end) {
            return Ok("known already");
        }
        let id = payment.id;
        match work.end(order, &attempt, &end) {
            Ok(_) => {
                work.save(tx).await?;
                Ok("settled")
            }
            Err(PaymentError::Contradiction(error)) => {
                tracing::error!(payment = %id, %error, "a webhook contradicts what is known");
                Ok("contradicts what is known")
            }
            Err(error) => Err(error),
        }
    }
}

/// The body as the inbox keeps it. A provider that sends a card number in a member that this store does not know must not
/// make the store keep it.
fn keepable(body: &str) -> &str {
    if card::holds_card_number(body) { "left out: it holds a card number" } else { body }
}

/// Money that was set aside although we believed that it was not: it must be freed.
fn is_late_approval(payment: &Payment, operation: Operation, end: &Final) -> bool {
    operation == Operation::Authorize
        && *end == Final::Approved
        && matches!(payment.status(), Status::Pending | Status::Voided)
        && payment.standing().authorized.minor() == 0
}
