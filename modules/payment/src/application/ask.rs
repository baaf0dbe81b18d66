use std::time::Duration;

use kernel::AttemptId;

use super::PaymentService;
use crate::{
    domain::Final,
    provider::{Instruction, Provider, ProviderError, Verdict, follow},
};

/// What is known of an attempt after its provider was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Final(Final),
    /// The provider will tell later.
    Pending,
    /// The provider was not reached: it surely did nothing.
    Unreached,
    /// The answer was lost: it may have done it.
    Unknown,
}

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Approved => Self::Final(Final::Approved),
            Verdict::Declined { reason } => Self::Final(Final::Declined { reason }),
            Verdict::Pending => Self::Pending,
        }
    }
}

impl PaymentService {
    /// Asks for something. When the answer gets lost, asks what happened, at once.
    pub(super) async fn call(&self, provider: &dyn Provider, instruction: &Instruction) -> Outcome {
        match in_time(self.config.provider_timeout(), follow(provider, instruction)).await {
            Ok(verdict) => verdict.into(),
            Err(ProviderError::Unreachable) => Outcome::Unreached,
            Err(ProviderError::Unclear) => {
                // That it has not arrived yet does not mean that it never will.
                self.look_up(provider, instruction.reference).await.unwrap_or(Outcome::Unknown)
            }
        }
    }

    /// Asks what became of something; `None` when the provider never saw it.
    pub(super) async fn look_up(&self, provider: &dyn Provider, reference: AttemptId) -> Option<Outcome> {
        match in_time(self.config.provider_timeout(), provider.look_up(reference)).await {
            Ok(verdict) => verdict.map(Outcome::from),
            Err(_) => Some(Outcome::Unknown),
        }
    }
}

/// Who does not answer in time may still do it.
async fn in_time<T>(limit: Duration, call: impl Future<Output = Result<T, ProviderError>>) -> Result<T, ProviderError> {
    tokio::time::timeout(limit, call).await.unwrap_or(Err(ProviderError::Unclear))
}
