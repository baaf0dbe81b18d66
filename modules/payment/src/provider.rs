//! What the store needs of a payment provider.

use async_trait::async_trait;
use kernel::{AttemptId, Money, OrderId, PaymentId};

use crate::domain::Operation;

pub(crate) mod simulated;

pub(crate) use simulated::Simulated;

/// A company that moves money. It knows each thing it was asked by our reference: asked twice under one reference, it
/// does the thing once and answers the same.
#[async_trait]
pub(crate) trait Provider: Send + Sync {
    /// Sets money aside.
    async fn authorize(&self, instruction: &Instruction) -> Result<Verdict, ProviderError>;

    /// Takes what is set aside.
    async fn capture(&self, instruction: &Instruction) -> Result<Verdict, ProviderError>;

    /// Frees what is set aside.
    async fn void(&self, instruction: &Instruction) -> Result<Verdict, ProviderError>;

    /// Gives taken money back.
    async fn refund(&self, instruction: &Instruction) -> Result<Verdict, ProviderError>;

    /// What became of what was asked under `reference`; `None` when it never arrived.
    async fn look_up(&self, reference: AttemptId) -> Result<Option<Verdict>, ProviderError>;

    /// Reads the body of a webhook whose signature is good. A provider adds members, values and types of events when it
    /// likes: what is not known is not a mistake.
    fn read_webhook(&self, body: &str) -> Reading;
}

/// One thing to do, in the words of every provider.
#[derive(Debug, Clone)]
pub(crate) struct Instruction {
    pub(crate) operation: Operation,
    /// Our name for this very thing.
    pub(crate) reference: AttemptId,
    /// Whose money it is about: a payment's authorization has the payment's id.
    pub(crate) payment: PaymentId,
    pub(crate) order: OrderId,
    pub(crate) amount: Money,
    /// Only an authorization has one.
    pub(crate) token: Option<String>,
}

/// What a provider says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Approved,
    Declined {
        reason: String,
    },
    /// It will tell later.
    Pending,
}

/// No verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProviderError {
    /// The request never left.
    #[error("the provider cannot be reached")]
    Unreachable,
    /// The request left, and nothing sensible came back.
    #[error("the provider's answer was lost")]
    Unclear,
}

/// News that a provider brings by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) reference: AttemptId,
    pub(crate) verdict: Verdict,
}

/// What a webhook says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reading {
    Notice(Notice),
    /// A webhook that this build has no use for, and why.
    Ignored(&'static str),
    /// Not JSON.
    Malformed,
}

/// Passes `instruction` to the method that it is for.
pub(crate) async fn follow(provider: &dyn Provider, instruction: &Instruction) -> Result<Verdict, ProviderError> {
    match instruction.operation {
        Operation::Authorize => provider.authorize(instruction).await,
        Operation::Capture => provider.capture(instruction).await,
        Operation::Void => provider.void(instruction).await,
        Operation::Refund => provider.refund(instruction).await,
    }
}
