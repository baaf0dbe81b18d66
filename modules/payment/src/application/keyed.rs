use kernel_db::idempotency::{self, Answer, Claim, Key, KeyRefusal};

use super::PaymentService;
use crate::error::PaymentError;

impl PaymentService {
    /// Does `work` and keeps its answer under `key`.
    ///
    /// The work calls a provider, so it cannot be in the key's transaction; it is idempotent by itself instead, and a
    /// crash before the answer is kept lets the repeat find the effect made.
    pub(crate) async fn once(
        &self,
        key: Option<&Key>,
        work: impl Future<Output = Result<Answer, PaymentError>>,
    ) -> Result<Answer, PaymentError> {
        let Some(key) = key else { return work.await };
        match idempotency::find(&self.db, key).await? {
            Some(Claim::Answered(kept)) => return Ok(kept),
            Some(Claim::Reused) => return Err(KeyRefusal::Reused.into()),
            Some(Claim::Fresh | Claim::InFlight) | None => {}
        }
        let made = &work.await?;
        self.db
            .transact(|tx| async move {
                match idempotency::claim(&tx, key).await? {
                    Claim::Fresh | Claim::InFlight => Ok(idempotency::answer(&tx, key, made.clone()).await?),
                    Claim::Answered(kept) => Ok(kept),
                    Claim::Reused => Err(KeyRefusal::Reused.into()),
                }
            })
            .await
    }
}
