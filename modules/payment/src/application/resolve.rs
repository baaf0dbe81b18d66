use kernel::{CallContext, PaymentId, RefundId};

use super::PaymentService;
use crate::{
    domain::Resolved,
    error::PaymentError,
    persistence::{hot, refusals, store},
};

impl PaymentService {
    /// Notes that the shop has settled a refused refund by other means.
    pub(crate) async fn resolve_refusal(
        &self,
        cx: &CallContext,
        (payment, refund): (PaymentId, RefundId),
        note: &str,
    ) -> Result<(), PaymentError> {
        let resolved = &Resolved { at: self.db.seams().now(), by: cx.principal.label(), note: note.to_owned() };
        self.db
            .transact(|tx| async move {
                store::lock(&tx, payment).await?.ok_or(PaymentError::NotFound)?;
                let refused = hot::refusals(&tx, &[payment]).await?;
                let known = refused.iter().find(|refusal| refusal.refund == refund);
                match known.ok_or(PaymentError::NoRefusal)?.resolved.as_ref() {
                    Some(before) if before.note == resolved.note => Ok(()),
                    Some(_) => Err(PaymentError::ResolvedBefore),
                    None => Ok(refusals::resolve(&tx, (payment, refund), resolved).await.map(drop)?),
                }
            })
            .await
    }
}
