//! Money that an order promises to give back, and what became of the promise.

use std::{fmt, str::FromStr};

use kernel::{DateTime, Money, RefundId, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Money that payment is told to give back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Promise {
    pub(crate) refund: RefundId,
    pub(crate) cause: PromiseCause,
    pub(crate) amount: Money,
}

/// A promise, and how much of it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Promised {
    pub(crate) promise: Promise,
    pub(crate) paid: Money,
    pub(crate) status: PromiseStatus,
    /// Why it was refused.
    pub(crate) reason: Option<String>,
    pub(crate) at: DateTime<Utc>,
}

macro_rules! words {
    ($(#[$doc:meta])* $vis:vis $name:ident, $error:ident, $what:literal: $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        $vis enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        /// The text is none of the words.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        #[error($what)]
        $vis struct $error;

        impl $name {
            $vis const ALL: &[Self] = &[$(Self::$variant),+];

            $vis const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text).ok_or($error)
            }
        }
    };
}

words! {
    /// Why money is given back.
    pub(crate) PromiseCause, PromiseCauseError, "not a cause of a refund":
    Return = "return",
    /// Units that were not sent were called off.
    CalledOff = "called_off",
    Cancellation = "cancellation",
}

words! {
    /// What became of a promise to give money back.
    pub PromiseStatus, PromiseStatusError, "not a status of a refund":
    /// Payment has been told, and has not answered yet.
    Due = "due",
    Paid = "paid",
    /// Payment could not give all of it back. The shop has to settle the rest with the buyer.
    Refused = "refused",
    /// Nothing had been taken: what was set aside was freed instead.
    Void = "void",
}

#[cfg(test)]
mod tests {
    use super::{PromiseCause, PromiseStatus};

    #[test]
    fn every_word_is_read_as_it_is_written() {
        for status in PromiseStatus::ALL.iter().copied() {
            assert_eq!(status.as_str().parse(), Ok(status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
        for cause in PromiseCause::ALL.iter().copied() {
            assert_eq!(cause.as_str().parse(), Ok(cause));
            assert_eq!(serde_json::to_value(cause).unwrap(), cause.as_str());
        }
    }
}
