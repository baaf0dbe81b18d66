use kernel::{Kind, Money, Problem};
use kernel_db::{DbError, idempotency::KeyRefusal};
use payment_contract::ChargeRefusal;
use port::{Executed, PortError};

use crate::{domain::IllegalMove, signature::Untrusted};

/// Why payment could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PaymentError {
    #[error("there is no such payment")]
    NotFound,
    #[error("there is no such payment provider")]
    NoProvider,
    #[error(transparent)]
    Refused(#[from] ChargeRefusal),
    #[error("the payment provider cannot be reached right now")]
    ProviderAway { executed: Executed },
    #[error("only {left} of the payment can still be given back")]
    TooMuch { left: Money },
    #[error("the payment has no refused refund of that id: GET /admin/payments/{{id}} lists those that it has")]
    NoRefusal,
    #[error("the refused refund was resolved before, in other words: it stays as it is")]
    ResolvedBefore,
    #[error(transparent)]
    Key(#[from] KeyRefusal),
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    #[error("the webhook is not JSON in UTF-8 under an id of 1 to 255 characters")]
    Unreadable,
    #[error("the webhook holds a card number")]
    CardNumber,
    #[error(transparent)]
    Contradiction(#[from] IllegalMove),
    #[error("payments could not be read or written")]
    Storage(#[from] DbError),
}

impl PaymentError {
    /// The provider was asked, and what it did is not known.
    pub(crate) const IN_DOUBT: Self = Self::ProviderAway { executed: Executed::Maybe };
}

impl Problem for PaymentError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound | Self::NoProvider | Self::NoRefusal => Kind::NotFound,
            Self::Refused(refusal) => refusal.kind(),
            Self::ProviderAway { .. } => Kind::Unavailable,
            Self::TooMuch { .. } | Self::ResolvedBefore => Kind::Conflict,
            Self::Key(refusal) => refusal.kind(),
            Self::Untrusted(_) => Kind::Unauthenticated,
            Self::Unreadable => Kind::Malformed,
            Self::CardNumber => Kind::Invalid,
            Self::Contradiction(_) => Kind::Internal,
            Self::Storage(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "payment-not-found",
            Self::NoProvider => "unknown-payment-provider",
            Self::Refused(refusal) => refusal.code(),
            Self::ProviderAway { .. } => "provider-unavailable",
            Self::TooMuch { .. } => "refund-exceeds-captured",
            Self::NoRefusal => "refused-refund-not-found",
            Self::ResolvedBefore => "refused-refund-resolved",
            Self::Key(refusal) => refusal.code(),
            Self::Untrusted(_) => "webhook-untrusted",
            Self::Unreadable => "webhook-unreadable",
            Self::CardNumber => "card-number",
            Self::Contradiction(_) => "internal-error",
            Self::Storage(error) => error.code(),
        }
    }
}

/// What a caller by port hears. Nobody can tell from outside whether a commit that failed has happened.
impl From<PaymentError> for PortError<ChargeRefusal> {
    fn from(error: PaymentError) -> Self {
        match error {
            PaymentError::Refused(refusal) => Self::Refused(refusal),
            PaymentError::ProviderAway { executed } => Self::Unavailable { executed },
            error => {
                tracing::error!(?error, "a call to payment failed");
                Self::internal()
            }
        }
    }
}
