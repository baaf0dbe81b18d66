//! What a person does with a payment. A module that captures or voids goes on whatever the answer is; a person has to hear
//! that the payment stands elsewhere, or that it is not done yet.

use kernel::{CallContext, Limit, OrderId, Page, PaymentId};
use kernel_db::guard;
use payment_contract::ChargeRefusal;
use port::Executed;

use super::PaymentService;
use crate::{
    domain::{Payment, Status},
    error::PaymentError,
    persistence::query::{self, PaymentWithAttempts},
};

/// Whether what was asked for is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    Done,
    /// It is written down; the worker goes on with it.
    UnderWay,
}

impl PaymentService {
    /// Captures; says so when the provider was asked and has not answered.
    pub(crate) async fn capture_by_hand(
        &self,
        cx: &CallContext,
        id: PaymentId,
    ) -> Result<(Progress, PaymentWithAttempts), PaymentError> {
        let order = self.with_attempts(id).await?.payment.order;
        match Box::pin(self.capture(cx, order)).await {
            Ok(_) => Ok((Progress::Done, self.with_attempts(id).await?)),
            Err(PaymentError::ProviderAway { executed: Executed::Maybe }) => {
                let dossier = self.with_attempts(id).await?;
                match dossier.payment.status() {
                    Status::Captured | Status::Refunded => Ok((Progress::Done, dossier)),
                    _ if dossier.open().is_some() => Ok((Progress::UnderWay, dossier)),
                    _ => Err(PaymentError::IN_DOUBT),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// Voids; refused where nothing is set aside that could be freed.
    pub(crate) async fn void_by_hand(
        &self,
        cx: &CallContext,
        id: PaymentId,
    ) -> Result<(Progress, PaymentWithAttempts), PaymentError> {
        let order = self.with_attempts(id).await?.payment.order;
        let payment = self.void(cx, order).await?.ok_or(PaymentError::NotFound)?;
        let progress = voided(&payment)?;
        Ok((progress, self.with_attempts(id).await?))
    }

    /// A page of payments, newest first: of an order, with work for the shop or without, after a page before.
    pub(crate) async fn list(
        &self,
        (order, attention, before): (Option<OrderId>, Option<bool>, Option<PaymentId>),
        limit: Limit,
    ) -> Result<Page<PaymentWithAttempts>, PaymentError> {
        let doubt = self.db.seams().now() - self.config.doubt();
        let attention = attention.map(|attention| (attention, doubt));
        Ok(query::list(&self.db, query::Wanted { order, attention, before }, limit).await?)
    }

    async fn with_attempts(&self, id: PaymentId) -> Result<PaymentWithAttempts, PaymentError> {
        query::with_attempts(&self.db, id).await?.ok_or(PaymentError::NotFound)
    }
}

/// What a void has come to.
fn voided(payment: &Payment) -> Result<Progress, ChargeRefusal> {
    match payment.status() {
        Status::Voided => Ok(Progress::Done),
        Status::Pending | Status::Authorized => Ok(Progress::UnderWay),
        _ if guard::sabotaged("payment.void_by_hand") => Ok(Progress::Done),
        status @ (Status::Captured | Status::Refunded | Status::Declined) => {
            Err(ChargeRefusal::IllegalMove { status: status.as_str().to_owned(), wanted: "voided".to_owned() })
        }
    }
}
