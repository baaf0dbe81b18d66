//! Typed identifiers: a UUID that cannot be passed where another thing's UUID is meant.
//!
//! They live here, and not in the contracts, so that contracts need not depend on one another.
//! Ids are made through [`crate::clock::Ids`], never directly.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The text is not a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid identifier")]
pub struct IdError;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, format = Uuid)]
        pub struct $name(Uuid);

        impl $name {
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::from_str(text).map(Self).map_err(|_| IdError)
            }
        }
    )+};
}

ids! {
    /// One published fact; unique over all modules.
    EventId,
    ProductId,
    CategoryId,
    /// One order's claim on stock.
    HoldId,
    OrderId,
    /// Random (UUIDv4): to know a cart's id is to own the cart.
    CartId,
    FulfilmentId,
    ReturnId,
    PaymentId,
    /// One call to a payment provider; also the reference by which the provider knows it.
    AttemptId,
    /// One giving back of money, chosen by whoever asks for it, so that asking twice gives once.
    RefundId,
}
